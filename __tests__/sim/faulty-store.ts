// The store as one simulated server sees it: slow, busy, away, or silent about what happened. Every fault is one the port allows.
// After `kill` nothing is ever answered; what was on its way may still be written.
import { Outages } from "../../lib/store/outages.ts";
import { type Commit, type CommitOutcome, type LoadOutcome, type OutageRecord, type Store, StoreFault } from "../../lib/store/store.ts";
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import type { Timeline } from "./timeline.ts";

export interface StoreFaults {
  /** Calls in a hundred that fail or whose outcome is not told. */
  readonly percent: number;
  /** Calls in a hundred that take long. */
  readonly slowPercent: number;
}

export const noStoreFaults: StoreFaults = { percent: 0, slowPercent: 0 };

export interface FaultyStoreParts {
  readonly disk: Disk;
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** Calls when the process hears something: at once, unless it stands still. */
  readonly hear: (call: () => void) => void;
  readonly faults: () => StoreFaults;
  readonly count: (name: string) => void;
}

/** A promise that nobody answers any more: its caller is dead. */
const never = <T>(): Promise<T> => new Promise(() => {});

export class FaultyStore implements Store {
  /** Servers stand still only where they are alone: then it is an outage. */
  readonly outages: OutageRecord;
  /** Told when something was saved, before anything else is. */
  saved: () => void = () => {};
  readonly #parts: FaultyStoreParts;
  #dead = false;
  #isFull = false;

  constructor(parts: FaultyStoreParts) {
    this.#parts = parts;
    this.outages = new Outages([], ({ from, to }) => parts.disk.stoodStill(from, to));
  }

  kill(): void {
    this.#dead = true;
  }

  /** Nothing is saved for a while. */
  fill(forMs: number): void {
    if (!this.#isFull) this.#parts.disk.isFull();
    this.#isFull = true;
    this.#parts.timeline.after(forMs, () => this.makeRoom());
  }

  makeRoom(): void {
    this.#parts.hear(() => {
      if (this.#dead || !this.#isFull) return;
      this.#isFull = false;
      this.#parts.disk.hasRoom(this.#parts.timeline.now);
      this.saved();
    });
  }

  load(gameId: string): Promise<LoadOutcome> {
    return this.#read(() => this.#parts.disk.load(gameId));
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#write(() => this.#parts.disk.commit(commit));
  }

  resolve(gameId: string, actionId: string, tombstone: string): Promise<string> {
    return this.#write(() => this.#parts.disk.resolve(gameId, actionId, tombstone));
  }

  changes(gameId: string, afterV: number, limit: number) {
    return this.#read(() => this.#parts.disk.store.changes(gameId, afterV, limit));
  }

  checkpoint(gameId: string, v: number) {
    return this.#read(() => this.#parts.disk.store.checkpoint(gameId, v));
  }

  due(atMs: number, limit: number) {
    return this.#read(() => this.#parts.disk.store.due(atMs, limit));
  }

  listed(cursor: string | null, limit: number) {
    return this.#read(() => this.#parts.disk.store.listed(cursor, limit));
  }

  all(cursor: string | null, limit: number) {
    return this.#read(() => this.#parts.disk.store.all(cursor, limit));
  }

  counts() {
    return this.#read(() => this.#parts.disk.store.counts());
  }

  remove(gameId: string) {
    return this.#write(() => this.#parts.disk.store.remove(gameId));
  }

  expire(finishedBefore: number, untouchedSince: number, limit: number) {
    return this.#write(() => this.#parts.disk.store.expire(finishedBefore, untouchedSince, limit));
  }

  async beat(atMs: number): Promise<void> {
    this.#assertRoom();
    this.#parts.disk.lives(atMs);
    this.saved();
  }

  saveFeedback(...word: Parameters<Store["saveFeedback"]>) {
    return this.#write(() => this.#parts.disk.store.saveFeedback(...word));
  }

  feedback(cursor: string | null, limit: number) {
    return this.#read(() => this.#parts.disk.store.feedback(cursor, limit));
  }

  expireFeedback(before: number, limit: number) {
    return this.#write(() => this.#parts.disk.store.expireFeedback(before, limit));
  }

  health() {
    return this.#parts.disk.store.health();
  }

  async close(): Promise<void> {}

  #wait(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void this.#parts.timeline.after(ms, resolve));
  }

  /** Once the process takes notice of it; never, when it is dead by then. */
  async #heard<T>(answer: T): Promise<T> {
    await new Promise<void>((resolve) => this.#parts.hear(resolve));
    return this.#dead ? never() : answer;
  }

  #delayMs(): number {
    const { chance, faults, count } = this.#parts;
    if (chance.hit(faults().slowPercent)) {
      count("slow store calls");
      return chance.weighted([
        [6, chance.between(20, 400)],
        [3, chance.between(400, 3_000)],
        [1, chance.between(3_000, 9_000)],
      ]);
    }
    return chance.hit(50) ? 0 : chance.below(4);
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    const { chance, faults, count } = this.#parts;
    await this.#wait(this.#delayMs());
    if (this.#dead) return never();
    if (chance.hit(faults().percent / 2)) {
      count("reads that failed");
      throw new StoreFault(chance.pick(["busy", "unavailable"]), "simulated");
    }
    const found = await work();
    await this.#wait(chance.hit(30) ? chance.below(3) : 0);
    return this.#heard(found);
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    const { chance, faults, count } = this.#parts;
    this.#assertRoom();
    await this.#wait(this.#delayMs());
    // A request of a server that died meanwhile may be on its way already.
    if (this.#dead && chance.hit(50)) return never();
    this.#assertRoom();
    if (chance.hit(faults().percent)) return this.#failedWrite(work);
    const outcome = await work();
    await this.#wait(chance.hit(50) ? 0 : chance.below(6));
    if (this.#dead) count("writes of a server that died before the answer");
    const answer = await this.#heard(outcome);
    this.saved();
    return answer;
  }

  /** What is refused when it is asked for is not written later. */
  #assertRoom(): void {
    if (!this.#isFull) return;
    this.#parts.count("writes: full");
    throw new StoreFault("unavailable", "simulated: full");
  }

  async #failedWrite<T>(work: () => Promise<T>): Promise<T> {
    const { chance, timeline, count } = this.#parts;
    const how = chance.pick(["busy", "unavailable", "done", "done", "lost", "late"] as const);
    count(`writes: ${how}`);
    if (how === "done") await work();
    if (how === "late") void timeline.after(chance.between(1, 3_000), () => void work());
    await this.#wait(chance.below(300));
    await this.#heard(null);
    throw new StoreFault(how === "busy" || how === "unavailable" ? how : "unknown", `simulated: ${how}`);
  }
}
