// A blow as a command: life goes down, and a commander's damage is counted beside it. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { Table } from "./model.ts";
import type { Command } from "./offer.ts";
import { playerOf, type Standing, stackTop } from "./table-questions.ts";

export interface Blow {
  readonly to: SeatId;
  /** null: nobody; life that is paid. */
  readonly from: SeatId | null;
  readonly amount: number;
  readonly kind: "plain" | "first" | "partner";
}

/** What is most likely meant: whoever acts hits whoever opens the sheet or, where that is nobody who can be hit, the first who can. */
export function firstBlow(table: Table, { seat }: Pick<Standing, "seat">): Blow {
  const living = table.players.filter(({ isEliminated }) => !isEliminated);
  const to = (living.find(({ id }) => id === seat) ?? living[0])?.id ?? 1;
  const acting = stackTop(table) ?? table.activePlayer;
  return { to, from: acting === to ? null : acting, amount: 1, kind: "plain" };
}

/** Another taker, dealer or kind. Nobody deals himself damage, and nobody has no commander. */
export function changedBlow(old: Blow, part: Partial<Blow>): Blow {
  const blow = { ...old, ...part };
  const from = blow.from === blow.to ? null : blow.from;
  return { ...blow, from, kind: from === null ? "plain" : blow.kind };
}

/** What `from`'s commander of this kind has dealt to `to` so far. */
export function damageFrom(table: Table, { to, from, kind }: Blow): number {
  const dealt = from === null ? undefined : playerOf(table, to)?.commanderDamage[String(from)];
  return dealt?.[kind === "partner" ? 1 : 0] ?? 0;
}

export function damageCommand(table: Table, blow: Blow): Command {
  const { to, from, amount, kind } = blow;
  const life = Math.max(limits.life.min, (playerOf(table, to)?.life ?? 0) - amount);
  const base = { playerId: to, life };
  if (from === null) return { type: "updatePlayer", data: { ...base, source: to } };
  if (kind === "plain") return { type: "updatePlayer", data: { ...base, source: from } };
  const [first, partner] = playerOf(table, to)?.commanderDamage[String(from)] ?? [0, 0];
  const add = (n: number): number => Math.min(limits.commanderDamage.max, n + amount);
  const commanderDamage = { [from]: kind === "first" ? [add(first), partner] : [first, add(partner)] };
  return { type: "updatePlayer", data: { ...base, source: from, commanderDamage } };
}
