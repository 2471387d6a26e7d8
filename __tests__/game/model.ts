// What the model makes of commands; time and its consequences are in model-table.ts.
import { type Asked, copy, dayMs, type Kept, type ModelSeat, ModelTable, quiet } from "./model-table.ts";

export class Model extends ModelTable {
  protected resume(): void {
    Object.assign(this.play, { status: "running", pausedBy: null });
    const lifeless = this.play.seats.flatMap((seat, index) => (!seat.dead && seat.life <= 0 ? [index + 1] : []));
    if (lifeless.length > 0) this.die(lifeless);
  }

  protected runOn(): void {
    const { play } = this;
    if (play.status !== "paused" || play.pausedBy === "player") return;
    if (play.pausedBy === "drop") {
      if (!this.absent()) this.resume();
      return;
    }
    const here = play.seats.some((seat) => seat.owner !== null && seat.awayAt === null);
    if (!here && play.seats.some((seat) => seat.owner !== null)) return;
    if (this.absent() && this.settings.dropPolicy === "pause") play.pausedBy = "drop";
    else this.resume();
  }

  // Commands. Each says whether it is accepted; `#same` marks what was accepted and changed nothing.

  protected same = false;

  protected keep(kept: Kept): void {
    this.history.unshift(kept);
    this.last = copy(this.play);
  }

  say(asked: Asked): boolean {
    const before = copy(this.play);
    this.same = false;
    let done = false;
    let didNothing = false;
    const wasRequest = this.request;
    // What an undo puts back was on the clock already.
    if (asked.type === "undo") done = this.perform(asked);
    this.changing(() => {
      if (asked.type !== "undo") done = this.perform(asked);
      didNothing = this.same;
      if (done) this.hear(asked.viewer);
    });
    if (!done) {
      this.play = before;
      return false;
    }
    if (this.same) return true;
    this.woken = "no";
    this.wake("now");
    // Being back is all that came of it.
    const lasting = quiet.has(asked.type) || didNothing;
    if (this.request === wasRequest && !lasting) this.request = null;
    this.keep({ type: asked.type, by: this.bySeat, at: this.now, lasting, undone: false, play: before });
    return true;
  }

  /** Whoever is let do something is here. */
  protected hear(viewer: string): void {
    const seat = this.seat(this.seatOf(viewer));
    const chair = this.chair?.who === viewer ? this.chair : null;
    if ((seat?.awayAt ?? null) === null && (chair?.awayAt ?? null) === null) return;
    for (const place of [seat, chair]) if (place) place.awayAt = null;
    this.same = false;
    this.runOn();
  }

  /** Nobody waits any more for whoever has lost his seat. */
  protected giveUp(id: number): void {
    const wasAway = this.seat(id)?.awayAt != null;
    this.free(id);
    if (wasAway) this.runOn();
  }

  protected bySeat: number | null = null;

