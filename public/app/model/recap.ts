// What a game was like, from its log: who used how much time on what, the longest think, damage, life, who went when. Pure.
import { csvText } from "../../../lib/protocol/csv.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { WireEvent } from "../../../lib/game/wire-event.ts";
import { lastGame, type LoggedChange, type PlayedChange } from "./logged.ts";

export type Kind = "turn" | "priority" | "target";

export interface TurnUsed {
  readonly turn: number;
  readonly seat: SeatId;
  readonly ms: number;
}

export interface Point {
  /** Played time, ms. */
  readonly at: number;
  readonly value: number;
}

export interface SeatRecap {
  readonly seat: SeatId;
  readonly used: Readonly<Record<Kind, number>>;
  readonly usedMs: number;
  readonly turns: number;
  readonly interrupts: number;
  readonly timeouts: number;
  readonly dealt: number;
  readonly life: readonly Point[];
  readonly time: readonly Point[];
}

export interface Recap {
  readonly playedMs: number;
  readonly seats: readonly SeatRecap[];
  readonly turns: readonly TurnUsed[];
  readonly longest: TurnUsed | null;
  /** Seats in the order in which they went out. */
  readonly out: readonly { readonly seat: SeatId; readonly at: number; readonly turn: number }[];
}

type Facts = Readonly<Record<string, unknown>>;
interface Tally {
  readonly used: Record<Kind, number>;
  turns: number;
  interrupts: number;
  timeouts: number;
  dealt: number;
  readonly life: Point[];
  readonly time: Point[];
}

/** Walks the log once; times are what lies between changes while the clocks ran. */
class Walk {
  readonly tallies = new Map<SeatId, Tally>();
  readonly turns: TurnUsed[] = [];
  out: { seat: SeatId; at: number; turn: number }[] = [];
  longest: TurnUsed | null = null;
  playedMs = 0;
  /** Who begins, as far as the table said while it waited. */
  chosen: SeatId | null = null;
  private runs = false;
  private active: SeatId | null = null;
  private stack: SeatId[] = [];
  private awaiting: SeatId[] = [];
  private turn = 0;
  private turnMs = 0;
  private stretch = new Map<SeatId, number>();
  private lastAt: number | null = null;
  private readonly startingLife: number;

  constructor({ seats, startingLife }: RecapOf) {
    this.startingLife = startingLife;
    for (const seat of seats) this.tallies.set(seat, this.fresh());
  }

  take(change: PlayedChange): void {
    // Whoever is given the turn by name is given it alone: nobody holds priority over him any more, and no event says so.
    if (change.command === "switch") {
      this.until(change.at);
      this.stack = [];
    }
    for (const event of change.events) {
      this.until(event.at);
      this.happened(event);
    }
    this.until(change.at);
    for (const [seat] of this.stretch) if (!this.runners().includes(seat)) this.stretch.delete(seat);
    this.runs = change.runs;
  }

  private until(at: number): void {
    if (this.lastAt !== null && this.runs) this.charge(at - this.lastAt);
    this.lastAt = at;
  }

  end(): void {
    this.closeTurn();
  }

  private fresh(): Tally {
    return {
      used: { turn: 0, priority: 0, target: 0 },
      turns: 0,
      interrupts: 0,
      timeouts: 0,
      dealt: 0,
      life: [{ at: 0, value: this.startingLife }],
      time: [{ at: 0, value: 0 }],
    };
  }

  private runners(): readonly SeatId[] {
    const top = this.stack.at(-1);
    if (top !== undefined) return [top];
    if (this.awaiting.length > 0) return this.awaiting;
    return this.active === null ? [] : [this.active];
  }

  private charge(ms: number): void {
    if (ms <= 0) return;
    const kind: Kind = this.stack.length > 0 ? "priority" : this.awaiting.length > 0 ? "target" : "turn";
    this.playedMs += ms;
    if (kind === "turn") this.turnMs += ms;
    for (const seat of this.runners()) {
      const tally = this.tallies.get(seat);
      if (!tally) continue;
      tally.used[kind] += ms;
      tally.time.push({ at: this.playedMs, value: tally.used.turn + tally.used.priority + tally.used.target });
      const stretch = (this.stretch.get(seat) ?? 0) + ms;
      this.stretch.set(seat, stretch);
      if (this.longest === null || stretch > this.longest.ms) this.longest = { turn: this.turn, seat, ms: stretch };
    }
  }

  private closeTurn(): void {
    if (this.active !== null && this.turnMs > 0) this.turns.push({ turn: this.turn, seat: this.active, ms: this.turnMs });
    this.turnMs = 0;
  }

  private happened({ type, data }: WireEvent): void {
    const facts = data as Facts;
    const seat = facts["playerId"] as SeatId;
    const handlers: Readonly<Record<string, () => void>> = {
      gameStarted: () => this.started(),
      gameComplete: () => this.ended(),
      gameReset: () => this.ended(),
      randomPlayerSelected: () => this.begins(seat),
      playOrderRolled: () => this.begins((facts["order"] as readonly SeatId[])[0] ?? null),
      turnPassed: () => this.passed(facts["to"] as SeatId, facts["turn"] as number),
      interrupted: () => this.interrupted(seat),
      priorityPassed: () => void this.stack.pop(),
      targetsConfirmed: () => this.asked(facts["players"] as readonly SeatId[]),
      targetAnswered: () => this.answered(seat),
      targetingEnded: () => this.asked([]),
      timeout: () => this.count(seat, "timeouts"),
      lifeChanged: () => this.lifeChanged(facts),
      eliminated: () => this.eliminated(seat),
      revived: () => this.revived(seat),
    };
    handlers[type]?.();
  }

