// The copy of one game that this instance holds: read from the store, brought up to date, moved forward by durable commits and
// shown. What reads, writes or shows it runs inside the game's lock. It shows nothing that is not durable.
import type { SystemCommand } from "../game/commands.ts";
import type { GameId, Instant } from "../game/ids.ts";
import type { Announcement } from "../bus/bus.ts";
import { chainLink } from "../store/chain.ts";
import { uncut } from "../store/state-text.ts";
import { type Commit, type CommitOutcome, type LoadOutcome, isSameIndex } from "../store/store.ts";
import { Alarm, type Sleeper } from "./alarm.ts";
import { storedAnswer } from "./answer.ts";
import { announcedCopy, type Copy, DamagedGame, type Present, storedCopy } from "./copy.ts";
import { retryMs } from "./drops.ts";
import { FanOut } from "./fan-out.ts";
import { type AnyRules, isCheckpoint, type LoggedCommand, readRecord, recordOf } from "./log.ts";
import { missedDismissals, surely } from "./logged.ts";
import type { RoomOrder, RoomParts } from "./room-parts.ts";
import type { Accepted, Dismissal, StateText } from "./rules.ts";
import { nothingSeen, type Seen, type Shown, type Step, type Stepped, type Stepping } from "./step.ts";
import type { Subscriber } from "./subscriber.ts";
import { ViewerCount } from "./viewer-count.ts";

/** Wakes that settle may need in a row before the rules are thought to be wrong. */
const settlesMax = 8;

export class Keeper {
  readonly gameId: GameId;
  readonly rules: AnyRules;
  readonly viewers: FanOut;
  readonly alarm: Alarm;
  readonly #parts: RoomParts;
  /** Remembers the parts of the last text, a sixth of what a game takes; null while the table rests. */
  #encode: ((state: unknown) => StateText) | null = null;
  #copy: Copy | null = null;
  /** When the copy has something due; asked for by every command, so it is worked out once for each copy. */
  #wakeAt: Instant | null = null;
  /** The newest change this instance knows to have been durable. */
  #newest: Seen = nothingSeen;
  /** Version the viewers were last brought to; null while nobody was told anything. */
  #shownV: number | null = null;
  /** The game as it was read a moment ago: to find out its kind, or by a commit that came too late. Used up by the next load. */
  #justRead: LoadOutcome | null;
  /** A change was made here. What stood before the first one may have been decided by another version. */
  #begun = false;
  /** Hash of the change that was last sent from here to be written. Not its version: one given up as lost may come to that, too. */
  #writing = "";
  /** Changes of others that were announced and are not shown yet, by version; null while there are none, which is mostly. */
  #announced: Map<number, Announcement> | null = null;
  /** Standstills that the copy, and what was read a moment ago, know of. */
  #standstills: number;

  constructor(gameId: GameId, rules: AnyRules, how: Omit<RoomOrder, "log"> & { readonly sleeper: Sleeper }) {
    this.gameId = gameId;
    this.rules = rules;
    this.#parts = how.parts;
    this.#justRead = how.loaded;
    const { bus, ambient, store } = how.parts;
    this.#standstills = store.outages.standstills;
    this.viewers = new FanOut(rules, new ViewerCount({ gameId, bus, ambient }));
    this.alarm = new Alarm(ambient, how.alarms, how.sleeper);
  }

  /** The copy at hand, which may be behind; null when there is none. */
  get copy(): Copy | null {
    return this.#copy;
  }

