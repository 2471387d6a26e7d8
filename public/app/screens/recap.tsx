// Drawn in its own step.
import type { JSX } from "preact";

export function Recap(): JSX.Element | null {
  return null;
}
