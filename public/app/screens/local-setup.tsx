// Drawn in its own step.
import type { JSX } from "preact";

export function LocalSetup(): JSX.Element | null {
  return null;
}
