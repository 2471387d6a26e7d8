// Who watches a game, and the bytes they get: one view and one serialisation per audience, however many watch.
// States and changes are handed out only inside the game's lock, so they enter the outboxes in the order of versions.
import type { Instant } from "../game/ids.ts";
import { viewChange } from "../protocol/change.ts";
import type { Copy } from "./copy.ts";
import { changeFrame, eventFrame, Frame, type StampOf, stateFrame, stateJson } from "./frame.ts";
import type { AnyRules } from "./log.ts";
import { whoMakesPlace } from "./places.ts";
import type { Dismissal } from "./rules.ts";
import type { Subscriber } from "./subscriber.ts";
import type { ViewerCount } from "./viewer-count.ts";

/** What one audience gets for one change; frames are made when the first viewer needs them. */
interface Edition {
  readonly audience: string;
  readonly view: object;
  state: Frame | null;
  /** For those who followed every change. */
  change: Frame | null;
  /** For those who last saw the whole view, by the moment for which they saw it. Mostly there is none. */
  catchUps: Map<number, Frame> | null;
  announced: readonly Frame[] | null;
}

/** What an audience saw last. */
type LastView = Pick<Edition, "audience" | "view">;

/** Mostly there is one audience, never more than there are seats and one: looking through them costs less than a map of them. */
function ofAudience<T extends LastView>(audience: string, all: readonly T[]): T | undefined {
  for (const one of all) if (one.audience === audience) return one;
  return undefined;
}

/** A viewer whose last message was the whole view. */
interface ServedWhole {
  readonly audience: string;
  /**
   * The view was true at this moment. The next change is made against that view: times that run may come back to a value they
   * had at the change before, and would look unchanged.
   */
  readonly wholeAt: number;
}

/** How a viewer was last served. Its audience alone when it follows the changes, which is mostly: there is one of these for each viewer. */
type Served = string | ServedWhole;

const noViews: readonly LastView[] = [];

export class FanOut {
  readonly #rules: AnyRules;
  readonly #viewers = new Map<Subscriber, Served>();
  #elsewhere = 0;
  #wereToldDamaged = false;
  /**
   * The view each audience saw at the version last shown: the base of the next change. Kept when there are several audiences. A single
   * one's is made again from the state before: kept, it would be a kilobyte for each game, and old enough by the next change to cost more
   * in the collection of garbage than it takes to make.
   */
  #lastViews = noViews;

  readonly #count: ViewerCount;

