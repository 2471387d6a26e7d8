// What has happened in a game, as somebody who looks at it may hear it again.
import type { GameId, ViewerId } from "../game/ids.ts";
import type { WireEvent } from "../game/wire-event.ts";
import type { Copy } from "./copy.ts";
import { codeOfFault } from "./fault-code.ts";
import { type AnyRules, readRecord } from "./log.ts";
import type { RoomParts } from "./room-parts.ts";

export interface ToldChange {
  readonly v: number;
  readonly at: number;
  readonly events: readonly WireEvent[];
}

export interface Listening {
  readonly gameId: GameId;
  readonly rules: AnyRules;
  /** What he is shown. */
  readonly copy: Copy;
  readonly viewerId: ViewerId;
}

/** The newest `limit` changes after `v`, up to the one that is shown; null when they cannot be read. */
export async function toldSince(
  { store, observer }: Pick<RoomParts, "store" | "observer">,
  { gameId, rules, copy, viewerId }: Listening,
  { v, limit }: { readonly v: number; readonly limit: number },
): Promise<readonly ToldChange[] | null> {
  try {
    const stored = await store.changes(gameId, Math.max(v, copy.v - limit), limit);
    const audience = rules.audienceOf(copy.state, viewerId);
    const shown = stored.filter((row) => row.v <= copy.v);
    return shown.map((row) => ({ v: row.v, at: row.at, events: rules.eventsFor(copy.state, readRecord(row).events, audience) }));
  } catch (error) {
    codeOfFault(error, { gameId, observer, moment: null });
    return null;
  }
}