  protected perform(asked: Asked): boolean {
    this.bySeat = this.seatOf(asked.viewer);
    const mine = this.bySeat;
    const isHost = this.host() === asked.viewer;
    const playing = this.play.status === "running" || this.play.status === "paused";
    const running = this.play.status === "running";
    const acts = (id: number | null | undefined) => id != null && (mine === id || (isHost && this.seat(id)?.owner === null));
    const acting = asked.playerId ?? mine;
    const about = asked.playerId;
    const credit = (id: number | null) => this.credit(id, mine === id || this.seat(id)?.owner === null ? asked.rtt : 0);
    if (about !== undefined && this.seat(about) === undefined) return false;
    switch (asked.type) {
      case "claim":
        return this.claim(about as number, asked.viewer);
      case "unclaim":
        if (mine === null) return false;
        this.giveUp(mine);
        return true;
      case "start":
        return (isHost || mine !== null) && this.start();
      case "pause":
        if (!playing || !(isHost || mine !== null)) return false;
        if (asked.to === "paused" && this.play.pausedBy === "drop") this.play.pausedBy = "player";
        else if (asked.to === this.play.status) this.same = true;
        else if (running) Object.assign(this.play, { status: "paused", pausedBy: "player" });
        else this.resume();
        return true;
      case "reset":
        return (isHost || mine !== null) && this.reset();
      case "switch":
        return (isHost || (playing && acts(this.play.active))) && this.switch(about as number);
      case "passTurn":
        if (!running || !(isHost || acts(this.play.active)) || (about !== undefined && about !== this.play.active)) return false;
        if (this.play.stack.length > 0 || this.play.phase !== "none") return false;
        credit(this.play.active);
        this.turnTo(this.after(this.play.active as number) as number);
        return true;
      case "interrupt":
        if (!running || !acts(acting) || this.seat(acting)?.dead || this.play.stack.length >= 32) return false;
        this.play.stack.push(acting as number);
        return true;
      case "passPriority":
        if (!running || !acts(acting) || this.play.stack.at(-1) !== acting) return false;
        this.play.stack.pop();
        // His own clock has ended only when he is not the next to run.
        if (!this.runners().includes(acting as number)) {
          this.play.stack.push(acting as number);
          credit(acting);
          this.play.stack.pop();
        }
        return true;
      case "toggleTarget":
        return running && acts(this.play.active) && this.toggle(about as number);
      case "confirmTargets":
        if (!running || !acts(this.play.active) || this.play.phase !== "selecting" || this.play.stack.length > 0) return false;
        credit(this.play.active);
        Object.assign(this.play, { phase: "resolving", asked: [...this.play.targets] });
        return true;
      case "cancelTargeting":
        if (!running || !acts(this.play.active) || this.play.phase === "none") return false;
        Object.assign(this.play, { phase: "none", targets: [], asked: [] });
        return true;
      case "passTargetPriority":
        if (!running || !acts(acting) || !this.play.asked.includes(acting as number)) return false;
        credit(acting);
        this.play.asked = this.play.asked.filter((id) => id !== acting);
        if (this.play.asked.length === 0) Object.assign(this.play, { phase: "none", targets: [] });
        return true;
      case "timeoutChoice":
        return running && acts(acting) && this.choose(acting as number, asked.choice ?? "die");
      case "updatePlayer":
        return (isHost || mine === about) && this.life(about as number, { life: this.meant(asked), source: asked.source ?? mine });
      case "nextRound":
        return isHost && this.nextRound();
      case "undo":
        return (isHost || mine !== null) && this.undo(asked.agree);
      case "randomStartPlayer":
        if (!isHost || this.play.status !== "waiting") return false;
        this.play.active = asked.drawn ?? null;
        return true;
      default:
        return isHost && this.rule(asked, mine, playing);
    }
  }

  /** Rulings of the host. */
  protected rule({ type, playerId, deltaMs = 0, viewer }: Asked, mine: number | null, playing: boolean): boolean {
    const id = playerId as number;
    const seat = this.seat(id) as ModelSeat;
    switch (type) {
      case "adjustTime": {
        if (this.play.status === "finished" || mine === id) return false;
        const overtime = this.settings.onTimeout === "warning" || this.settings.onTimeout === "time-deduction";
        const given = Math.max(Math.min(seat.bank, overtime ? -dayMs : 0), Math.min(dayMs, seat.bank + deltaMs));
        if (given > 0) seat.over = false;
        if (given > 0 && given > seat.bank) seat.choice = null;
        seat.bank = given;
        return true;
      }
      case "addPenalty":
        seat.penalties += 1;
        return playing;
      case "eliminate":
        if (!playing || seat.dead) return false;
        this.die([id]);
        if (seat.awayAt !== null) this.runOn();
        return true;
      case "revive":
        if (!playing || !seat.dead) return false;
        seat.dead = false;
        seat.life = Math.max(1, seat.life);
        if (seat.bank <= 0) this.give(seat, this.settings.timeoutBonusTime - seat.bank);
        return true;
      case "kick":
        if (seat.owner === null || seat.owner === viewer) return false;
        if (this.chair?.who === seat.owner) this.chair = null;
        this.giveUp(id);
        return true;
      case "transferHost":
        if (seat.owner === null) return false;
        if (this.hostSeat === id) {
          this.same = true;
          return true;
        }
        if (seat.awayAt !== null && this.now - seat.awayAt >= 300_000) return false;
        if (this.chair?.who !== seat.owner) this.chair = null;
        this.hostSeat = id;
        return true;
      default:
        throw new Error(`the model does not know ${type}`);
    }
  }

  protected credit(id: number | null, rtt: number): void {
    const seat = this.seat(id);
    if (seat === undefined || id === null || rtt <= 0 || seat.choice !== null || !this.runners().includes(id)) return;
    const most = Math.min(1_000, Math.floor(0.4 * rtt + 150));
    const quota = seat.quota ?? 3 * most;
    const back = Math.min(rtt, most, quota, seat.paid);
    seat.quota = Math.min(7 * most, quota + most - back);
    this.give(seat, back);
    seat.paid -= back;
    seat.total -= back;
  }

