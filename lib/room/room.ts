// The shell around one game: lock -> load -> settle what is due -> decide (pure) -> commit -> announce -> answer.
// It never looks into the state, and answers nothing that is not durable.
import type { Announcement, Listener, Subscription } from "../bus/bus.ts";
import type { SystemCommand } from "../game/commands.ts";
import type { GameId, Instant, ViewerId } from "../game/ids.ts";
import { type Refusal, refusals } from "../game/refusals.ts";
import { inDoubt, StoreFault } from "../store/store.ts";
import type { Sleeper } from "./alarm.ts";
import { type Answer, okAnswer, readAnswer, refusalAnswer, storedAnswer } from "./answer.ts";
import { type Drop, Drops, retryMs } from "./drops.ts";
import type { Copy, Present } from "./copy.ts";
import { codeOfFault } from "./fault-code.ts";
import type { Frame } from "./frame.ts";
import { insist } from "./insist.ts";
import { Keeper } from "./keeper.ts";
import { LockFault } from "./lock.ts";
import { type AnyRules, type GameLog, loggedPast, recordOf } from "./log.ts";
import { comesTooLate, entersBy, losesCopy, lostEntrant, momentOf, shell } from "./order.ts";
import type { Founded, FoundingOrder, Given, Joining, Order, ReadFrom } from "./order.ts";
import type { RoomOrder, RoomParts } from "./room-parts.ts";
import type { Subscriber } from "./subscriber.ts";
import { drawFor, grantIdOf, type TokenDraw } from "./token-draw.ts";
import { type ToldChange, toldSince } from "./told.ts";

export class Room implements Listener, Sleeper {
  readonly gameId: GameId;
  readonly rules: AnyRules;
  readonly log: GameLog;
  readonly #parts: RoomParts;
  readonly #keeper: Keeper;
  /** Null while the store knows of everybody who is gone, which is mostly. */
  #drops: Drops | null = null;
  #subscription: Subscription | null = null;
  #usedAt: number;
  #isClosed = false;
  /** The order with a key that did not open, for which the store was asked again; it holds its connection, and is not held here. */
  #asked: WeakRef<Order> | null = null;

  /** `loaded`: the game as it was read a moment ago, to spare the first turn a look into the store. */
  constructor(gameId: GameId, rules: AnyRules, how: RoomOrder) {
    this.gameId = gameId;
    this.rules = rules;
    this.#parts = how.parts;
    this.log = how.log;
    this.#keeper = new Keeper(gameId, rules, { ...how, sleeper: this });
    this.#usedAt = how.parts.ambient.now();
  }

  /** Viewers through this instance. */
  get viewers(): number {
    return this.#keeper.viewers.size;
  }

  /** Viewers through all instances; those of this one when more cannot be known now. */
  async viewersEverywhere(): Promise<number> {
    if (this.#subscription !== null) return this.#keeper.viewers.everywhere;
    return this.viewers + (await this.#parts.bus.watchedElsewhere(this.gameId).catch(() => 0));
  }

  /** Decides and commits one command, then tells everybody and, last, its sender. Never rejects. */
  execute(order: Order): Promise<void> {
    return this.#turn(order.answered, () => this.#do(order), order);
  }

  /** The usual case in as few steps as can be: the copy is at hand, and nobody is quicker. */
  #do(order: Order): Promise<void> {
    const ready = this.#ready();
    if (ready === null) return this.#insist(order);
    return this.#decide(ready, order).then((answer) => (answer === null ? this.#insist(order, 1) : order.answered(answer)));
  }

  async #insist(order: Order, first: 0 | 1 = 0): Promise<void> {
    const answer = await insist(this.#parts.ambient, () => this.#attempt(order), first);
    // Others were quicker every time, and nothing was written.
    if (answer === null) this.#keeper.forget();
    order.answered(answer ?? { ok: false, code: "busy" });
  }

  async #attempt(order: Order): Promise<Answer | null> {
    const present = this.#ready() ?? (order.sender === null ? await this.#keeper.current() : await this.#watched());
    return present === null ? { ok: false, code: "no-such-game" } : this.#decide(present, order);
  }

