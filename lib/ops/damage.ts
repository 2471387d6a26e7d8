// The operator's record of damaged games: a log line, an audit record and a count, once for each game in the life of the process.
// It decides nothing; whoever found the damage refuses what is damaged.
import type { Audit } from "./audit.ts";
import type { RootLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { scrubText } from "./scrub.ts";

interface DamageParts {
  readonly metrics: Pick<Metrics, "quarantined">;
  readonly audit: Pick<Audit, "note">;
  readonly log: Pick<RootLog, "error">;
}

export type NoteDamage = (gameId: string, reason: string) => void;

/** Damaged games remembered as told. Past it they are told again. */
const toldMax = 10_000;
const reasonCharsMax = 500;

export function damageRecord({ metrics, audit, log }: DamageParts): NoteDamage {
  const told = new Set<string>();
  return (gameId, reason) => {
    if (told.has(gameId)) return;
    if (told.size >= toldMax) told.clear();
    told.add(gameId);
    const shown = scrubText(reason).slice(0, reasonCharsMax);
    metrics.quarantined.add();
    audit.note("game-quarantined", "server", { gameId, reason: shown });
    log.error({ gameId, reason: shown }, "a game's record is damaged: nobody is given what is damaged, and it is left as it is");
  };
}
