// The command line of the bench, and its presets. Every run is bounded: the longest it can take is known before it starts.
import { parseArgs } from "node:util";
import type { Updates } from "./contestant.ts";

export interface BenchOptions {
  readonly preset: string;
  readonly games: number;
  readonly rounds: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly modes: readonly Updates[];
  /** Only compare CPU per tap with the relay's, and fail past the allowed ratio. */
  readonly guard: boolean;
  /** CPU per tap may be this many times the bare relay's. */
  readonly guardRatioMax: number;
  /** Folder for results; null to print only. */
  readonly out: string | null;
}

type Numbers = Pick<BenchOptions, "games" | "rounds" | "warmSeconds" | "seconds">;

/** What was measured is below 4 on a quiet machine and 4.4 on two cores with a load of 14: noise does not cross this, a costly step does. */
const guardRatioMax = 5.5;

const both: readonly Updates[] = ["changes", "states"];

/** Warm: a server that was idle serves its first second or two with V8's smallest young generation (decision 31). `tables-200` is 200 games of 4 connections; `rivals` sets Socket.IO and Colyseus beside the others; `guard` is short enough for CI. */
export const presets: Readonly<Record<string, Numbers & { readonly modes: readonly Updates[] }>> = {
  taps: { games: 100, rounds: 3, warmSeconds: 2.5, seconds: 4, modes: both },
  "tables-200": { games: 200, rounds: 3, warmSeconds: 2.5, seconds: 4, modes: both },
  rivals: { games: 100, rounds: 3, warmSeconds: 2.5, seconds: 2, modes: ["changes"] },
  guard: { games: 50, rounds: 5, warmSeconds: 1.5, seconds: 0.9, modes: ["changes"] },
};

/** Most of each, so that a run ends: the whole of it stays under an hour. */
const most: Numbers = { games: 4_500, rounds: 20, warmSeconds: 10, seconds: 60 };
const wholeSecondsMax = 3_600;
const contestantsMax = 4;

export const usage = `npm run bench -- [options]

  --preset NAME    ${Object.keys(presets).join(", ")} (taps)
  --games N, --rounds N, --warm S, --seconds S
                   instead of the preset's, at most ${most.games}, ${most.rounds}, ${most.warmSeconds} s and ${most.seconds} s
  --mode MODE      states, changes or both
  --guard          only checks CPU per tap in relation to the bare relay's; exit 1 past the limit
  --guard-max N    that limit (${guardRatioMax})
  --out DIR        keeps the result there (load/results); --no-out keeps none`;

function isMode(text: string): text is Updates {
  return text === "states" || text === "changes";
}

function modesOf(text: string | undefined, initial: readonly Updates[]): readonly Updates[] {
  if (text === undefined) return initial;
  if (text === "both") return both;
  if (!isMode(text)) throw new Error("--mode is states, changes or both.");
  return [text];
}

const optionNames: Readonly<Record<keyof Numbers, string>> = { games: "games", rounds: "rounds", warmSeconds: "warm", seconds: "seconds" };

function numberOf(name: keyof Numbers, text: string | undefined, initial: number): number {
  if (text === undefined) return initial;
  const value = Number(text);
  const isWhole = name === "games" || name === "rounds";
  if (!(value > 0) || value > most[name] || (isWhole && !Number.isInteger(value))) {
    throw new Error(`--${optionNames[name]} is a${isWhole ? " whole" : ""} number above 0, at most ${most[name]}.`);
  }
  return value;
}

function ratioOf(text: string | undefined): number {
  const value = Number(text ?? guardRatioMax);
  if (!(value > 0)) throw new Error("--guard-max is a number above 0.");
  return value;
}

/** Throws one sentence when something is not understood. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: "string" },
      games: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warm: { type: "string" },
      mode: { type: "string" },
      guard: { type: "boolean", default: false },
      "guard-max": { type: "string" },
      out: { type: "string" },
      "no-out": { type: "boolean", default: false },
    },
  });
  const preset = values.preset ?? (values.guard ? "guard" : "taps");
  const initial = Object.hasOwn(presets, preset) ? presets[preset] : undefined;
  if (initial === undefined) throw new Error(`--preset is one of ${Object.keys(presets).join(", ")}.`);
  const options: BenchOptions = {
    preset,
    games: numberOf("games", values.games, initial.games),
    rounds: numberOf("rounds", values.rounds, initial.rounds),
    warmSeconds: numberOf("warmSeconds", values.warm, initial.warmSeconds),
    seconds: numberOf("seconds", values.seconds, initial.seconds),
    modes: modesOf(values.mode, initial.modes),
    guard: values.guard,
    guardRatioMax: ratioOf(values["guard-max"]),
    out: values["no-out"] ? null : (values.out ?? (values.guard ? null : "load/results")),
  };
  const wholeSeconds = wholeSecondsOf(options);
  if (wholeSeconds > wholeSecondsMax) throw new Error(`This would take ${Math.round(wholeSeconds)} s; at most ${wholeSecondsMax} s.`);
  return options;
}

/** How long the measuring takes, without starting servers and opening tables. */
export function wholeSecondsOf({ rounds, warmSeconds, seconds, modes }: BenchOptions): number {
  return rounds * (warmSeconds + seconds) * modes.length * contestantsMax;
}