  protected claim(id: number, viewer: string): boolean {
    const seat = this.seat(id) as ModelSeat;
    if (seat.owner !== null || this.seatOf(viewer) !== null) return false;
    Object.assign(seat, { owner: viewer, since: this.now, awayAt: null });
    return true;
  }

  protected start(): boolean {
    const { play } = this;
    if (play.status === "paused") {
      this.resume();
      return true;
    }
    if (play.status !== "waiting" || play.seats.filter((seat) => seat.life > 0).length < 2) return false;
    const first = play.active ?? 1;
    for (const seat of play.seats) {
      seat.owed = 0;
      seat.lowest = seat.life;
      if (seat.life <= 0) seat.dead = true;
    }
    Object.assign(play, { status: "running", turn: 1, active: this.seat(first)?.dead ? this.after(first) : first });
    return true;
  }

  protected reset(): boolean {
    if (this.settings.campaignPreset !== null && this.play.status === "finished") this.play.results = this.play.results.slice(0, -1);
    this.play.winners = null;
    this.deal();
    return true;
  }

  protected nextRound(): boolean {
    const { play } = this;
    const preset = this.settings.campaignPreset;
    if (preset === null || play.status !== "finished" || play.winners !== null) return false;
    const [less, least] = preset === "standard" ? [60_000, 300_000] : preset === "blitz" ? [30_000, 120_000] : [0, 0];
    if (less > 0) play.initial = Math.max(Math.min(play.initial, least), play.initial - less);
    play.round += 1;
    this.deal();
    return true;
  }

  protected switch(id: number): boolean {
    const { play } = this;
    if (play.status === "finished" || this.seat(id)?.dead) return false;
    if (play.active === id && play.stack.length === 0 && play.phase === "none") {
      this.same = true;
      return true;
    }
    Object.assign(play, { stack: [], phase: "none", targets: [], asked: [] });
    if (play.status === "waiting") play.active = id;
    else if (play.active !== id) this.turnTo(id);
    return true;
  }

  protected toggle(id: number): boolean {
    const { play } = this;
    if (play.phase === "resolving" || play.stack.length > 0 || this.seat(id)?.dead || id === play.active) return false;
    play.targets = play.targets.includes(id) ? play.targets.filter((one) => one !== id) : [...play.targets, id];
    play.phase = play.targets.length > 0 ? "selecting" : "none";
    return true;
  }

  protected choose(id: number, choice: string): boolean {
    const seat = this.seat(id) as ModelSeat;
    if (seat.choice === null) return false;
    seat.choice = null;
    if (choice === "die") {
      this.die([id]);
      return true;
    }
    if (choice === "gainDrunk") seat.drunk = Math.min(999, seat.drunk + this.settings.timeoutPenaltyDrunk);
    const ends = choice === "loseLives" && seat.life - this.settings.timeoutPenaltyLives <= 0;
    if (!ends) this.give(seat, this.settings.timeoutBonusTime - Math.min(0, seat.bank));
    if (choice === "loseLives") this.life(id, { life: Math.max(-999, seat.life - this.settings.timeoutPenaltyLives), source: null });
    return true;
  }

  protected meant({ playerId, life = 0, was }: Asked): number {
    const by = was === undefined ? 0 : (this.seat(playerId)?.life ?? 0) - was.life;
    return Math.max(-999, Math.min(9_999, life + by));
  }

  protected life(id: number, { life, source }: { readonly life: number; readonly source: number | null }): boolean {
    const seat = this.seat(id) as ModelSeat;
    if (life === seat.life) {
      this.same = true;
      return true;
    }
    const lost = Math.max(0, Math.min(seat.lowest, seat.life)) - Math.max(0, life);
    if (lost > 0 && this.play.status === "running" && source !== null && source !== id && !seat.dead) {
      const dealer = this.seat(source) as ModelSeat;
      dealer.damage += lost;
      dealer.hit.add(id);
    }
    if (lost > 0) seat.lowest = life;
    seat.life = life;
    if (this.play.status === "running" && !seat.dead && life <= 0) this.die([id]);
    return true;
  }

