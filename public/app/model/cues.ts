// Which happenings can be heard and felt, and by whom. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { WireEvent } from "../../../lib/game/wire-event.ts";
import { saysWhoBegins } from "./announce.ts";
import { hasEnded, type Model } from "./model.ts";
import { playerOf, timeRuns } from "./table-questions.ts";

export type Cue = "turn" | "priority" | "warning" | "timeout" | "out" | "dice" | "end" | "nudge";

interface About {
  readonly playerId?: SeatId | null;
  readonly to?: SeatId;
  readonly players?: readonly SeatId[];
}

export interface Ears {
  readonly seat: SeatId | null;
  /** This device is the whole table: it hears for every seat. */
  readonly all: boolean;
}

/** The cue of an event for this page; null for what stays silent. */
export function cueFor(event: WireEvent, { seat: own, all }: Ears): Cue | null {
  const about = event.data as About;
  const mine = (seat: SeatId | null | undefined): boolean => all || (seat !== null && seat !== undefined && seat === own);
  switch (event.type) {
    case "turnPassed":
      return mine(about.to) && !saysWhoBegins(event) ? "turn" : null;
    case "interrupted":
      return mine(about.playerId) ? null : "priority";
    case "targetsConfirmed":
      return (about.players ?? []).some(mine) ? "priority" : null;
    case "warning":
      return mine(about.playerId) ? "warning" : null;
    case "timeout":
      return "timeout";
    case "eliminated":
      return "out";
    case "diceRolled":
    case "playOrderRolled":
    case "randomPlayerSelected":
      return "dice";
    case "gameComplete":
    case "campaignComplete":
      return "end";
    default:
      return null;
  }
}

/** Whether the table waits for this page right now. One that has lost its place does not know any more. */
export function isOnTheClock({ table, seat, link }: Model): boolean {
  if (table === null || hasEnded(link)) return false;
  const player = playerOf(table, seat);
  return player !== undefined && timeRuns(table, player);
}

/** What the tab says beside the program's name; null for nothing. Nobody can come by the code of a table that is on this device only. */
export function tabSays(model: Model, t: (key: string) => string): string | null {
  if (isOnTheClock(model)) return t("say.your.turn");
  return model.link === "local" ? t("link.local") : (model.table?.id ?? null);
}
