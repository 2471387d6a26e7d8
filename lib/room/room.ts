// The shell around one game: lock -> load -> settle what is due -> decide (pure) -> commit -> announce -> answer.
// It never looks into the state, and shows nothing that is not durable.
import type { SystemCommand } from "../game/commands.ts";
import type { GameId, Instant, ViewerId } from "../game/ids.ts";
import { type Refusal, refusals } from "../game/refusals.ts";
import type { Announcement, Bus, Subscription } from "../bus/bus.ts";
import type { Ambient } from "../ops/ambient.ts";
import { chainHash } from "../store/chain.ts";
import { type LoadOutcome, type Store, StoreFault } from "../store/store.ts";
import { Alarm } from "./alarm.ts";
import { type Answer, readAnswer, storedAnswer } from "./answer.ts";
import { type Copy, FanOut } from "./fan-out.ts";
import { type GameLock, LockFault } from "./lock.ts";
import { type AnyRules, checkpointEvery, type GameLog, gameLog, type LogRecord, type LoggedCommand, readRecord } from "./log.ts";
import type { RoomObserver } from "./observer.ts";
import type { Accepted, Past } from "./rules.ts";
import type { Subscriber } from "./subscriber.ts";
import { drawFor, grantIdOf, type TokenDraw } from "./token-draw.ts";

export interface RoomParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly lock: GameLock;
  readonly ambient: Ambient;
  readonly observer: RoomObserver;
  readonly instanceId: string;
}

/** A command on its way in. */
export interface Order {
  /** Who says it; null is the shell. */
  readonly sender: Subscriber | null;
  readonly command: SystemCommand | { readonly type: string };
  readonly actionId: string | null;
  /** Called once, inside the game's lock, so that answers keep their place among the states. */
  readonly answered: (answer: Answer) => void;
}

/** A game on its way in. `founded` is called once it is durable, before anybody is answered. */
export interface FoundingOrder {
  readonly sender: Subscriber;
  readonly name: string | null;
  readonly settings: unknown;
  readonly actionId: string | null;
  readonly founded: () => void;
  readonly answered: (answer: Answer) => void;
}

/** One step from a copy to the next, before it is durable. */
interface Step {
  readonly accepted: Accepted<unknown, unknown>;
  readonly record: Omit<LogRecord, "events" | "dismissals">;
  readonly now: number;
  readonly actionId: string | null;
  readonly answer: Answer | null;
}

const decisionsMax = 3;
const settlesMax = 8;
const commitsMax = 2;

type Turn = "absent" | Copy;

export class Room {
  readonly gameId: GameId;
  readonly rules: AnyRules;
  readonly log: GameLog;
  readonly #parts: RoomParts;
  readonly #alarm: Alarm;
  readonly viewers: FanOut;
  #copy: Copy | null = null;
  /** Version the viewers were last brought to; null while nobody was told anything. */
  #shownV: number | null = null;
  #subscription: Subscription | null = null;
  /** When anybody last took a turn here, ms since epoch. */
  usedAt: number;

  constructor(gameId: GameId, rules: AnyRules, parts: RoomParts) {
    this.gameId = gameId;
    this.rules = rules;
    this.log = gameLog(parts.store, rules);
    this.#parts = parts;
    this.usedAt = parts.ambient.now();
    this.viewers = new FanOut(rules);
    this.#alarm = new Alarm(parts.ambient, (dueAt) => void this.wake(dueAt));
  }

