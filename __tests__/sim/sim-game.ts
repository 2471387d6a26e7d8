// What the simulator has to know of a game to play it: everything else it does is the same for all.
import type { HostedGame } from "../../lib/gateway/hosted-game.ts";
import type { OtherGame, Table } from "../../public/app/model/model.ts";
import type { Look } from "./census.ts";
import type { Chance } from "./chance.ts";
import type { Shape } from "./scenario.ts";

/** What a page shows of its game. */
export type Shown = Table | OtherGame;

export interface Move {
  readonly type: string;
  readonly data: object;
}

export interface Standing {
  readonly seat: number | null;
  readonly isHost: boolean;
}

export interface Mover {
  /** The next command, or null to sit still. */
  next(shown: Shown, who: Standing): Move | null;
}

export interface SimGame {
  readonly game: HostedGame;
  /** What its evenings must have reached beside what every game's must. */
  readonly mustReach: readonly string[];
  settings(chance: Chance): object;
  shape(chance: Chance): Shape;
  /** What players usually do. */
  readonly mover: (chance: Chance) => Mover;
  /** How many devices come, spectators left out. */
  players(settings: object, chance: Chance): number;
  isHost(page: { readonly name: string; readonly seat: number | null; readonly table: Shown | null }): boolean;
  /** Names of the rules that a durable state breaks. */
  broken(state: unknown): readonly string[];
  audiences(state: unknown): readonly string[];
  /** The audience whose view a page shows. */
  audienceShown(shown: Shown): string;
  /** What a view or an event gives away to somebody who must not know it, in words. */
  given(state: unknown, events: readonly { readonly type: string; readonly data: object }[]): readonly string[];
  /** Counts the states that its evenings are about. */
  look(look: Look, count: (name: string) => void): void;
}
