// A second, naive telling of the rules to compare with: it ticks a real countdown in steps of 250 ms and changes things in
// place. It shares no code with lib/game. It knows seats, clocks, falls, life, hosts, presence, campaigns and undo; tokens,
// names, counters other than drunk and markers are left to the tables.
export const tickMs = 250;

export interface ModelSeat {
  owner: string | null;
  since: number;
  awayAt: number | null;
  bank: number;
  delay: number;
  grace: number;
  paid: number;
  total: number;
  quota: number | null;
  over: boolean;
  choice: number | null;
  owed: number;
  penalties: number;
  dead: boolean;
  life: number;
  drunk: number;
  damage: number;
  hit: Set<number>;
  lowest: number;
}

interface Round {
  winner: number | null;
  points: number[];
  used: number[];
}

interface Play {
  status: "waiting" | "running" | "paused" | "finished";
  pausedBy: "player" | "drop" | "restart" | null;
  seats: ModelSeat[];
  active: number | null;
  turn: number;
  stack: number[];
  phase: "none" | "selecting" | "resolving";
  targets: number[];
  asked: number[];
  winner: number | null;
  initial: number;
  round: number;
  results: Round[];
  winners: number[] | null;
}

export interface Kept {
  type: string;
  by: number | null;
  at: number;
  lasting: boolean;
  undone: boolean;
  /** What undo puts back. */
  play: Play;
}

export interface ModelSettings {
  readonly playerCount: number;
  readonly campaignPreset: string | null;
  readonly initialTime: number;
  readonly bonusTime: number;
  readonly delayTime: number;
  readonly bronsteinTime: number;
  readonly handicaps: Readonly<Record<number, number>>;
  readonly warningThresholds: readonly number[];
  readonly onTimeout: string;
  readonly penaltyTimeDeduction: number;
  readonly timeoutGracePeriod: number;
  readonly timeoutPenaltyLives: number;
  readonly timeoutPenaltyDrunk: number;
  readonly timeoutBonusTime: number;
  readonly startingLife: number;
  readonly dropPolicy: string;
}

export interface Asked {
  readonly viewer: string;
  readonly type: string;
  readonly playerId?: number;
  readonly life?: number;
  readonly was?: { readonly life: number };
  readonly source?: number;
  readonly deltaMs?: number;
  readonly choice?: string;
  readonly agree?: boolean;
  readonly to?: string;
  readonly rtt: number;
  /** What chance said, for commands that draw. */
  readonly drawn?: number;
}

export const dayMs = 86_400_000;
const hourMs = 3_600_000;

export const copy = (play: Play): Play => ({
  ...play,
  seats: play.seats.map((seat) => ({ ...seat, hit: new Set(seat.hit) })),
  stack: [...play.stack],
  targets: [...play.targets],
  asked: [...play.asked],
  results: [...play.results],
});

/** Presence changes and the like: undo passes them over, and a request for undo survives them. */
export const quiet = new Set(["claim", "unclaim", "kick", "transferHost", "drops", "reconnects", "outage", "undo"]);

export class ModelTable {
  now = 0;
  play: Play;
  hostSeat: number | null = null;
  chair: { who: string; awayAt: number | null } | null;
  history: Kept[] = [];
  request: { by: number | null; kept: Kept; agreed: number[] } | null = null;
  readonly settings: ModelSettings;
  protected last: Play;
  protected woken: "no" | "passing" | "lasting" = "no";

  constructor(settings: ModelSettings, creator: string) {
    this.settings = settings;
    this.chair = { who: creator, awayAt: null };
    const seats = Array.from(
      { length: settings.playerCount },
      () => ({ owner: null, since: 0, awayAt: null, owed: 0 }) as unknown as ModelSeat,
    );
    this.play = {
      status: "waiting",
      pausedBy: null,
      seats,
      turn: 0,
      initial: settings.initialTime,
      round: 1,
      results: [],
      winners: null,
    } as unknown as Play;
    this.deal();
    this.last = copy(this.play);
  }

  protected deal(): void {
    const { play, settings } = this;
    Object.assign(play, {
      status: "waiting",
      pausedBy: null,
      active: null,
      turn: 0,
      stack: [],
      phase: "none",
      targets: [],
      asked: [],
      winner: null,
    });
    play.seats.forEach((seat, index) => {
      const bank = Math.max(1_000, Math.min(dayMs, play.initial + (settings.handicaps[index + 1] ?? 0)) - seat.owed);
      Object.assign(seat, {
        bank,
        delay: 0,
        grace: 0,
        paid: 0,
        total: 0,
        quota: null,
        over: false,
        choice: null,
        penalties: 0,
        dead: false,
      });
      Object.assign(seat, { life: settings.startingLife, drunk: 0, damage: 0, hit: new Set(), lowest: settings.startingLife });
    });
  }