  /**
   * Makes the game, with `sender` as its host. `taken`: another game has this id. A string: this action id made the game
   * before, and that was its answer. Anything else has been answered.
   */
  async found(order: FoundingOrder): Promise<"taken" | "answered" | string> {
    let result: "taken" | "answered" | string = "answered";
    await this.turn(order.answered, async () => {
      const { sender, name, settings, actionId } = order;
      const drawn = drawFor(this.rules.needs({ type: "create" }), actionId, this.#parts.ambient);
      const now = this.#parts.ambient.now() as Instant;
      const created = this.rules.create({ id: this.gameId, now, viewerId: sender.viewerId, name, settings, draw: drawn.draw });
      if (!created.ok) return order.answered(created);
      const answer: Answer = { ok: true, v: 1, ...(created.grant ? { grant: created.grant } : {}) };
      const command = { type: "create", name, settings } as const;
      const record = { by: null, viewerId: sender.viewerId, rttMs: 0, command, draw: drawn.draw, past: null };
      const committed = await this.#commit({ state: created.state, v: 0, hash: "", at: now }, { accepted: created, record, now, actionId, answer });
      if (committed === "conflict") result = "taken";
      else if (committed !== "ok") result = committed;
      else {
        order.founded();
        await this.#subscribe();
        order.answered(this.#withGrant(answer, drawn, sender));
      }
    });
    return result;
  }

  /** Gives an earlier answer again, in its turn. */
  async repeat(stored: string, order: Order): Promise<void> {
    await this.turn(order.answered, async () => order.answered(await this.#again(stored, order)));
  }

  /** Decides and commits one command, then tells everybody and, last, its sender. Never rejects. */
  async execute(order: Order): Promise<void> {
    await this.turn(order.answered, async () => {
      for (let attempt = 0; attempt < decisionsMax; attempt += 1) {
        const copy = order.sender === null ? await this.#current() : await this.#watched();
        if (copy === "absent") return order.answered({ ok: false, code: "no-such-game" });
        const answer = await this.#decide(copy, order);
        if (answer !== null) return order.answered(answer);
        this.#forget();
      }
      order.answered({ ok: false, code: "busy" });
    });
  }

  /** Null on a conflict: somebody else changed the game since `copy` was read. */
  async #decide(copy: Copy, order: Order): Promise<Answer | null> {
    const { sender, command, actionId } = order;
    const needs = this.rules.needs(command);
    const drawn = drawFor(needs, actionId, this.#parts.ambient);
    const past = needs.past ? await this.log.past(this.gameId, copy.v) : null;
    const viewerId = sender?.viewerId ?? null;
    const rttMs = sender?.rttMs ?? 0;
    const now = this.#now(copy);
    const decision = this.rules.decide(copy.state, { now, v: copy.v, viewerId, rttMs, command, draw: drawn.draw, past });
    if (!decision.ok) return this.#refused(decision, order);
    if (decision.state === copy.state && decision.events.length === 0) return this.#unchanged(copy, order);
    const answer: Answer = { ok: true, v: copy.v + 1, ...(decision.grant ? { grant: decision.grant } : {}) };
    const record = { by: this.#seatOf(copy, viewerId), viewerId, rttMs, command, draw: drawn.draw, past: loggedPast(past) };
    const committed = await this.#commit(copy, { accepted: decision, record, now, actionId, answer });
    if (committed === "conflict") return null;
    if (committed !== "ok") return this.#again(committed, order);
    return this.#withGrant(answer, drawn, sender);
  }

  #seatOf(copy: Copy, viewerId: ViewerId | null): number | null {
    return viewerId === null ? null : this.rules.seatOf(copy.state, viewerId);
  }

  /** A final no is remembered under its id, so that the same id cannot succeed later; or the id succeeded before. */
  async #refused(refusal: Refusal, order: Order): Promise<Answer> {
    const answer: Answer = { ok: false, code: refusal.code, ...(refusal.field === undefined ? {} : { field: refusal.field }) };
    if (order.actionId === null) return answer;
    return this.#again(await this.#parts.store.resolve(this.gameId, order.actionId, storedAnswer(answer)), order);
  }

  async #unchanged(copy: Copy, order: Order): Promise<Answer> {
    const answer: Answer = { ok: true, v: copy.v };
    if (order.actionId === null) return answer;
    return this.#again(await this.#parts.store.resolve(this.gameId, order.actionId, storedAnswer(answer)), order);
  }

  /** The answer an id was given before. A seat that was granted is granted anew, because tokens are not kept. */
  async #again(stored: string, order: Order): Promise<Answer> {
    const answer = readAnswer(stored);
    if (!answer.ok || answer.grant === undefined || order.actionId === null) return answer;
    const regrant: Order = {
      ...order,
      actionId: null,
      command: { type: "reconnect", seat: answer.grant.seat, tokenHash: null, grantId: grantIdOf(order.actionId) },
    };
    const copy = await this.#current();
    if (copy === "absent") return { ok: false, code: "no-such-game" };
    const regranted = await this.#decide(copy, regrant);
    if (regranted === null || !regranted.ok || regranted.grant === undefined) return answer;
    return { ...regranted, grant: { seat: regranted.grant.seat, how: answer.grant.how } };
  }

  /** Who was granted a seat watches the game from here on, and gets the token that opens it. */
  #withGrant(answer: Answer, drawn: TokenDraw, sender: Subscriber | null): Answer {
    const copy = this.#copy;
    if (!answer.ok || answer.grant === undefined || sender === null || copy === null || drawn.token === null) return answer;
    this.viewers.add(sender, copy);
    return { ...answer, token: drawn.token, stateJson: this.viewers.stateJsonFor(sender, copy, this.#now(copy)) };
  }

  /** Writes one step and, once it is durable, makes it the truth here and shows it. A stored answer means the id was used before. */
  async #commit(copy: Copy, step: Step): Promise<"ok" | "conflict" | string> {
    const { accepted } = step;
    const body: LogRecord = { ...step.record, events: accepted.events, dismissals: accepted.dismissals ?? [] };
    const v = copy.v + 1;
    const change = JSON.stringify(body);
    const state = this.rules.encode(accepted.state);
    const hash = chainHash(copy.hash, v, change, state);
    const commit = {
      gameId: this.gameId,
      expectedV: copy.v,
      at: step.now,
      state,
      change,
      prevHash: copy.hash,
      hash,
      actionId: step.actionId,
      answer: step.answer === null ? null : storedAnswer(step.answer),
      index: { ...this.rules.index(accepted.state), wakeAt: this.rules.nextWakeAt(accepted.state) },
      checkpoint: v % checkpointEvery === 0,
    };
    const startedAt = this.#parts.ambient.monotonicMs();
    const outcome = await this.#surely(() => this.#parts.store.commit(commit), hash, v);
    this.#parts.observer.committed(this.#parts.ambient.monotonicMs() - startedAt);
    if (outcome.kind === "duplicate") return outcome.answer;
    if (outcome.kind === "conflict") {
      this.#parts.observer.conflict(this.gameId);
      return "conflict";
    }
    this.#parts.bus.publish({ gameId: this.gameId, from: this.#parts.instanceId, v, at: step.now, hash, state, change });
    this.#show(copy, { state: accepted.state, v, hash, at: step.now }, body);
    return "ok";
  }

  /** An unknown outcome is asked for again: the same commit either happened (its hash stands at `v`) or can still happen. */
  async #surely(commit: () => ReturnType<Store["commit"]>, hash: string, v: number): ReturnType<Store["commit"]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await commit();
      } catch (error) {
        if (!(error instanceof StoreFault) || error.kind !== "unknown" || attempt >= commitsMax) throw error;
        const loaded = await this.#parts.store.load(this.gameId);
        if (loaded.kind === "found" && loaded.game.v === v && loaded.game.hash === hash) return { kind: "ok" };
      }
    }
  }

  #show(before: Copy, after: Copy, record: Pick<LogRecord, "events" | "dismissals">): void {
    this.#copy = after;
    this.#shownV = after.v;
    this.#alarm.set(this.rules.nextWakeAt(after.state));
    this.#parts.observer.fannedOut(this.viewers.announce(before, after, record.events));
    if (record.dismissals.length > 0) this.viewers.dismiss(record.dismissals);
  }

  /** The newest state with everything settled that is due now. */
  async #current(): Promise<Turn> {
    for (let round = 0; round < settlesMax; round += 1) {
      const copy = this.#copy ?? (await this.#load());
      if (copy === "absent") return copy;
      const now = this.#now(copy);
      const wakeAt = this.rules.nextWakeAt(copy.state);
      if (wakeAt === null || wakeAt > now) return copy;
      const accepted = this.rules.settle(copy.state, now, copy.v);
      if (accepted === null) return copy;
      await this.#stepAlone(copy, accepted, { type: "wake" });
    }
    throw new Error("The rules stay due after settling.");
  }

  /** A change that nobody asked for. On a conflict the copy is dropped and the caller looks again. */
  async #stepAlone(copy: Copy, accepted: Accepted<unknown, unknown>, command: LoggedCommand): Promise<void> {
    const record = { by: null, viewerId: null, rttMs: 0, command, draw: {}, past: null };
    const committed = await this.#commit(copy, { accepted, record, now: this.#now(copy), actionId: null, answer: null });
    if (committed !== "ok") this.#forget();
  }

  async #load(): Promise<Turn> {
    const loaded = this.#firstLoad ?? (await this.#parts.store.load(this.gameId));
    this.#firstLoad = null;
    if (loaded.kind === "absent") return "absent";
    if (loaded.kind === "damaged") throw new DamagedGame(loaded.reason);
    const { game } = loaded;
    const copy: Copy = { state: this.rules.decode(game.state), v: game.v, hash: game.hash, at: game.updatedAt };
    this.#copy = copy;
    this.#alarm.set(this.rules.nextWakeAt(copy.state));
    if (this.viewers.size > 0 && this.#shownV !== copy.v) this.#showWhole(copy);
    if (game.outageFrom === null) return copy;
    const command: SystemCommand = { type: "outage", fromAt: game.outageFrom as Instant };
    const decision = this.rules.decide(copy.state, { now: this.#now(copy), v: copy.v, viewerId: null, rttMs: 0, command, draw: {} });
    if (decision.ok && decision.state !== copy.state) await this.#stepAlone(copy, decision, command);
    return this.#copy ?? (await this.#load());
  }

  /** Time in a game never runs backwards, whatever clock the instance that wrote last had. */
  #now(copy: Copy): Instant {
    return Math.max(this.#parts.ambient.now(), copy.at) as Instant;
  }

  #forget(): void {
    this.#copy = null;
  }

  /** The game as it was read to find out its kind; used up by the first turn. */
  #firstLoad: LoadOutcome | null = null;

  offer(loaded: LoadOutcome): void {
    this.#firstLoad = loaded;
  }

  /** A turn in the game's queue. Faults and bugs end as a refusal; the copy is dropped, because it may not be the truth any more. */
  async turn(refused: (answer: Answer) => void, work: () => Promise<void>): Promise<void> {
    this.usedAt = this.#parts.ambient.now();
    try {
      await this.#parts.lock.run(this.gameId, work);
    } catch (error) {
      if (!(error instanceof LockFault)) this.#forget();
      refused({ ok: false, code: this.#codeFor(error) });
    }
  }

  #codeFor(error: unknown): Refusal["code"] {
    const { observer } = this.#parts;
    if (error instanceof DamagedGame) return "game-damaged";
    if (!(error instanceof LockFault || error instanceof StoreFault)) {
      observer.bug(this.gameId, error);
      return "internal";
    }
    observer.fault(this.gameId, error);
    return error instanceof LockFault || error.kind === "busy" ? "busy" : "store-unavailable";
  }

  /** Lets a viewer watch: the state at once, every change from then on. */
  async join(subscriber: Subscriber, joined: (answer: Answer) => void): Promise<void> {
    await this.turn(joined, async () => {
      const copy = await this.#watched();
      if (copy === "absent") return joined({ ok: false, code: "no-such-game" });
      this.viewers.add(subscriber, copy);
      this.#shownV ??= copy.v;
      this.viewers.sendState(subscriber, copy, this.#now(copy));
      joined({ ok: true, v: copy.v });
    });
  }

  /** The whole state again, in order with everything else. */
  async sync(subscriber: Subscriber, synced: (answer: Answer) => void): Promise<void> {
    await this.turn(synced, async () => {
      const copy = await this.#current();
      if (copy === "absent") return synced({ ok: false, code: "no-such-game" });
      this.viewers.sendState(subscriber, copy, this.#now(copy));
      synced({ ok: true, v: copy.v });
    });
  }

  /** Reads the game without watching it. */
  async read(use: (copy: Copy, now: Instant) => void, failed: (answer: Answer) => void): Promise<void> {
    await this.turn(failed, async () => {
      const copy = await this.#current();
      if (copy === "absent") return failed({ ok: false, code: "no-such-game" });
      use(copy, this.#now(copy));
    });
  }

  /** Subscribe first, then read: nothing committed in between can be missed. */
  async #watched(): Promise<Turn> {
    if (this.#subscription === null) {
      await this.#subscribe();
      this.#forget();
    }
    return this.#current();
  }

  async #subscribe(): Promise<void> {
    this.#subscription ??= await this.#parts.bus.subscribe(this.gameId, {
      onAnnouncement: (announcement) => void this.#heard(announcement),
      onGap: () => void this.#resync(),
    });
  }

  /** A change that another instance committed. */
  async #heard(announcement: Announcement): Promise<void> {
    if (announcement.from === this.#parts.instanceId) return;
    await this.turn(ignore, async () => {
      const copy = this.#copy;
      if (copy !== null && announcement.v <= copy.v) return;
      if (copy === null || announcement.v > copy.v + 1) return this.#resyncNow();
      const record = readRecord(announcement);
      this.#show(copy, { state: this.rules.decode(announcement.state), v: announcement.v, hash: announcement.hash, at: announcement.at }, record);
    });
  }

  async #resync(): Promise<void> {
    await this.turn(ignore, () => this.#resyncNow());
  }

  async #resyncNow(): Promise<void> {
    this.#forget();
    this.#shownV = null;
    const copy = await this.#current();
    if (copy !== "absent" && this.#shownV !== copy.v) this.#showWhole(copy);
  }

  /** The viewers missed changes, or were shown none yet: whole states bring them to the truth. */
  #showWhole(copy: Copy): void {
    this.#shownV = copy.v;
    if (this.viewers.size === 0) return;
    this.#parts.observer.resynced(this.gameId);
    this.viewers.resync(copy, this.#now(copy));
  }

  /** Settles what is due. Called by the alarm and by the sweep. */
  async wake(dueAt: number): Promise<void> {
    this.#parts.observer.wokeLate(Math.max(0, this.#parts.ambient.now() - dueAt));
    let failed = false;
    const onFailure = () => {
      failed = true;
    };
    await this.turn(onFailure, async () => void (await this.#current()));
    if (failed) this.#alarm.set(this.#parts.ambient.now() + retryMs);
  }

  /** A viewer is gone; a holder's seat shows away. The drop is said again until the store has it. */
  async leave(subscriber: Subscriber, attempt = 1): Promise<void> {
    this.viewers.remove(subscriber);
    const order: Order = {
      sender: null,
      command: { type: "drop", viewerId: subscriber.viewerId },
      actionId: null,
      answered: (answer) => {
        if (answer.ok || !refusals[answer.code].retry || attempt >= dropAttemptsMax) return;
        this.#parts.ambient.after(retryMs * attempt, () => void this.leave(subscriber, attempt + 1));
      },
    };
    await this.execute(order);
  }

  /** Nobody watches and nothing is under way: the room can be dropped without anybody noticing. */
  isIdle(since: number): boolean {
    return this.viewers.size === 0 && this.usedAt < since && !this.#parts.lock.isBusy(this.gameId);
  }

  /** Lets go of timers and subscriptions. The game itself stays where it is. */
  async close(): Promise<void> {
    this.#alarm.set(null);
    this.#forget();
    const subscription = this.#subscription;
    this.#subscription = null;
    await subscription?.close();
  }
}

const retryMs = 500;
const dropAttemptsMax = 60;

/** The store has the game, but its record cannot be trusted. */
class DamagedGame extends Error {
  override readonly name = "DamagedGame";
}

function ignore(): void {}

function loggedPast(past: Past<unknown> | null): LogRecord["past"] {
  return past === null ? null : { v: past.v, by: past.by };
}