  /** Time in a game never runs backwards, whatever clock the instance that wrote last had. */
  now(copy: Copy): Instant {
    return Math.max(this.#parts.ambient.now(), copy.at) as Instant;
  }

  /** The newest version this instance knows of; the copy may be forgotten. */
  get newestV(): number {
    return this.#newest.v;
  }

  /** Drops the copy, because it may not be the truth; the next turn reads the store. The alarm stays set. */
  forget(): void {
    this.#copy = null;
    this.#writing = "";
    this.forgetRead();
    this.#announced = null;
  }

  /** Lets go of what only spares work while one change follows another. */
  rest(): void {
    this.#encode = null;
  }

  /** What was read a moment ago and not used is not used any more. */
  forgetRead(): void {
    this.#justRead = null;
  }

  /**
   * A change made elsewhere: heard outside the lock, and taken in by the next turn. False: it is known already, or is our own, whose
   * answer is on its way.
   */
  hear(announcement: Announcement): boolean {
    const { v, hash, from } = announcement;
    if (this.#copy !== null && v <= this.#copy.v) return false;
    if (hash === this.#writing && from === this.#parts.instanceId) return false;
    this.#announced ??= new Map();
    this.#announced.set(v, announcement);
    return true;
  }

  /** Shows what was announced, in order, up to the first version that is missing. */
  #takeAnnounced(): void {
    for (let copy = this.#copy; copy !== null && this.#announced !== null; copy = this.#copy) {
      const next = this.#announced.get(copy.v + 1);
      for (const v of this.#announced.keys()) if (v <= copy.v + 1) this.#announced.delete(v);
      if (this.#announced.size === 0) this.#announced = null;
      if (next === undefined) return;
      const after = announcedCopy(this.rules, copy, next);
      if (after === null) return this.forget();
      this.show(copy, after, { record: readRecord(next), wakeAt: this.rules.nextWakeAt(after.state) });
    }
  }

  /** Brings viewers up to what was announced; reads the store when a version is missing, or was dropped unseen with the copy. */
  async catchUp(): Promise<void> {
    this.#takeAnnounced();
    if (this.#announced !== null || (this.#copy === null && this.viewers.size > 0)) await this.resync();
  }

  /** The same as `current` without a wait, for the usual case: the copy is at hand and nothing in it is due. Else null: ask `current`. */
  ready(): Present | null {
    this.#takeAnnounced();
    const { present } = this;
    return present !== null && (this.#wakeAt === null || this.#wakeAt > present.now) ? present : null;
  }

  /** The copy at hand, which may be behind, and the time in it; null when there is none, or this process stood still since it was read. */
  get present(): Present | null {
    const copy = this.#copy;
    if (copy === null) return null;
    const now = this.now(copy);
    // After the time: to ask for that is how a standstill is noticed.
    return this.#stoodStill ? null : { copy, now };
  }

  get #stoodStill(): boolean {
    return this.#standstills !== this.#parts.store.outages.standstills;
  }

  /** The newest state with everything settled that is due now; null when there is no such game. */
  async current(): Promise<Present | null> {
    for (let round = 0; round < settlesMax; round += 1) {
      const copy = this.#copy ?? (await this.#load());
      if (copy === null) return null;
      const { present } = this;
      if (present === null) {
        this.forget();
        continue;
      }
      const { now } = present;
      const wakeAt = this.rules.nextWakeAt(copy.state);
      if (wakeAt === null || wakeAt > now) {
        // It may have rung to look again, and another turn has settled what was due.
        this.alarm.set(wakeAt);
        return present;
      }
      const accepted = this.rules.settle(copy.state, now);
      if (accepted === null) return present;
      await this.#stepAlone(present, accepted, { type: "wake" });
    }
    throw new Error("The rules stay due after settling.");
  }

  async #load(): Promise<Copy | null> {
    if (this.#stoodStill) this.#justRead = null;
    this.#standstills = this.#parts.store.outages.standstills;
    const loaded = this.#justRead ?? (await this.#parts.store.load(this.gameId));
    this.#justRead = null;
    if (loaded.kind === "absent") return this.#vanished();
    if (loaded.kind === "damaged") {
      this.viewers.tellDamaged();
      throw new DamagedGame(loaded.reason);
    }
    const copy = storedCopy(this.rules, loaded.game);
    this.#notice(copy);
    // Before it is kept: when the log cannot be read, nobody has been told anything, and all of it is tried again.
    const isBehind = (this.#shownV !== copy.v || this.viewers.wereToldDamaged) && this.viewers.size > 0;
    const missed = isBehind ? await missedDismissals(this.#parts.store, this.gameId, { shownV: this.#shownV, v: copy.v }) : null;
    this.#keep(copy);
    this.#shownV = copy.v;
    if (missed !== null) this.#showWhole(copy, missed);
    return loaded.game.outageFrom === null ? copy : this.#afterOutage(copy, loaded.game.outageFrom as Instant);
  }

  #keep(copy: Copy, wakeAt = this.rules.nextWakeAt(copy.state)): void {
    this.#copy = copy;
    this.#wakeAt = wakeAt;
    this.alarm.set(wakeAt);
  }

  /** A store that came back without its newest changes is told of, never passed over in silence. */
  #notice({ v, hash, at, index }: Copy): void {
    const { v: seenV, hash: seenHash } = this.#newest;
    if (v < seenV || (v === seenV && hash !== seenHash)) {
      this.#parts.observer.steppedBack(this.gameId, seenV, v);
      this.#shownV = null;
    }
    this.#newest = { v, hash, at, index };
  }

  /** No such game; who watched it when it was there is sent away. */
  #vanished(): null {
    const { v, at, index, state } = this.#newest;
    if (v > 0) this.#parts.observer.vanished(this.gameId, { v, at, status: (index ?? this.rules.index(state)).status });
    this.#newest = nothingSeen;
    this.#shownV = null;
    this.alarm.set(null);
    this.viewers.dismiss([{ viewerId: null, reason: "closed" }]);
    return null;
  }

  async #afterOutage(copy: Copy, fromAt: Instant): Promise<Copy | null> {
    const command: SystemCommand = { type: "outage", fromAt };
    const now = this.now(copy);
    const decision = this.rules.decide(copy.state, { now, v: copy.v, viewerId: null, rttMs: 0, command, draw: {} });
    if (decision.ok && decision.state !== copy.state) await this.#stepAlone({ copy, now }, decision, command);
    return this.#copy ?? this.#load();
  }

  /** A change that nobody asked for. When it was not made, the caller looks again. */
  async #stepAlone({ copy, now }: Present, accepted: Accepted<unknown, unknown>, command: LoggedCommand): Promise<void> {
    const record = recordOf(accepted, { by: null, viewerId: null, rttMs: 0, command, draw: {}, past: null });
    await this.step(copy, { accepted, record, now, actionId: null, answer: null });
  }

  /**
   * Somebody else changed the game since `copy`. Mostly the word of it arrives beside the answer that said so, and viewers can be
   * shown each change; else the game as the store gave it is taken over.
   */
  async #overtaken(copy: Copy, newest: LoadOutcome | undefined): Promise<void> {
    if (newest === undefined) return this.forget();
    await new Promise<void>((resolve) => this.#parts.ambient.soon(resolve));
    this.#takeAnnounced();
    const here = this.#copy;
    const there = newest.kind === "found" ? newest.game : null;
    if (here !== null && there !== null && here.v > copy.v && (here.v > there.v || here.hash === there.hash)) return;
    this.#copy = null;
    this.#justRead = newest;
  }

  /** Writes one step and, once it is durable, makes it the truth here and shows it. After a conflict the next `current` gives another copy. */
  step(copy: Copy, step: Step): Promise<Stepped> {
    const commit = this.#commitOf(copy, step);
    const startedAt = this.#parts.ambient.monotonicMs();
    this.#writing = commit.hash;
    // No async function: it runs for every tap, and what an async one keeps while it waits costs more than the rest of it.
    return this.#parts.store.commit(commit).then(
      (outcome) => this.#stepped(outcome, { copy, step, commit, startedAt }),
      async (error: unknown) => this.#stepped(await surely(this.#parts, commit, error), { copy, step, commit, startedAt }),
    );
  }

  #stepped(outcome: CommitOutcome, { copy, step, commit, startedAt }: Stepping): Stepped | Promise<Stepped> {
    const { observer, ambient, bus, instanceId } = this.#parts;
    observer.committed(outcome.kind, ambient.monotonicMs() - startedAt);
    if (outcome.kind === "duplicate") return { kind: "again", answer: outcome.answer };
    if (outcome.kind === "conflict") return this.#overtaken(copy, outcome.newest).then(() => ({ kind: "conflict" }));
    this.#begun = true;
    const { at, hash, still, sameStill, moving, change, index } = commit;
    const after: Copy = { state: step.accepted.state, v: copy.v + 1, hash, at, still, index };
    bus.publish({ gameId: this.gameId, from: instanceId, v: after.v, at, hash, still: sameStill ? null : still, moving, change });
    this.show(copy, after, { record: step.record, wakeAt: index.wakeAt as Instant | null });
    return outcome;
  }

