// Times as people read them: on a face, in a sentence, and how near the end they are. Pure.

const minuteMs = 60_000;

const two = (n: number): string => String(n).padStart(2, "0");

export interface ClockText {
  /** "08:42", "1:02:07" or "0:38". */
  readonly main: string;
  /** 4 of 38.4 s in the last minute, else null. */
  readonly tenths: number | null;
}

const secondMs = 1000;
const tenthMs = 100;

/** What is left of a short time in seconds, no finer than a tenth: 2.3. */
export const secondsLeft = (ms: number): number => Math.floor(ms / tenthMs) / 10;

/** How long a running time looks the same, ms, that is read in seconds or in tenths; for one that stands at zero, a step. */
export function lastsMs(ms: number, read: "seconds" | "tenths"): number {
  const step = read === "tenths" ? tenthMs : secondMs;
  if (ms === 0) return step;
  const over = Math.abs(ms) % step;
  // At the very edge it is still the old one.
  return (ms > 0 ? over : step - over) + 1;
}

/** A bank on a face. Whole seconds are rounded towards zero, so that the last minute's tenths follow without a jump. */
export function clockText(bankMs: number): ClockText {
  const sign = bankMs < 0 ? "−" : "";
  const ms = Math.abs(bankMs);
  const seconds = Math.floor(ms / 1000);
  if (ms < minuteMs) return { main: `${sign}0:${two(seconds)}`, tenths: Math.floor(ms / tenthMs) % 10 };
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours > 0) return { main: `${sign}${hours}:${two(minutes)}:${two(seconds % 60)}`, tenths: null };
  return { main: `${sign}${two(minutes)}:${two(seconds % 60)}`, tenths: null };
}

/** A length of time in a sentence or a table: "2:41", "24:10", "1:12:05". */
export function durationText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const sign = ms < 0 ? "−" : "";
  return hours > 0 ? `${sign}${hours}:${two(minutes)}:${two(seconds % 60)}` : `${sign}${minutes}:${two(seconds % 60)}`;
}

/** How a time looks: calm, in its last two minutes, or in its last one. */
export type Mood = "calm" | "warn" | "crit";
export function moodOf(bankMs: number): Mood {
  if (bankMs < minuteMs) return "crit";
  return bankMs < 2 * minuteMs ? "warn" : "calm";
}
