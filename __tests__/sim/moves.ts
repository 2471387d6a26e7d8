// What simulated players of the clock do: mostly what people at a table do, sometimes what nobody may.
import type { View } from "../../lib/game/view.ts";
import type { Table } from "../../public/app/model/model.ts";
import type { Chance } from "./chance.ts";
import type { Move, Mover as AnyMover, Shown, Standing } from "./sim-game.ts";

/** What a table is like: how often its players do what, each about 0..10. */
export interface Temper {
  readonly interrupts: number;
  readonly targets: number;
  readonly deaths: number;
  readonly undos: number;
  readonly pauses: number;
  readonly rulings: number;
  readonly nonsense: number;
}

type Choice = readonly [number, Move | null];

const move = (type: string, data: object = {}): Move => ({ type, data });

export class Mover implements AnyMover {
  readonly #chance: Chance;
  readonly #temper: Temper;

  constructor(chance: Chance, temper: Temper) {
    this.#chance = chance;
    this.#temper = temper;
  }

  next(shown: Shown, who: Standing): Move | null {
    const view = shown as Table;
    if (this.#chance.hit(this.#temper.nonsense)) return this.#nonsense(view);
    if (view.undoRequest?.waitingFor.includes(who.seat ?? 0) && this.#chance.hit(50)) return move("undo", { agree: this.#chance.hit(85) });
    const choices = [...this.#common(view, who), ...this.#byStatus(view, who)];
    return this.#chance.weighted(choices);
  }

  #seat(view: View): number {
    return 1 + this.#chance.below(view.players.length);
  }

  #byStatus(view: View, who: Standing): Choice[] {
    if (view.status === "waiting") return this.#waiting(view, who);
    if (view.status === "running") return this.#running(view, who);
    if (view.status === "paused") return this.#paused(view, who);
    return this.#finished(view, who);
  }

  #common(view: View, { seat, isHost }: Standing): Choice[] {
    const { undos } = this.#temper;
    const choices: Choice[] = [[8, null]];
    const free = view.players.find((player) => !player.claimed);
    if (seat === null && free !== undefined) choices.push([60, move("claim", { playerId: free.id })]);
    if (seat !== null) {
      choices.push([undos, move("undo")], [2, move("rollDice", { sides: 6 })], [1, move("unclaim")]);
      choices.push([2, move("updatePlayer", { playerId: seat, name: `N${this.#chance.below(50)}` })]);
    }
    if (isHost) {
      choices.push([1, move("transferHost", { playerId: this.#seat(view) })], [1, move("kick", { playerId: this.#seat(view) })]);
      choices.push([1, move("renameGame", { name: `T${this.#chance.below(50)}` })], [undos / 3, move("undo")]);
      choices.push([1, move("updateSettings", { listed: this.#chance.hit(50) })]);
      choices.push([1, move("updateSettings", { dropPolicy: this.#chance.pick(["charge", "grace", "pause"]) })]);
    }
    return choices;
  }

  #waiting(_view: View, { seat, isHost }: Standing): Choice[] {
    const choices: Choice[] = [];
    if (seat !== null || isHost) choices.push([30, move("start")]);
    if (isHost) {
      choices.push([4, move("rollPlayOrder")], [4, move("randomStartPlayer")]);
      choices.push([3, move("updateSettings", { initialTime: this.#chance.between(1_000, 20_000) })]);
    }
    return choices;
  }

  #running(view: View, { seat, isHost }: Standing): Choice[] {
    const { rulings, deaths, pauses } = this.#temper;
    const choices: Choice[] = [];
    if (seat !== null) choices.push(...this.#playing(view, seat));
    if (seat !== null || isHost) choices.push([pauses, move("pause")]);
    if (isHost) {
      choices.push([deaths, move("eliminate", { playerId: this.#seat(view) })], [1, move("revive", { playerId: this.#seat(view) })]);
      choices.push([rulings, move("adjustTime", { playerId: this.#seat(view), deltaMs: this.#chance.between(-20_000, 5_000) })]);
      choices.push([1, move("addPenalty", { playerId: this.#seat(view) })], [2, move("switch", { playerId: this.#seat(view) })]);
      choices.push(...this.#forUnclaimed(view));
    }
    return choices;
  }

  /** A host plays for seats that nobody has claimed. */
  #forUnclaimed(view: View): Choice[] {
    const runner = view.players.find(({ id, claimed }) => !claimed && view.running.includes(id));
    if (runner === undefined) return [];
    const playerId = runner.id;
    if (runner.timeoutPending) return [[20, move("timeoutChoice", { playerId, choice: "loseLives" })]];
    if (view.interruptingPlayers.at(-1) === playerId) return [[20, move("passPriority", { playerId })]];
    if (view.awaitingPriority.includes(playerId)) return [[20, move("passTargetPriority", { playerId })]];
    return [[20, move("passTurn", { playerId })]];
  }

  #playing(view: View, seat: number): Choice[] {
    const { interrupts, targets, deaths } = this.#temper;
    const me = view.players[seat - 1];
    if (me === undefined || me.isEliminated) return [];
    const hurt = this.#chance.between(1, 6);
    const was = { life: me.life };
    const choices: Choice[] = [[deaths, move("updatePlayer", { playerId: seat, life: Math.max(-999, me.life - hurt), was })]];
    choices.push([1, move("updatePlayer", { playerId: seat, counters: { poison: this.#chance.below(12) } })]);
    choices.push([1, move("updateTable", { monarch: seat })]);
    const top = view.interruptingPlayers.at(-1);
    if (me.timeoutPending) choices.push([40, move("timeoutChoice", { choice: this.#chance.pick(["loseLives", "gainDrunk", "die"]) })]);
    if (me.timeoutPending) choices.push([this.#temper.pauses * 2, move("pause")]);
    choices.push([top === undefined ? interrupts : interrupts * 2, move("interrupt")]);
    if (top === seat) choices.push([40, move("passPriority")]);
    if (view.awaitingPriority.includes(seat)) choices.push([15, move("passTargetPriority")]);
    if (view.activePlayer === seat && top === undefined) choices.push(...this.#onTurn(view, targets));
    return choices;
  }

  #onTurn(view: View, targets: number): Choice[] {
    if (view.targetingState === "resolving") return [[1, move("cancelTargeting")]];
    const toggle = move("toggleTarget", { playerId: this.#seat(view) });
    if (view.targetingState === "none")
      return [
        [40, move("passTurn")],
        [targets * 3, toggle],
      ];
    const few = view.targetedPlayers.length < 2;
    return [
      [few ? 30 : 8, toggle],
      [few ? 10 : 40, move("confirmTargets")],
      [3, move("cancelTargeting")],
    ];
  }

  #paused(view: View, { seat, isHost }: Standing): Choice[] {
    if (seat === null && !isHost) return [];
    const choices: Choice[] = [
      [30, move("pause")],
      [5, move("start")],
    ];
    if (isHost) {
      choices.push([2, move("adjustTime", { playerId: this.#seat(view), deltaMs: 3_000 })]);
      choices.push([2, move("updateSettings", { bonusTime: this.#chance.below(4_000) })]);
      choices.push([1, move("updateSettings", { onTimeout: this.#chance.pick(["choice", "warning", "time-deduction", "game-loss"]) })]);
    }
    return choices;
  }

  #finished(view: View, { seat, isHost }: Standing): Choice[] {
    const choices: Choice[] = [];
    const goesOn = view.campaign?.winners === null;
    if (isHost && goesOn) choices.push([80, move("nextRound")]);
    if (seat !== null || isHost) choices.push([goesOn ? 1 : 30, move("reset")]);
    return choices;
  }

  /** Anything, by anybody, at any time; also what no page would send. */
  #nonsense(view: View): Move {
    const playerId = this.#seat(view);
    return this.#chance.pick([
      move("passTurn"),
      move("passPriority"),
      move("passTargetPriority", { playerId }),
      move("confirmTargets"),
      move("start"),
      move("switch", { playerId }),
      move("eliminate", { playerId }),
      move("adjustTime", { playerId, deltaMs: -5_000 }),
      move("timeoutChoice", { choice: "die" }),
      move("timeoutChoice", { choice: "live" }),
      move("claim", { playerId: 9 }),
      move("updatePlayer", { playerId, life: 1e9 }),
      move("updatePlayer", { playerId, life: 0 }),
      move("undo", { agree: true }),
      move("nextRound"),
      move("rollPlayOrder"),
      move("noSuchThing"),
      move("kick", { playerId }),
      move("interrupt", { playerId }),
      move("unclaim"),
      move("leave"),
    ]);
  }
}
