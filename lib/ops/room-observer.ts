// What rooms tell becomes metrics, log lines, reports and the operator's live rows. It decides nothing.
import type { RoomObserver } from "../room/observer.ts";
import type { Ambient } from "./ambient.ts";
import type { Audit } from "./audit.ts";
import type { NoteDamage } from "./damage.ts";
import { faultLines } from "./fault-lines.ts";
import type { LiveGames } from "./live-games.ts";
import type { RootLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Reporter } from "./report.ts";
import { isForgettable, type RetentionLimits } from "./retention.ts";

/** By the clock of another instance a game may be past retention a little sooner. */
const clocksMs = 60_000;

interface ObserverParts {
  readonly ambient: Pick<Ambient, "monotonicMs" | "now">;
  readonly config: { readonly limits: RetentionLimits };
  readonly metrics: Metrics;
  readonly log: RootLog;
  readonly reporter: Reporter;
  readonly live: LiveGames;
  readonly audit: Audit;
  readonly noteDamage: NoteDamage;
}

export function roomObserver({ ambient, config, metrics, log, reporter, live, audit, noteDamage }: ObserverParts): RoomObserver {
  const steppedBack = (gameId: string, from: number, to: number) => {
    metrics.versionStepsBack.add();
    log.error({ gameId, from, to }, "the store came back without changes that were acknowledged");
  };
  const logLine = faultLines({ log, ambient }, "a game's log could not be decided again, so an undo was refused; nothing is lost");
  return {
    lockWaited: (waitMs) => metrics.lockWaitSeconds.observe(waitMs / 1_000),
    committed(outcome, durationMs) {
      metrics.commits(outcome).add();
      metrics.commitSeconds.observe(durationMs / 1_000);
    },
    notCommitted: (outcome) => metrics.commits(outcome).add(),
    fannedOut: (count) => metrics.broadcastConnections.observe(count),
    changed: (id, seen) => live.note(id, () => ({ id, ...seen() })),
    resynced: () => metrics.resyncs.add(),
    steppedBack,
    vanished(gameId, { v, at, status }) {
      // Whoever forgot it has said so, and nothing is lost.
      if (!isForgettable({ at, status }, config.limits, ambient.now() + clocksMs)) steppedBack(gameId, v, 0);
    },
    tokensRevoked: (gameId) => audit.note("token-reused", "server", { gameId }),
    wokeLate: (lateMs) => metrics.alarmLateSeconds.observe(lateMs / 1_000),
    damaged: noteDamage,
    bug(gameId, error, moment) {
      metrics.bugs.add();
      log.error({ gameId, ...moment, err: error }, "a turn failed, and the room is read again");
      reporter.report(error, { kind: "bug", gameId, ...moment });
    },
    threwAtLog(gameId, error) {
      metrics.bugs.add();
      logLine(gameId, error);
    },
    fault: faultLines({ log, ambient }),
  };
}
