// Who watches a game, and the bytes they get: one view and one serialisation per audience, however many watch.
// Called only inside the game's lock, so frames enter the outboxes in the order of versions.
import type { Instant } from "../game/ids.ts";
import { viewChange } from "../protocol/change.ts";
import { changeFrame, Frame, replyFrame, type StampOf, stateFrame, stateJson } from "./frame.ts";
import type { AnyRules } from "./log.ts";
import type { Dismissal } from "./rules.ts";
import type { Subscriber } from "./subscriber.ts";

/** A game's state at one version, as an instance holds it. */
export interface Copy {
  readonly state: unknown;
  readonly v: number;
  /** Hash of change `v`: see store/chain. */
  readonly hash: string;
  /** Server time of change `v`, ms. */
  readonly at: number;
}

/** What one audience gets for one change; frames are made when the first viewer needs them. */
interface Edition {
  readonly view: object;
  readonly before: object;
  state: Frame | null;
  change: Frame | null;
  announced: readonly Frame[] | null;
}

export class FanOut {
  readonly #rules: AnyRules;
  /** Each viewer with the audience it was last served as. */
  readonly #audiences = new Map<Subscriber, string>();
  /** The view each audience saw at the version last shown: the base of the next change. */
  #shown = new Map<string, object>();

  readonly #counted: () => void;

  /** `counted` is called when somebody came or went. */
  constructor(rules: AnyRules, counted: () => void) {
    this.#rules = rules;
    this.#counted = counted;
  }

  get size(): number {
    return this.#audiences.size;
  }

  has(subscriber: Subscriber): boolean {
    return this.#audiences.has(subscriber);
  }

  add(subscriber: Subscriber, copy: Copy): void {
    const before = this.#audiences.size;
    this.#audiences.set(subscriber, this.#rules.audienceOf(copy.state, subscriber.viewerId));
    if (this.#audiences.size !== before) this.#counted();
  }

  remove(subscriber: Subscriber): boolean {
    const wasThere = this.#audiences.delete(subscriber);
    if (wasThere) this.#counted();
    return wasThere;
  }

  /** The view of one viewer now, as the inside of a `state` message. */
  stateJsonFor(subscriber: Subscriber, copy: Copy, now: number): string {
    return stateJson(this.#viewFor(subscriber, copy, now), this.#stamp(copy, now));
  }

  sendState(subscriber: Subscriber, copy: Copy, now: number): void {
    subscriber.send(stateFrame(this.#viewFor(subscriber, copy, now), this.#stamp(copy, now)));
  }

  #viewFor(subscriber: Subscriber, copy: Copy, now: number): object {
    return this.#rules.view(copy.state, this.#rules.audienceOf(copy.state, subscriber.viewerId), now as Instant);
  }

  /** One change to everybody. `before` is the copy it was made from. Returns the number of frames handed out. */
  announce(before: Copy, after: Copy, events: readonly unknown[]): number {
    const editions = new Map<string, Edition>();
    let frames = 0;
    for (const [subscriber, wasIn] of this.#audiences) {
      const audience = this.#rules.audienceOf(after.state, subscriber.viewerId);
      let edition = editions.get(audience);
      if (edition === undefined) {
        edition = this.#edition(audience, before, after);
        editions.set(audience, edition);
      }
      if (audience !== wasIn) this.#audiences.set(subscriber, audience);
      if (subscriber.updates === "changes" && audience === wasIn) {
        edition.change ??= this.#changeOf(edition, after, this.#rules.eventsFor(after.state, events, audience));
        subscriber.send(edition.change);
        frames += 1;
        continue;
      }
      edition.state ??= stateFrame(edition.view, this.#stamp(after, after.at));
      edition.announced ??= this.#announcedOf(audience, after, events);
      subscriber.send(edition.state);
      for (const frame of edition.announced) subscriber.send(frame);
      frames += 1 + edition.announced.length;
    }
    this.#shown = new Map();
    for (const [audience, edition] of editions) this.#shown.set(audience, edition.view);
    return frames;
  }

  #edition(audience: string, before: Copy, after: Copy): Edition {
    const view = this.#rules.view(after.state, audience, after.at as Instant);
    const shown = this.#shown.get(audience) ?? this.#rules.view(before.state, audience, before.at as Instant);
    return { view, before: shown, state: null, change: null, announced: null };
  }

  #changeOf(edition: Edition, after: Copy, told: readonly object[]): Frame {
    return changeFrame(viewChange(edition.before, edition.view), told, this.#stamp(after, after.at));
  }

  #announcedOf(audience: string, after: Copy, events: readonly unknown[]): readonly Frame[] {
    const frames: Frame[] = [];
    for (const event of this.#rules.eventsFor(after.state, events, audience)) {
      if (this.#rules.announced.has(event.type)) frames.push(new Frame("event", after.v, JSON.stringify(event)));
    }
    return frames;
  }

  /** Whole states to everybody: changes were missed, or the copy was not the truth. */
  resync(copy: Copy, now: number): void {
    this.#shown = new Map();
    for (const subscriber of this.#audiences.keys()) {
      this.add(subscriber, copy);
      this.sendState(subscriber, copy, now);
    }
  }

  /** Tells connections that have to go. They leave the fan-out when they are closed. */
  dismiss(dismissals: readonly Dismissal[]): void {
    for (const { viewerId, reason } of dismissals) {
      for (const subscriber of [...this.#audiences.keys()]) {
        if (viewerId === null || subscriber.viewerId === viewerId) subscriber.dismiss(reason);
      }
    }
  }

  sendViewers(viewers: number): void {
    const frame = replyFrame("viewers", { viewers });
    const event = new Frame("event", 0, frame.text);
    for (const subscriber of this.#audiences.keys()) subscriber.send(event);
  }

  #stamp(copy: Copy, serverTime: number): StampOf {
    return { v: copy.v, serverTime, viewers: this.#audiences.size };
  }
}
