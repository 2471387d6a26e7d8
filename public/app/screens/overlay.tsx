// Drawn in its own step.
import type { JSX } from "preact";

export function Overlay(): JSX.Element | null {
  return null;
}
