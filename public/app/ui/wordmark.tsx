// The name with its mark: a ring that empties around a tapped card.
import type { JSX } from "preact";

export function Wordmark(): JSX.Element {
  return (
    <span class="wordmark">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <circle class="mark-rail" cx="16" cy="16" r="12.500" />
        <path class="mark-ring" d="M16 3.500a12.500 12.500 0 1 1-12.100 9.400" />
        <rect class="mark-card" x="11" y="9.500" width="10" height="13" rx="2" transform="rotate(20 16 16)" />
      </svg>
      Tap-or-Tarp
    </span>
  );
}
