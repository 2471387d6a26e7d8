// Gives dead letters a second chance: each is written as it would have been then, or told why it cannot be.
// A change that has been overtaken or buried since is left out: replaying never undoes what players saw.
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { appendLetters, type DeadLetter, readDeadLetters } from "./dead-letter.ts";
import { oneLine } from "./sqlite-disk.ts";
import type { CommitOp, FeedbackOp, Op, ShownColumns } from "./sqlite-messages.ts";
import { StoreFault } from "./store.ts";
import { uncut } from "./state-text.ts";
import { deadLetterName, type LetteredStore } from "./store-sqlite.ts";

export interface ReplayReport {
  readonly written: number;
  readonly already: number;
  readonly overtaken: number;
  readonly torn: number;
  /** The store could not take them now either: they wait for the next replay. */
  readonly left: number;
}

const unfinished = ".unfinished";

/**
 * Puts the letters of a replay that was killed back among the others, and gives how many. Those it had written already are found to be
 * so by the next replay. Called once by whoever has just opened the store, while nobody replays.
 */
export function takeBackLetters(dataDir: string): number {
  const path = join(dataDir, deadLetterName);
  let count = 0;
  for (const name of unfinishedIn(dataDir)) {
    const aside = join(dataDir, name);
    const { letters } = readDeadLetters(aside);
    appendLetters(path, letters);
    renameSync(aside, `${aside.slice(0, -unfinished.length)}.cut-short`);
    count += letters.length;
  }
  return count;
}

const unfinishedIn = (dataDir: string): readonly string[] =>
  readdirSync(dataDir).filter((name) => name.startsWith(deadLetterName) && name.endsWith(unfinished));

/** Throws when a start could not read the letters it finds. */
export function tryLetters(dataDir: string): void {
  for (const name of [deadLetterName, ...unfinishedIn(dataDir)]) {
    try {
      readDeadLetters(join(dataDir, name));
    } catch (error) {
      throw new Error(`DATA_DIR cannot be used: ${name} cannot be read: ${oneLine(error)}.`, { cause: error });
    }
  }
}

/**
 * A server may be serving meanwhile: the file is put aside first, and new letters begin a new one. What was replayed stays in the
 * renamed file, so that nothing is replayed twice by accident and nothing is forgotten.
 */
export async function replayDeadLetters(store: LetteredStore, dataDir: string, suffix: string): Promise<ReplayReport> {
  const path = join(dataDir, deadLetterName);
  const report = { written: 0, already: 0, overtaken: 0, torn: 0, left: 0 };
  if (!existsSync(path)) return report;
  const aside = `${path}${suffix}${unfinished}`;
  renameSync(path, aside);
  const { letters, torn } = readDeadLetters(aside);
  report.torn = torn;
  for (const letter of letters) {
    const came = await replayOne(store, letter);
    report[came === "unknown" ? "left" : came] += 1;
    if (came === "left" || (came === "unknown" && !isKept(path, letter))) appendLetters(path, [letter]);
  }
  renameSync(aside, `${path}${suffix}`);
  return report;
}

/** The store has already put it back among the letters itself: it tried, and gave up. */
function isKept(path: string, { op }: DeadLetter): boolean {
  const text = textOf(op);
  return readDeadLetters(path).letters.some((letter) => textOf(letter.op) === text);
}

/** The same for a request and its replay. */
const textOf = (op: Op): string => JSON.stringify(op[0] === "feedback" ? [...op.slice(0, 4), feedbackId(op)] : op);

/** Programs before schema 5 wrote none, or how it was to be replayed in its place. */
const feedbackId = ([, , , , actionId]: FeedbackOp): string | null => (typeof actionId === "string" ? actionId : null);

async function replayOne(store: LetteredStore, { op }: DeadLetter): Promise<"written" | "already" | "overtaken" | "left" | "unknown"> {
  try {
    if (op[0] === "commit") {
      const outcome = await store.commitOp(renewed(op));
      if (outcome.kind === "ok") return "written";
      return outcome.kind === "duplicate" ? "already" : "overtaken";
    }
    if (op[0] === "resolve") return (await store.resolve(op[1], op[2], op[3])) === op[3] ? "written" : "already";
    if (op[0] === "feedback") {
      const [, at, gameId, text] = op;
      return (await store.saveFeedbackOnce({ at, gameId, text }, feedbackId(op))) ? "written" : "already";
    }
    if (op[0] === "remove") await store.remove(op[1]);
    return "written";
  } catch (error) {
    if (error instanceof StoreFault) return error.kind === "unknown" ? "unknown" : "left";
    throw error;
  }
}

/** How programs before schema 4 wrote a commit: the whole state in one piece, and whether it was a checkpoint. */
type OlderCommit = readonly [
  op: "commit",
  gameId: string,
  expectedV: number,
  at: number,
  state: string,
  change: string,
  prevHash: string,
  hash: string,
  actionId: string | null,
  answer: string | null,
  checkpoint: boolean,
  ...shown: ShownColumns,
  wakeAt: number | null,
];

function renewed(op: CommitOp | OlderCommit): CommitOp {
  if (op.length === 14) return op;
  const [, gameId, expectedV, at, state, change, prevHash, hash, actionId, answer, checkpoint, ...rest] = op;
  const [kind, name, status, listed, seats, seatsFree, wakeAt] = rest;
  const { still, moving } = uncut(state);
  const shown: ShownColumns = [kind, name, status, listed, seats, seatsFree];
  const kept = checkpoint ? state : null;
  return ["commit", gameId, expectedV, at, moving, change, prevHash, hash, actionId, answer, wakeAt, still, kept, shown];
}