  private started(): void {
    this.turn = Math.max(1, this.turn);
  }

  private ended(): void {
    this.closeTurn();
    this.runs = false;
    this.active = null;
    this.chosen = null;
    this.stack = [];
    this.awaiting = [];
  }

  private begins(seat: SeatId | null): void {
    this.chosen = seat;
  }

  private passed(to: SeatId, turn: number): void {
    // Before the first move there is no turn to pass: the host says who begins.
    if (turn === 0) return this.begins(to);
    this.closeTurn();
    this.active = to;
    this.turn = turn;
    this.count(to, "turns");
  }

  private interrupted(seat: SeatId): void {
    this.stack.push(seat);
    this.count(seat, "interrupts");
  }

  private asked(seats: readonly SeatId[]): void {
    this.awaiting = [...seats];
  }

  private answered(seat: SeatId): void {
    this.awaiting = this.awaiting.filter((s) => s !== seat);
  }

  private count(seat: SeatId, what: "turns" | "interrupts" | "timeouts"): void {
    const tally = this.tallies.get(seat);
    if (tally) tally[what] += 1;
  }

  private lifeChanged(facts: Facts): void {
    const seat = facts["playerId"] as SeatId;
    const [from, to] = [facts["from"] as number, facts["to"] as number];
    this.tallies.get(seat)?.life.push({ at: this.playedMs, value: to });
    const source = facts["source"] as SeatId | null;
    const dealer = source === null || source === seat ? undefined : this.tallies.get(source);
    if (dealer && to < from) dealer.dealt += from - to;
  }

  private eliminated(seat: SeatId): void {
    this.stack = this.stack.filter((s) => s !== seat);
    this.answered(seat);
    this.out.push({ seat, at: this.playedMs, turn: this.turn });
  }

  /** Whoever came back did not go out, as the table sees it. He has at least 1 life, which no event of its own says. */
  private revived(seat: SeatId): void {
    const life = this.tallies.get(seat)?.life ?? [];
    life.push({ at: this.playedMs, value: Math.max(1, life.at(-1)?.value ?? 0) });
    this.out = this.out.filter((gone) => gone.seat !== seat);
  }

  /** The seat that starts has no `turnPassed` of its own. */
  startsWith(seat: SeatId): void {
    this.active ??= seat;
    this.count(seat, "turns");
  }
}

/** Who begins with this change: `chosen`, or whoever comes after him when the start itself put him out. */
function firstAlive(order: readonly SeatId[], chosen: SeatId | null, { events }: LoggedChange): SeatId | undefined {
  const out = events.filter((e) => e.type === "eliminated").map((e) => (e.data as Facts)["playerId"]);
  const from = Math.max(0, chosen === null ? 0 : order.indexOf(chosen));
  return [...order.slice(from), ...order.slice(0, from)].find((seat) => !out.includes(seat));
}

export interface RecapOf {
  readonly seats: readonly SeatId[];
  readonly startingLife: number;
  /** Seats in the order of play. */
  readonly order: readonly SeatId[];
}

/** The recap of a log; `order[0]` starts unless the log says who passed the first turn, or who was chosen to begin. */
export function recapOf(changes: readonly LoggedChange[], of: RecapOf): Recap {
  const { seats, order } = of;
  const walk = new Walk(of);
  const game = lastGame(changes);
  const passes = game.flatMap((c) => c.events).filter((e) => e.type === "turnPassed");
  const firstPass = passes.map((e) => e.data as Facts).find((facts) => facts["turn"] !== 0);
  const passedBy = firstPass?.["from"] as SeatId | null | undefined;
  for (const change of game) {
    const starter = passedBy ?? firstAlive(order, walk.chosen, change) ?? seats[0];
    if (change.events.some((e) => e.type === "gameStarted") && starter !== undefined) walk.startsWith(starter);
    walk.take(change);
  }
  walk.end();
  const recaps = seats.map((seat): SeatRecap => {
    const { used, turns, interrupts, timeouts, dealt, life, time } = walk.tallies.get(seat) as Tally;
    const end = (points: readonly Point[]): readonly Point[] => [...points, { at: walk.playedMs, value: points.at(-1)?.value ?? 0 }];
    return {
      seat,
      used,
      usedMs: used.turn + used.priority + used.target,
      turns,
      interrupts,
      timeouts,
      dealt,
      life: end(life),
      time: end(time),
    };
  });
  return { playedMs: walk.playedMs, seats: recaps, turns: walk.turns, longest: walk.longest, out: walk.out };
}

/** One line per turn and seat, for a spreadsheet. */
export function recapCsv(recap: Recap, nameOf: (seat: SeatId) => string): string {
  return csvText([
    ["turn", "seat", "name", "seconds"],
    ...recap.turns.map((t) => [t.turn, t.seat, nameOf(t.seat), (t.ms / 1000).toFixed(1)]),
  ]);
}