  #commitOf(copy: Copy, { accepted, record, now, actionId, answer }: Step): Commit {
    const v = copy.v + 1;
    const change = JSON.stringify(record);
    const { rules } = this;
    this.#encode ??= rules.encoder?.() ?? ((state) => uncut(rules.encode(state)));
    const { whole, still, moving } = this.#encode(accepted.state);
    const { hash, state } = chainLink(copy.hash, { v, change, state: whole });
    const { kind, name, status, listed, seats, seatsFree } = rules.index(accepted.state);
    const index = { kind, name, status, listed, seats, seatsFree, wakeAt: rules.nextWakeAt(accepted.state) };
    return {
      gameId: this.gameId,
      expectedV: copy.v,
      at: now,
      state,
      still,
      moving,
      sameStill: still === copy.still,
      change,
      prevHash: copy.hash,
      hash,
      actionId,
      answer: actionId === null || answer === null ? null : storedAnswer(answer),
      index,
      sameIndex: copy.index !== null && isSameIndex(copy.index, index),
      checkpoint: isCheckpoint(v, record) || (copy.v > 0 && !this.#begun),
      standstills: this.#standstills,
    };
  }

  /** A durable change becomes the truth here, and everybody who watches is told. Rules that throw then do not make it undone. */
  show(before: Copy, after: Copy, { record, wakeAt }: Shown): void {
    this.#keep(after, wakeAt);
    this.#newest = after;
    const { observer, ambient } = this.#parts;
    try {
      observer.fannedOut(this.viewers.announce(before, after, record.events));
    } catch (error) {
      observer.bug(this.gameId, error, null);
      // Not shown: when it has been read again, which is soon, everybody gets the whole state.
      this.forget();
      return this.alarm.ringBy(ambient.now() + retryMs);
    }
    this.#shownV = after.v;
    observer.changed(this.gameId, () => ({
      ...this.rules.index(after.state),
      v: after.v,
      viewers: this.viewers.everywhere,
      updatedAt: after.at,
    }));
    this.#dismiss(record.dismissals);
  }

  /** After the answer, which is given when this turn ends: whoever ends a game is told so before the connection goes. */
  #dismiss(dismissals: readonly Dismissal[]): void {
    this.viewers.displace(dismissals);
    if (dismissals.length > 0) this.#parts.ambient.soon(() => this.viewers.dismiss(dismissals));
  }

  /** Reads the store, and sends whole states to viewers who are behind it. */
  async resync(): Promise<void> {
    this.forget();
    await this.current();
  }

  /** Brings viewers who are behind to `copy`, which was read; whoever had to go meanwhile goes. */
  #showWhole(copy: Copy, missed: readonly Dismissal[]): void {
    this.#parts.observer.resynced(this.gameId);
    this.viewers.resync(copy, this.now(copy));
    this.#dismiss(missed);
  }

  /** Sends `copy` whole to one viewer; nothing to somebody who has gone on to another game before his turn came. */
  sendWhole(subscriber: Subscriber, copy: Copy): void {
    if (!this.viewers.has(subscriber)) return;
    this.#shownV ??= copy.v;
    this.viewers.sendState(subscriber, copy, this.now(copy));
  }
}