  /** `count` is told when somebody came or went, and what whole states say of it. */
  constructor(rules: AnyRules, count: ViewerCount) {
    this.#rules = rules;
    this.#count = count;
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** Viewers through all instances, as far as is known here. */
  get everywhere(): number {
    return this.#viewers.size + this.#elsewhere;
  }

  /** So many watch through other instances. */
  setElsewhere(viewers: number): void {
    if (viewers === this.#elsewhere) return;
    this.#elsewhere = viewers;
    this.#count.changed(this);
  }

  has(subscriber: Subscriber | null): boolean {
    return subscriber !== null && this.#viewers.has(subscriber);
  }

  /** Whether one more may watch where `most` may. Somebody who only watches may have to go for him. */
  hasPlaceFor(subscriber: Subscriber, { state }: Copy, most: number): boolean {
    if (this.#viewers.size < most || this.#viewers.has(subscriber)) return true;
    const leaver = whoMakesPlace(this.#viewers.keys(), subscriber, new Set(this.#rules.connectedHolders(state)));
    if (leaver === null) return false;
    this.remove(leaver);
    leaver.dismiss("overloaded");
    return true;
  }

  /** Lets somebody in; `show` gives him the whole view. When the rules throw at that he stays outside, as nobody would ever let him out. */
  letIn<T>(subscriber: Subscriber, copy: Copy, show: () => T): T {
    const wasThere = this.#viewers.has(subscriber);
    this.#wereToldDamaged = false;
    this.#viewers.set(subscriber, this.#rules.audienceOf(copy.state, subscriber.viewerId));
    if (!wasThere) this.#count.changed(this);
    try {
      return show();
    } catch (error) {
      if (!wasThere) this.remove(subscriber);
      throw error;
    }
  }

  remove(subscriber: Subscriber): boolean {
    const wasThere = this.#viewers.delete(subscriber);
    if (wasThere) this.#count.changed(this);
    return wasThere;
  }

  /** The view of one viewer now, as the inside of a `state` message that it is about to be sent. */
  stateJsonFor(subscriber: Subscriber, copy: Copy, now: number): string {
    const audience = this.#rules.audienceOf(copy.state, subscriber.viewerId);
    if (this.#viewers.has(subscriber)) this.#viewers.set(subscriber, { audience, wholeAt: now });
    return stateJson(this.#rules.view(copy.state, audience, now as Instant), this.#stamp(copy, now));
  }

  /** The times at `now`, for a client that cannot draw a clock itself; null when the game has none. */
  tickFor(subscriber: Subscriber, copy: Copy, now: Instant): Frame | null {
    if (this.#rules.tick === undefined) return null;
    const times = this.#rules.tick(copy.state, this.#rules.audienceOf(copy.state, subscriber.viewerId), now);
    return eventFrame("tick", { v: copy.v, serverTime: now, times });
  }

  sendState(subscriber: Subscriber, copy: Copy, now: number): void {
    subscriber.send(new Frame("state", copy.v, `{"type":"state","data":${this.stateJsonFor(subscriber, copy, now)}}`));
  }

  /** One change to everybody. `before` is the copy it was made from. Returns the number of frames handed out. */
  announce(before: Copy, after: Copy, events: readonly unknown[]): number {
    const editions: Edition[] = [];
    let frames = 0;
    for (const [subscriber, served] of this.#viewers) {
      const [wasIn, wholeAt] = typeof served === "string" ? [served, null] : [served.audience, served.wholeAt];
      const audience = this.#rules.audienceOf(after.state, subscriber.viewerId);
      let edition = ofAudience(audience, editions);
      if (edition === undefined) {
        const view = this.#rules.view(after.state, audience, after.at as Instant);
        edition = { audience, view, state: null, change: null, catchUps: null, announced: null };
        editions.push(edition);
      }
      if (audience !== served) this.#viewers.set(subscriber, audience);
      if (subscriber.updates === "changes" && audience === wasIn) {
        subscriber.send(this.#changeFor(edition, wholeAt, { before, after, events }));
        frames += 1;
        continue;
      }
      edition.announced ??= this.#announcedOf(audience, after, events);
      if (subscriber.updates === "changes") {
        // Of another audience now: the next change is made against this view, so nothing is left out.
        subscriber.send(stateFrame(edition.view, this.#stamp(after, after.at)));
      } else {
        edition.state ??= stateFrame(this.#rules.brief?.(edition.view) ?? edition.view, this.#stamp(after, after.at));
        subscriber.send(edition.state);
      }
      for (const frame of edition.announced) subscriber.send(frame);
      frames += 1 + edition.announced.length;
    }
    this.#lastViews = editions.length > 1 ? editions.map(({ audience, view }) => ({ audience, view })) : noViews;
    return frames;
  }

  #changeFor(
    edition: Edition,
    wholeAt: number | null,
    { before, after, events }: { readonly before: Copy; readonly after: Copy; readonly events: readonly unknown[] },
  ): Frame {
    const made = wholeAt === null ? edition.change : edition.catchUps?.get(wholeAt);
    if (made) return made;
    const { audience, view } = edition;
    const last = wholeAt === null ? ofAudience(audience, this.#lastViews)?.view : undefined;
    const base = last ?? this.#rules.view(before.state, audience, (wholeAt ?? before.at) as Instant);
    const told = this.#rules.eventsFor(after.state, events, audience);
    const frame = changeFrame(viewChange(base, view), told, { v: after.v, serverTime: after.at });
    if (wholeAt === null) edition.change = frame;
    else {
      edition.catchUps ??= new Map();
      edition.catchUps.set(wholeAt, frame);
    }
    return frame;
  }

  #announcedOf(audience: string, after: Copy, events: readonly unknown[]): readonly Frame[] {
    const frames: Frame[] = [];
    // As a message of its own it has the fields of a message; when it happened stands in the log.
    for (const { type, data } of this.#rules.eventsFor(after.state, events, audience)) {
      if (this.#rules.announced.has(type)) frames.push(new Frame("event", after.v, JSON.stringify({ type, data })));
    }
    return frames;
  }

  /** Whole states to everybody: changes were missed, or the copy was not the truth. */
  resync(copy: Copy, now: number): void {
    this.#lastViews = noViews;
    this.#wereToldDamaged = false;
    for (const subscriber of this.#viewers.keys()) this.sendState(subscriber, copy, now);
  }

  /** Tells those of them who are displaced, at once: the next turn may be for something that such a connection still says. */
  displace(dismissals: readonly Dismissal[]): void {
    for (const dismissal of dismissals) if (dismissal.reason === "displaced") this.dismiss([dismissal]);
  }

  /** Tells connections that have to go. They leave the fan-out when they are closed. */
  dismiss(dismissals: readonly Dismissal[]): void {
    for (const { viewerId, reason } of dismissals) {
      for (const subscriber of [...this.#viewers.keys()]) {
        if (viewerId === null || subscriber.viewerId === viewerId) subscriber.dismiss(reason);
      }
    }
  }

  /** The game's record was found damaged: everybody hears so once, as whoever comes now does. The next whole states take it back. */
  tellDamaged(): void {
    if (this.#wereToldDamaged) return;
    this.#wereToldDamaged = true;
    for (const subscriber of [...this.#viewers.keys()]) subscriber.dismiss("damaged");
  }

  get wereToldDamaged(): boolean {
    return this.#wereToldDamaged;
  }

  sendViewers(viewers: number): void {
    const event = eventFrame("viewers", { viewers });
    for (const subscriber of this.#viewers.keys()) subscriber.send(event);
  }

  #stamp(copy: Copy, serverTime: number): StampOf {
    const { everywhere: viewers } = this;
    this.#count.stated(viewers);
    return { v: copy.v, serverTime, viewers };
  }
}
