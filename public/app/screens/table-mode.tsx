// Drawn in its own step.
import type { JSX } from "preact";

export function TableMode(): JSX.Element | null {
  return null;
}
