// Drawn in its own step.
import type { JSX } from "preact";

export function Sheets(): JSX.Element | null {
  return null;
}