  drops(viewer: string): void {
    const id = this.seatOf(viewer);
    const seat = this.seat(id);
    let changed = false;
    this.changing(() => {
      if (seat && seat.awayAt === null) {
        seat.awayAt = this.now;
        changed = true;
        this.standForAbsent();
      }
    });
    if (this.chair?.who === viewer && this.chair.awayAt === null) {
      this.chair.awayAt = this.now;
      changed = true;
    }
    this.presence(changed, "drops");
  }

  protected presence(changed: boolean, type: string): void {
    if (!changed) return;
    this.woken = "no";
    this.wake("now");
    this.keep({ type, by: null, at: this.now, lasting: true, undone: false, play: this.last });
  }

  /** With the newest token of that seat (null: the chair) through a connection that is new. */
  reconnects(id: number | null, viewer: string): boolean {
    const old = id === null ? (this.chair?.who ?? null) : (this.seat(id)?.owner ?? null);
    if (old === null) return false;
    const owner = this.seat(this.hostSeat)?.owner ?? null;
    if (id === null && owner !== null && owner !== old) return false;
    this.changing(() => {
      for (const seat of this.play.seats) if (seat.owner === old) Object.assign(seat, { owner: viewer, awayAt: null });
      if (this.chair?.who === old) this.chair = { who: viewer, awayAt: null };
      this.runOn();
    });
    this.presence(true, "reconnects");
    return true;
  }

  /** The server was away since then. Everything up to then has been told; the rest of the time did not run. */
  outage(from: number, now: number): void {
    const before = this.last;
    this.flow(Math.max(from, this.now));
    const since = this.now;
    if (this.play.status === "running") Object.assign(this.play, { status: "paused", pausedBy: "restart" });
    this.now = now;
    for (const seat of this.play.seats) if (seat.owner !== null) seat.awayAt = (seat.awayAt ?? since) + now - since;
    if (this.chair) this.chair.awayAt = (this.chair.awayAt ?? since) + now - since;
    this.keep({ type: "outage", by: null, at: this.now, lasting: this.woken !== "lasting", undone: false, play: before });
  }

  /** Who sat down since did not make it; from the chair he made it wherever he sits by now. */
  protected isOwn(kept: Kept, by: number | null): boolean {
    const seat = this.seat(by);
    if (kept.by === null && seat) return seat.owner === this.chair?.who;
    return kept.by === by && (!seat || seat.since <= kept.at);
  }

  protected undo(agree: boolean | undefined): boolean {
    const by = this.bySeat;
    const open = this.request;
    if (agree === false) {
      if (open === null || (by === null && open.by !== null)) return false;
      this.request = null;
      return true;
    }
    const kept = this.history.find((one) => !one.lasting && !one.undone);
    if (kept === undefined) return false;
    const answers = open !== null && open.kept === kept && open.by !== by;
    if (agree === true && !answers) return false;
    if (kept.type !== "wake" && kept.type !== "outage" && this.isOwn(kept, by)) return this.takeBack(kept);
    const again = open !== null && open.kept === kept;
    const asker = again ? open.by : by;
    const agreed = again ? [...new Set([...open.agreed, ...(by === null || !answers ? [] : [by])])] : [];
    const voters = this.play.seats.flatMap((seat, index) =>
      seat.owner !== null && seat.awayAt === null && index + 1 !== asker ? [index + 1] : [],
    );
    if (voters.every((id) => agreed.includes(id))) return this.takeBack(kept);
    if (open !== null && open.kept === kept && open.by === asker && open.agreed.length === agreed.length) this.same = true;
    else this.request = { by: asker, kept, agreed };
    return true;
  }

  protected takeBack(kept: Kept): boolean {
    const today = this.play;
    kept.undone = true;
    this.play = copy(kept.play);
    this.play.seats.forEach((seat, index) => {
      const { owner, since, awayAt } = today.seats[index] as ModelSeat;
      Object.assign(seat, { owner, since, awayAt });
    });
    if (this.play.status === "running" && today.pausedBy === "restart") Object.assign(this.play, { status: "paused", pausedBy: "restart" });
    if (this.play.status === "paused" && today.pausedBy !== "restart") {
      if (kept.type === "start" || kept.type === "pause") this.play.pausedBy = "player";
      else this.changing(() => this.runOn());
    }
    if (today.status !== "running") this.standForAbsent();
    this.request = null;
    return true;
  }
}
