// Requests that could not be written after all retries, one JSON line each with all that a replay needs. Nothing is replayed unless
// an operator says so.
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { oneLine } from "./sqlite-disk.ts";
import type { Op } from "./sqlite-messages.ts";

export interface DeadLetters {
  /** Keeps the ops; gives how many were kept. Never throws: a full disk must not make matters worse. */
  append(ops: readonly Op[], reason: string): number;
}

/** What the operator is shown of a letter: what it was, never what it held. */
export interface LetterNote {
  readonly at: number;
  readonly reason: string;
  readonly kind: string;
  readonly gameId: string | null;
  readonly v: number | null;
}

export interface DeadLetter {
  readonly at: number;
  readonly reason: string;
  readonly op: Op;
}

/** `bytesMax` bounds the file: past it, letters are counted as lost and reported. */
export interface DeadLetterSettings {
  readonly path: string;
  readonly bytesMax: number;
  readonly now: () => number;
  readonly onLost: (message: string) => void;
}

export function fileDeadLetters({ path, bytesMax, now, onLost }: DeadLetterSettings): DeadLetters {
  return {
    append(ops, reason) {
      if (ops.length === 0) return 0;
      const at = now();
      try {
        appendLetters(
          path,
          ops.map((op) => ({ at, reason, op })),
          bytesMax,
        );
        return ops.length;
      } catch (error) {
        onLost(`${ops.length} requests could not be kept for a replay: ${oneLine(error)}.`);
        return 0;
      }
    },
  };
}

/** Forces them to the disk, or throws. They begin on a new line: one that a crash or a full disk cut short must not take them with it. */
export function appendLetters(path: string, letters: readonly DeadLetter[], bytesMax = Infinity): void {
  const lines = `\n${letters.map((letter) => JSON.stringify(letter)).join("\n")}\n`;
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size + Buffer.byteLength(lines) > bytesMax) throw new Error(`${path} has reached its ${bytesMax} bytes`);
  appendFileSync(path, lines, { mode: 0o600, flush: true });
}

/** All letters of a file, oldest first; a torn line is skipped and counted. */
export function readDeadLetters(path: string): { readonly letters: readonly DeadLetter[]; readonly torn: number } {
  const letters: DeadLetter[] = [];
  let torn = 0;
  if (!existsSync(path)) return { letters, torn };
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "") continue;
    try {
      letters.push(JSON.parse(line) as DeadLetter);
    } catch {
      torn += 1;
    }
  }
  return { letters, torn };
}

export function noteOf({ at, reason, op }: DeadLetter): LetterNote {
  const gameId = op[0] === "commit" || op[0] === "resolve" || op[0] === "remove" ? op[1] : null;
  return { at, reason, kind: op[0], gameId, v: op[0] === "commit" ? op[2] + 1 : null };
}
