// Log lines about games that could not be served, or whose log could not be read. A store that is away fails every tap, so of each kind
// of trouble there is a line every so often, with how many there were since the one before; at debug there is a line for each.
import type { Ambient } from "./ambient.ts";
import type { Log } from "./log.ts";

const everyMs = 10_000;

interface FaultParts {
  readonly log: Pick<Log, "warn" | "debug">;
  readonly ambient: Pick<Ambient, "monotonicMs">;
}

interface Told {
  at: number;
  /** Since then. */
  untold: number;
}

/** A few words each, from closed lists: what is kept for them is bounded. */
const kindOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${"kind" in error ? String(error.kind) : ""}` : "thrown value";

export function faultLines(
  { log, ambient }: FaultParts,
  ofGame = "a game could not be served",
): (gameId: string | null, error: unknown) => void {
  const told = new Map<string, Told>();
  return (gameId, error) => {
    const fields = { ...(gameId === null ? {} : { gameId }), err: error };
    const message = gameId === null ? "games that are due could not be looked for" : ofGame;
    const now = ambient.monotonicMs();
    const kind = `${kindOf(error)}${gameId === null ? " of the look" : ""}`;
    const before = told.get(kind);
    if (before !== undefined && now - before.at < everyMs) {
      before.untold += 1;
      return log.debug(fields, message);
    }
    told.set(kind, { at: now, untold: 0 });
    log.warn({ ...fields, ...(before === undefined || before.untold === 0 ? {} : { untold: before.untold }) }, message);
  };
}