  seat(id: number | null | undefined): ModelSeat | undefined {
    return id === null || id === undefined ? undefined : this.play.seats[id - 1];
  }

  seatOf(viewer: string): number | null {
    const index = this.play.seats.findIndex((seat) => seat.owner === viewer);
    return index < 0 ? null : index + 1;
  }

  host(): string | null {
    return this.seat(this.hostSeat)?.owner ?? this.chair?.who ?? null;
  }

  runners(): number[] {
    const { play } = this;
    if (play.status !== "running" && play.status !== "paused") return [];
    if (play.stack.length > 0) return play.stack.slice(-1);
    if (play.phase === "resolving") return [...play.asked];
    return play.active === null ? [] : [play.active];
  }

  // Time.

  /** Lets time pass; everything that happens by itself on the way is one change. */
  pass(until: number): void {
    const before = this.last;
    this.flow(until);
    if (this.woken !== "no")
      this.history.unshift({ type: "wake", by: null, at: this.now, lasting: this.woken === "passing", undone: false, play: before });
  }

  protected flow(until: number): void {
    this.woken = "no";
    while (this.now < until) {
      this.stirred = false;
      this.tick();
      this.now += tickMs;
      this.wake("tick");
      // Between changes clocks run on, but the state of the game is that of its last change.
      if (this.stirred) this.last = copy(this.play);
    }
  }

  protected tick(): void {
    if (this.play.status !== "running") return;
    const choosing = this.play.seats.map((seat) => seat.choice !== null);
    for (const seat of this.play.seats) if (seat.choice !== null) seat.choice -= tickMs;
    for (const id of this.runners()) {
      const seat = this.seat(id) as ModelSeat;
      if (seat.delay > 0) seat.delay -= tickMs;
      else if (seat.owner !== null && seat.awayAt !== null && seat.grace > 0) seat.grace -= tickMs;
      else if (!choosing[id - 1]) {
        seat.bank -= tickMs;
        seat.paid += tickMs;
        seat.total += tickMs;
        if (this.settings.warningThresholds.includes(seat.bank)) this.woke("passing");
      }
    }
  }

  protected stirred = false;

  protected woke(how: "passing" | "lasting"): void {
    this.stirred = true;
    if (this.woken !== "lasting") this.woken = how;
  }

  protected wake(when: "tick" | "now"): void {
    // A death may put a seat without time on the clock: it falls at the same moment.
    while (this.play.status === "running" && this.falls());
    this.play.seats.forEach((seat, index) => {
      if (seat.owner === null || seat.awayAt === null || this.now - seat.awayAt < hourMs) return;
      this.free(index + 1);
      this.woke("passing");
    });
    if (this.chair?.awayAt != null && this.now - this.chair.awayAt >= hourMs) {
      this.chair = null;
      this.woke("passing");
    }
    if (this.succeed() && when === "tick") this.woke("passing");
  }

  protected falls(): boolean {
    const running = this.runners();
    const out: number[] = [];
    this.play.seats.forEach((seat, index) => {
      if (seat.choice !== null) {
        if (seat.choice <= 0) out.push(index + 1);
        return;
      }
      const free = seat.delay > 0 || (seat.owner !== null && seat.awayAt !== null && seat.grace > 0);
      if (!running.includes(index + 1) || seat.over || seat.bank > 0 || free) return;
      this.woke("lasting");
      this.request = null;
      seat.penalties += 1;
      if (this.settings.onTimeout === "choice") seat.choice = this.settings.timeoutGracePeriod;
      else if (this.settings.onTimeout === "game-loss") out.push(index + 1);
      else {
        seat.over = true;
        if (this.settings.onTimeout === "time-deduction") seat.owed += this.settings.penaltyTimeDeduction;
      }
    });
    if (out.length === 0) return false;
    this.woke("lasting");
    this.request = null;
    this.changing(() => this.die(out));
    return true;
  }

  // What every change of the table entails.

  /** Runs a change; whoever leaves or gets on the clock by it is treated so. */
  protected changing(change: () => void): void {
    const before = this.runners();
    change();
    const after = this.runners();
    const playing = this.play.status === "running" || this.play.status === "paused";
    for (const id of before) {
      if (after.includes(id)) continue;
      const seat = this.seat(id) as ModelSeat;
      if (playing && !seat.dead && seat.choice === null) this.give(seat, Math.min(this.settings.bronsteinTime, seat.paid));
      Object.assign(seat, { delay: 0, grace: 0, paid: 0 });
    }
    for (const id of after) {
      if (before.includes(id)) continue;
      Object.assign(this.seat(id) as ModelSeat, {
        delay: this.settings.delayTime,
        grace: this.settings.dropPolicy === "grace" ? 30_000 : 0,
        paid: 0,
      });
    }
  }

