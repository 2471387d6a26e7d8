// What simulated students and their teacher do: mostly what people in a class do, sometimes what nobody may.
import type { HostTable, PlayerTable, WatcherTable } from "../../public/app/chsh/model/class-table.ts";
import type { Chance } from "./chance.ts";
import type { Move, Mover, Shown, Standing } from "./sim-game.ts";

type Choice = readonly [number, Move | null];

/** What a class is like: how often it does what, each about 0..10. */
export interface ClassTemper {
  readonly leaving: number;
  readonly pauses: number;
  readonly resets: number;
  readonly nonsense: number;
}

const move = (type: string, data: object = {}): Move => ({ type, data });

export class ClassMover implements Mover {
  readonly #chance: Chance;
  readonly #temper: ClassTemper;

  constructor(chance: Chance, temper: ClassTemper) {
    this.#chance = chance;
    this.#temper = temper;
  }

  next(shown: Shown, { isHost }: Standing): Move | null {
    if (this.#chance.hit(this.#temper.nonsense)) return this.#nonsense(shown);
    const table = shown as unknown as HostTable | PlayerTable | WatcherTable;
    if (table.role === "player") return this.#chance.weighted([...this.#player(table), ...(isHost ? this.#host(table.status) : [])]);
    if (table.role === "host") return this.#chance.weighted(this.#host(table.status));
    return this.#chance.weighted(this.#watcher(table));
  }

  #host(status: HostTable["status"]): Choice[] {
    const { pauses, resets } = this.#temper;
    const choices: Choice[] = [[40, null]];
    if (status === "waiting")
      choices.push([40, move("start")], [4, move("setMode", { mode: this.#chance.pick(["classic", "simplified"]) })]);
    if (status === "running") choices.push([pauses, move("pause")]);
    if (status === "paused") choices.push([40, move("resume")]);
    choices.push([resets, move("reset")]);
    return choices;
  }

  #player({ round, status }: PlayerTable): Choice[] {
    const { leaving } = this.#temper;
    const choices: Choice[] = [
      [20, null],
      [leaving, move("leaveTeam")],
    ];
    if (round !== null && round.answer === null && status === "running") {
      choices.push([80, move("answer", { round: round.number, answer: this.#chance.hit(50) })]);
    }
    return choices;
  }

  #watcher({ teams }: WatcherTable): Choice[] {
    const waiting = teams.filter(({ state }) => state === "waiting");
    const choices: Choice[] = [[6, null]];
    if (waiting.length > 0) choices.push([80, move("joinTeam", { teamId: this.#chance.pick(waiting).id })]);
    choices.push([waiting.length > 0 ? 6 : 60, move("createTeam", { name: `Team ${this.#chance.below(6)}` })]);
    return choices;
  }

  /** Anything, by anybody, at any time; also what no page would send. */
  #nonsense(shown: Shown): Move {
    const { round } = shown as unknown as Partial<PlayerTable>;
    const answer = this.#chance.hit(50);
    return this.#chance.pick([
      move("answer", { round: round?.number ?? 1, answer }),
      move("answer", { round: (round?.number ?? 1) + this.#chance.between(-2, 2), answer }),
      move("answer", { round: 1, answer: "true" }),
      move("createTeam", { name: "Team 1" }),
      move("createTeam", { name: "=1+1" }),
      move("joinTeam", { teamId: this.#chance.between(1, 8) }),
      move("joinTeam", { teamId: 0 }),
      move("leaveTeam"),
      move("endGame"),
      move("start"),
      move("pause"),
      move("resume"),
      move("setMode", { mode: "classic" }),
      move("setMode", { mode: "quantum" }),
      move("passTurn"),
      move("noSuchThing"),
      move("leave"),
    ]);
  }
}
