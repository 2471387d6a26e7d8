// A bus between simulated servers. Announcements may come late, twice, out of order or not at all; whoever missed some is told
// that there was a gap, as the port promises.
import type { Announcement, Bus, Listener, Subscription } from "../../lib/bus/bus.ts";
import { StoreFault } from "../../lib/store/store.ts";
import type { Chance } from "./chance.ts";
import type { Timeline } from "./timeline.ts";

interface Subscriber {
  readonly instanceId: string;
  readonly listener: Listener;
  missed: boolean;
}

export interface BusFaults {
  /** Announcements in a hundred that are lost for one listener; it hears of the gap within seconds. */
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  readonly delayMsMax: number;
}

export const calmBus: BusFaults = { lossPercent: 0, duplicatePercent: 0, delayMsMax: 5 };

export class SimBus {
  readonly #rooms = new Map<string, Set<Subscriber>>();
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #faults: () => BusFaults;
  readonly #count: (name: string) => void;

  constructor(parts: {
    readonly timeline: Timeline;
    readonly chance: Chance;
    readonly faults: () => BusFaults;
    readonly count: (name: string) => void;
  }) {
    this.#timeline = parts.timeline;
    this.#chance = parts.chance;
    this.#faults = parts.faults;
    this.#count = parts.count;
  }

  /** Open subscriptions of an instance, or of all. */
  subscriptions(instanceId?: string): number {
    let count = 0;
    for (const listeners of this.#rooms.values())
      for (const { instanceId: own } of listeners) if (instanceId === undefined || own === instanceId) count += 1;
    return count;
  }

  /** The instance is gone, and its subscriptions with it. */
  dropInstance(instanceId: string): void {
    for (const listeners of this.#rooms.values())
      for (const subscriber of [...listeners]) if (subscriber.instanceId === instanceId) listeners.delete(subscriber);
  }

  for(instanceId: string): Bus {
    return {
      subscribe: (gameId, listener) => this.#subscribe(gameId, { instanceId, listener, missed: false }),
      publish: (announcement) => this.publish(announcement),
      tellWatched() {},
      watchedElsewhere: async () => 0,
      subscriptions: () => this.subscriptions(instanceId),
      close: async () => this.dropInstance(instanceId),
    };
  }

  async #subscribe(gameId: string, subscriber: Subscriber): Promise<Subscription> {
    if (this.#chance.hit(this.#faults().lossPercent / 3)) {
      this.#count("subscriptions that failed");
      throw new StoreFault("unavailable", "simulated: the bus is away");
    }
    if (this.#chance.hit(50)) await new Promise<void>((resolve) => void this.#timeline.after(this.#chance.below(4), resolve));
    const listeners = this.#rooms.get(gameId) ?? new Set();
    this.#rooms.set(gameId, listeners);
    listeners.add(subscriber);
    return {
      close: async () => {
        listeners.delete(subscriber);
      },
    };
  }

  publish(announcement: Announcement): void {
    const listeners = [...(this.#rooms.get(announcement.gameId) ?? [])];
    for (const subscriber of listeners) this.#send(announcement, subscriber);
  }

  #send(announcement: Announcement, subscriber: Subscriber): void {
    const { lossPercent, duplicatePercent, delayMsMax } = this.#faults();
    if (this.#chance.hit(lossPercent)) {
      this.#count("announcements lost");
      return this.#lose(announcement.gameId, subscriber);
    }
    const copies = this.#chance.hit(duplicatePercent) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#timeline.after(1 + this.#chance.below(delayMsMax), () => {
        if (this.#isOpen(announcement.gameId, subscriber)) subscriber.listener.onAnnouncement(announcement);
      });
    }
  }

  #lose(gameId: string, subscriber: Subscriber): void {
    if (subscriber.missed) return;
    subscriber.missed = true;
    this.#timeline.after(500 + this.#chance.below(3_000), () => {
      subscriber.missed = false;
      if (this.#isOpen(gameId, subscriber)) subscriber.listener.onGap();
    });
  }

  #isOpen(gameId: string, subscriber: Subscriber): boolean {
    return this.#rooms.get(gameId)?.has(subscriber) ?? false;
  }
}