  protected give(seat: ModelSeat, ms: number): void {
    seat.bank = Math.min(dayMs, seat.bank + ms);
    if (seat.bank > 0) seat.over = false;
  }

  protected turnTo(id: number): void {
    const { play } = this;
    play.active = id;
    play.turn += 1;
    if (play.status === "running") this.give(this.seat(id) as ModelSeat, this.settings.bonusTime);
  }

  protected after(id: number): number | null {
    const count = this.play.seats.length;
    for (let step = 1; step < count; step += 1) {
      const next = ((id - 1 + step) % count) + 1;
      if (!this.seat(next)?.dead) return next;
    }
    return null;
  }

  protected die(ids: readonly number[]): void {
    const { play } = this;
    for (const id of ids) Object.assign(this.seat(id) as ModelSeat, { dead: true, choice: null, over: false });
    const alive = play.seats.flatMap((seat, index) => (seat.dead ? [] : [index + 1]));
    if (alive.length <= 1) {
      this.finish(alive[0] ?? null);
      return;
    }
    const lives = (id: number) => alive.includes(id);
    play.stack = play.stack.filter(lives);
    if (play.active !== null && !lives(play.active)) {
      Object.assign(play, { phase: "none", targets: [], asked: [] });
      this.turnTo(this.after(play.active) as number);
    }
    play.targets = play.targets.filter(lives);
    play.asked = play.asked.filter(lives);
    if ((play.phase === "selecting" && play.targets.length === 0) || (play.phase === "resolving" && play.asked.length === 0)) {
      Object.assign(play, { phase: "none", targets: [], asked: [] });
    }
  }

  protected finish(winner: number | null): void {
    const { play } = this;
    Object.assign(play, { status: "finished", pausedBy: null, winner, active: null, stack: [], phase: "none", targets: [], asked: [] });
    for (const seat of play.seats) seat.choice = null;
    if (this.settings.campaignPreset === null) return;
    const wastelands = this.settings.campaignPreset === "wastelands";
    const factor = [1, 1.5, 2][Math.min(play.round, 3) - 1] as number;
    const spread = (hit: number) => (hit === 0 ? 0 : 0.5 + hit / 2);
    const points = play.seats.map((seat) => (wastelands ? Math.floor(seat.damage * spread(seat.hit.size) * factor) : 0));
    play.results = [...play.results, { winner, points, used: play.seats.map((seat) => seat.total) }];
    play.winners = this.champions();
  }

  standings(): { wins: number; points: number; used: number }[] {
    const sum = (list: number[]) => list.reduce((left, right) => left + right, 0);
    return this.play.seats.map((_, index) => ({
      wins: this.play.results.filter((round) => round.winner === index + 1).length,
      points: sum(this.play.results.map((round) => round.points[index] ?? 0)),
      used: sum(this.play.results.map((round) => round.used[index] ?? 0)),
    }));
  }

  protected champions(): number[] | null {
    const preset = this.settings.campaignPreset;
    const table = this.standings();
    const [rounds, wins] = preset === "standard" ? [5, 3] : preset === "blitz" ? [7, 4] : preset === "endurance" ? [10, 99] : [3, 99];
    const enough = table.flatMap((one, index) => (one.wins >= wins ? [index + 1] : []));
    if (enough.length > 0) return enough;
    if (this.play.round < rounds) return null;
    const worth = table.map((one) => (preset === "endurance" ? -one.used : preset === "wastelands" ? one.points : one.wins));
    const best = Math.max(...worth);
    return worth.flatMap((value, index) => (value === best ? [index + 1] : []));
  }

  // Presence.

  protected free(id: number): void {
    Object.assign(this.seat(id) as ModelSeat, { owner: null, awayAt: null });
    if (this.hostSeat === id) this.hostSeat = null;
  }

  protected succeed(): boolean {
    if (this.hostSeat === null && this.chair !== null) this.hostSeat = this.seatOf(this.chair.who);
    const holder = this.seat(this.hostSeat);
    const away = holder?.owner ? holder.awayAt : this.chair ? this.chair.awayAt : Number.NEGATIVE_INFINITY;
    if (away === null || this.now - away < 300_000) return false;
    let heir: number | null = null;
    this.play.seats.forEach((seat, index) => {
      if (seat.owner === null || seat.awayAt !== null || index + 1 === this.hostSeat) return;
      if (heir === null || seat.since < (this.seat(heir) as ModelSeat).since) heir = index + 1;
    });
    if (heir === null) return false;
    this.hostSeat = heir;
    return true;
  }

  protected absent(): boolean {
    return this.play.seats.some((seat) => !seat.dead && seat.owner !== null && seat.awayAt !== null);
  }

  protected standForAbsent(): void {
    if (this.play.status === "running" && this.settings.dropPolicy === "pause" && this.absent()) {
      Object.assign(this.play, { status: "paused", pausedBy: "drop" });
    }
  }
}
