// The numbers of a seat as its player means them now: the server's, overlaid with what is on its way there. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Model } from "./model.ts";
import { playerOf } from "./table-questions.ts";

/** "life", or a counter's name. */
export type ValueName = string;

interface Update {
  readonly playerId?: SeatId;
  readonly life?: number;
  readonly counters?: Readonly<Record<string, number>>;
}

export const standardCounters = ["poison", "drunk", "energy", "experience", "radiation", "tickets", "commanderTax", "generic"] as const;

const bounds = (name: ValueName): readonly [number, number] => (name === "life" ? [-999, 9_999] : [0, 999]);

export function valueFor(model: Model, seat: SeatId, name: ValueName): number {
  const sent = model.outbox.filter((s) => s.type === "updatePlayer").map((s) => s.data as Update);
  const latest = sent.findLast(
    (update) => update.playerId === seat && (name === "life" ? update.life : update.counters?.[name]) !== undefined,
  );
  const pending = name === "life" ? latest?.life : latest?.counters?.[name];
  if (pending !== undefined) return pending;
  const player = model.table ? playerOf(model.table, seat) : undefined;
  return (name === "life" ? player?.life : player?.counters[name]) ?? 0;
}

/** A step kept within what the game allows. */
export function stepped(name: ValueName, value: number, step: number): number {
  const [least, most] = bounds(name);
  return Math.min(most, Math.max(least, value + step));
}

/** The command that sets a value. */
export const setValue = (seat: SeatId, name: ValueName, value: number): { readonly type: string; readonly data: object } => ({
  type: "updatePlayer",
  data: name === "life" ? { playerId: seat, life: value } : { playerId: seat, counters: { [name]: value } },
});