  /** What is decided upon, when nothing has to be waited for. */
  #ready(): Present | null {
    return this.#subscription === null || this.#isClosed ? null : this.#keeper.ready();
  }

  /** Null on a conflict: somebody else changed the game since the copy was read. */
  #decide(present: Present, order: Order): Promise<Answer | null> {
    if (comesTooLate(order)) return Promise.resolve({ ok: false, code: "busy" });
    const needs = this.rules.needs(order.command);
    if (!needs.past) return this.#decideAndStep(present, order, { needs, past: null });
    return this.log.past(this.gameId, present.copy.v).then((past) => this.#decideAndStep(present, order, { needs, past }));
  }

  /** Not async, as `Keeper.step` is not: what it holds is let go of before the store is waited for. */
  #decideAndStep({ copy, now }: Present, order: Order, { needs, past }: Given): Promise<Answer | null> {
    const { sender, command, actionId, grantFor = actionId } = order;
    const drawn = drawFor(needs, grantFor, this.#parts.ambient);
    const { viewerId, rttMs } = sender ?? shell;
    const decision = this.rules.decide(copy.state, { now, v: copy.v, viewerId, rttMs, command, draw: drawn.draw, past });
    if (!decision.ok) return this.#refused(decision, order);
    if (decision.state === copy.state && decision.events.length === 0 && !decision.refusal)
      return this.#unchanged({ ok: true, v: copy.v }, order);
    const answer = decision.refusal ? refusalAnswer(decision.refusal) : okAnswer(copy.v + 1, decision.grant);
    const by = viewerId === null ? null : this.rules.seatOf(copy.state, viewerId);
    const record = recordOf(decision, { by, viewerId, rttMs, command, draw: drawn.draw, past: loggedPast(past) });
    return this.#keeper.step(copy, { accepted: decision, record, now, actionId, answer }).then((stepped) => {
      if (stepped.kind === "conflict") return null;
      if (stepped.kind === "again") return this.#again(stepped.answer, order);
      if (decision.refusal?.code === "bad-token") this.#parts.observer.tokensRevoked(this.gameId);
      return this.#withGrant(answer, drawn, order);
    });
  }

  /** A key is refused for good, and word of the change that gave it may be late: before the first time the store is asked. */
  #refused(refusal: Refusal, order: Order): Promise<Answer | null> {
    if (refusal.code !== "bad-token" || this.#asked?.deref() === order) return this.#unchanged(refusalAnswer(refusal), order);
    this.#asked = new WeakRef(order);
    this.#keeper.forget();
    return Promise.resolve(null);
  }

  /** Nothing to write but the answer itself: remembered under its id, or the id had another answer before. */
  async #unchanged(answer: Answer, order: Order): Promise<Answer> {
    if (order.actionId === null) return answer;
    return this.#again(await this.#parts.store.resolve(this.gameId, order.actionId, storedAnswer(answer)), order);
  }

  /** The answer an id was given before. Tokens are not kept: a seat is granted anew, but to nobody who is gone and may have come back. */
  async #again(stored: string, order: Order): Promise<Answer> {
    const answer = readAnswer(stored);
    const enters = entersBy(order.command);
    const isGone = !enters && !this.#keeper.viewers.has(order.sender);
    if (!answer.ok || answer.grant === undefined || order.actionId === null || isGone) return answer;
    const command: SystemCommand = { type: "reconnect", seat: answer.grant.seat, tokenHash: null, grantId: grantIdOf(order.actionId) };
    const regranted = await this.#grantAnew({ ...order, actionId: null, grantFor: order.actionId, command, enters });
    // The seat is not his any more. Whoever wanted to come in by it must hear that, or he would wait outside for ever.
    if (!regranted.ok && enters) return regranted;
    if (!regranted.ok || regranted.grant === undefined) return answer;
    // The change that the id stands for is still the first one.
    return { ...regranted, v: answer.v, grant: { seat: regranted.grant.seat, how: answer.grant.how } };
  }

  /** What the id stands for has happened: whatever goes wrong from here on, nobody is told that nothing did. */
  async #grantAnew(order: Order): Promise<Answer> {
    const regranted = await insist(this.#parts.ambient, () => this.#attempt(order)).catch((error: unknown) => {
      throw inDoubt(error);
    });
    if (regranted === null) throw new StoreFault("unknown", "Others were quicker each time the seat was to be granted anew.");
    return regranted;
  }

  /** The token of a seat just granted. Who enters by it watches from now on; who claimed it watches already, or left and stays away. */
  #withGrant(answer: Answer, drawn: TokenDraw, order: Pick<Order, "sender" | "command" | "enters">): Answer {
    const { sender, command, enters = entersBy(command) } = order;
    const { copy, viewers } = this.#keeper;
    if (!answer.ok || answer.grant === undefined || sender === null || drawn.token === null) return answer;
    if (copy === null) throw new Error("The game could not be shown, nor whoever was granted a seat be let in.");
    const show = (): string => viewers.stateJsonFor(sender, copy, this.#keeper.now(copy));
    const stateJson = viewers.has(sender) || enters ? viewers.letIn(sender, copy, show) : show();
    return { ...answer, token: drawn.token, stateV: copy.v, stateJson };
  }

  /** Makes the game, with `sender` as its host. */
  async found(order: FoundingOrder): Promise<Founded> {
    let result: Founded = { kind: "done" };
    const work = async (): Promise<void> => {
      const { sender, name, settings, actionId } = order;
      this.#subscription ??= await this.#parts.bus.subscribe(this.gameId, this);
      const drawn = drawFor(this.rules.needs({ type: "create" }), actionId, this.#parts.ambient);
      const now = this.#parts.ambient.now() as Instant;
      const created = this.rules.create({ id: this.gameId, now, viewerId: sender.viewerId, name, settings, draw: drawn.draw });
      if (!created.ok) return order.answered(refusalAnswer(created));
      const answer = okAnswer(1, created.grant);
      const command = { type: "create", name, settings } as const;
      const record = recordOf(created, { by: null, viewerId: sender.viewerId, rttMs: 0, command, draw: drawn.draw, past: null });
      const nothing: Copy = { state: created.state, v: 0, hash: "", at: now, still: null, index: null };
      const stepped = await this.#keeper.step(nothing, { accepted: created, record, now, actionId, answer });
      if (stepped.kind === "conflict") result = { kind: "taken" };
      else if (stepped.kind === "again") result = stepped;
      else order.answered(this.#withGrant(answer, drawn, { sender, command }));
    };
    await this.#turn(order.answered, work, { ...order, command: { type: "create" } });
    return result;
  }

  /** Gives an earlier answer again, in its turn. */
  async repeat(stored: string, order: Order): Promise<void> {
    await this.#turn(order.answered, async () => order.answered(await this.#again(stored, order)), order);
  }

  /** Lets a viewer watch: the state at once, every change from then on. */
  async join(subscriber: Subscriber, joined: (answer: Answer) => void, { seenV = 0, viewersMax = Infinity }: Joining = {}): Promise<void> {
    await this.#turn(joined, async () => {
      const present = await this.#watched(seenV);
      if (present === null) return joined({ ok: false, code: "no-such-game" });
      if (!this.#keeper.viewers.hasPlaceFor(subscriber, present.copy, viewersMax)) return joined({ ok: false, code: "game-full" });
      this.#keeper.viewers.letIn(subscriber, present.copy, () => this.#keeper.sendWhole(subscriber, present.copy));
      joined({ ok: true, v: present.copy.v });
    });
  }

  /** The whole state again for somebody who watches, in order with everything else. */
  async sync(subscriber: Subscriber, synced: (answer: Answer) => void): Promise<void> {
    await this.#turn(synced, async () => {
      const present = await this.#watched();
      if (present === null) return synced({ ok: false, code: "no-such-game" });
      this.#keeper.sendWhole(subscriber, present.copy);
      synced({ ok: true, v: present.copy.v });
    });
  }

  /** Reads the game without watching it. `use` is called inside the lock; it must not wait. */
  async read(use: (copy: Copy, now: Instant) => void, failed: (answer: Answer) => void, from: ReadFrom = "copy"): Promise<void> {
    await this.#turn(failed, async () => {
      if (from === "store") this.#keeper.forget();
      const present = await this.#keeper.current();
      if (present === null) return failed({ ok: false, code: "no-such-game" });
      use(present.copy, present.now);
    });
  }

  /** What happened after change `v`, as this viewer may see it, up to what is shown here; null when it cannot be read. */
  async eventsSince(viewerId: ViewerId, v: number, limit: number): Promise<readonly ToldChange[] | null> {
    const { copy } = this.#keeper;
    return copy && toldSince(this.#parts, { gameId: this.gameId, rules: this.rules, copy, viewerId }, { v, limit });
  }

  /** The times now, for a client that cannot draw a clock itself; null when the copy is not at hand. */
  tick(subscriber: Subscriber): Frame | null {
    const { present, viewers } = this.#keeper;
    return present && viewers.tickFor(subscriber, present.copy, present.now);
  }

  /** Subscribe first, then read: nothing committed in between can be missed. */
  async #watched(seenV = 0): Promise<Present | null> {
    // Another room may stand for the game by now: whoever tries again finds that one.
    if (this.#isClosed) throw new LockFault("The room was let go of.");
    if (this.#subscription === null) {
      this.#subscription = await this.#parts.bus.subscribe(this.gameId, this);
      this.#keeper.forget();
    }
    if ((this.#keeper.copy?.v ?? seenV) < seenV) this.#keeper.forget();
    return this.#keeper.current();
  }

  /** A change that was committed: elsewhere, or here by a commit that was given up as lost. */
  onAnnouncement(announcement: Announcement): void {
    if (this.#keeper.hear(announcement)) void this.#refresh(() => this.#keeper.catchUp());
  }

  onGap(): void {
    void this.#refresh(() => this.#keeper.resync());
  }

  onWatchedElsewhere(viewers: number): void {
    this.#keeper.viewers.setElsewhere(viewers);
  }

  /** Brings the viewers up to date. When no turn could be had it is tried again: nothing else may ever happen in this game. */
  async #refresh(work: () => Promise<void>): Promise<void> {
    const again = (answer: Answer): void => {
      if (answer.ok || answer.code !== "busy" || this.#subscription === null) return;
      this.#parts.ambient.after(retryMs, () => void this.#refresh(work));
    };
    await this.#turn(again, work);
  }

  /** Settles what is due, when the alarm rings; tries again later when it cannot. What is wrong in itself is left to the sweep. */
  async wake(dueAt: number): Promise<void> {
    const { observer, ambient } = this.#parts;
    observer.wokeLate(Math.max(0, ambient.now() - dueAt));
    const later = (answer: Answer): void => {
      this.#keeper.alarm.ringBy(!answer.ok && refusals[answer.code].retry ? ambient.now() + retryMs : null);
    };
    await this.#turn(later, async () => void (await this.#keeper.current()));
  }

  /** A viewer is gone; a holder's seat shows away. `later`: he may hold one without knowing it, and come yet. */
  async leave(subscriber: Subscriber, when: "now" | "later" = "now"): Promise<void> {
    this.#keeper.viewers.remove(subscriber);
    this.#drops ??= new Drops(this.#parts.ambient, (gone, said) => this.#drop(gone, said));
    await (when === "later" ? this.#drops.later(subscriber) : this.#drops.add(subscriber));
    if (this.#drops?.open === 0) this.#drops = null;
  }

  async #drop(subscriber: Subscriber, { isAgain, answered }: Parameters<Drop>[1]): Promise<void> {
    const order: Order = { sender: null, command: { type: "drop", viewerId: subscriber.viewerId }, actionId: null, answered };
    // Whoever came back meanwhile, through the same connection, is not gone. Asked in its turn, because he may just be coming.
    const isBack = (): boolean => isAgain && this.#keeper.viewers.has(subscriber);
    await this.#turn(answered, async () => (isBack() ? answered({ ok: true, v: 0 }) : this.#do(order)), order);
  }

  /** A turn in the game's queue. Faults and bugs end as a refusal; the copy is dropped, because it may not be the truth any more. */
  #turn(refused: (answer: Answer) => void, work: () => Promise<void>, order: Order | null = null): Promise<void> {
    this.#usedAt = this.#parts.ambient.now();
    return new Promise((resolve) => {
      const failed = (error: unknown): void => {
        const moment = order && momentOf(order, this.#keeper.newestV);
        // It may have happened all the same, and without a copy nobody is told the times: soon the store is asked, whoever does nothing.
        if (losesCopy(error, order) && this.viewers > 0) this.#keeper.alarm.ringBy(this.#parts.ambient.now() + retryMs);
        const lost = lostEntrant(error, order);
        if (lost !== null && !this.#keeper.viewers.has(lost)) void this.leave(lost, "later");
        refused({ ok: false, code: codeOfFault(error, { gameId: this.gameId, observer: this.#parts.observer, moment }) });
        resolve();
      };
      const worked = (error: unknown): void => {
        // Nobody tells a room without a subscription what others change: it keeps its copy no longer than a turn.
        if (error !== null || this.#subscription === null) this.#keeper.forget();
        if (this.#isClosed) this.#keeper.alarm.set(null);
        if (error !== null) return failed(error);
        resolve();
      };
      this.#parts.lock.run(this.gameId, { work, worked, refused: failed });
    });
  }

  /** Somebody is about to use the room: it stays a while. What was read to open it is old by now. */
  touch(): void {
    this.#usedAt = this.#parts.ambient.now();
    this.#keeper.forgetRead();
  }

  /** Nobody did anything since `since`: lets go of what only spares work while one change follows another. */
  rest(since: number): void {
    if (this.#usedAt < since) this.#keeper.rest();
  }

  /** Nobody watches, nothing is under way and nobody came since `since`: the room can go without anybody noticing. */
  isIdle(since: number): boolean {
    return this.#usedAt < since && this.viewers === 0 && (this.#drops?.open ?? 0) === 0 && !this.#parts.lock.isBusy(this.gameId);
  }

  /** Finishes what is under way, then lets go of timers and subscriptions. The game itself stays where it is; nobody comes in any more. */
  async close(): Promise<void> {
    const end = (): void => {
      this.#isClosed = true;
    };
    await this.#turn(end, async () => end());
    const unsaved = (await this.#drops?.hurry()) ?? 0;
    this.#keeper.alarm.set(null);
    this.#keeper.forget();
    const subscription = this.#subscription;
    this.#subscription = null;
    // Who is gone and could not be put away is left to the others: they look after the games that we watch when our life ends.
    if (unsaved === 0) await subscription?.close();
  }
}
