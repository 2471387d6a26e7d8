// Ceilings per client address: open sockets, new sockets, new games, guessed codes, HTTP requests. Answers at once from memory,
// which is bounded; counts across instances come in from the side and never hold anybody up.
import { LRUCache } from "lru-cache";
import type { Ambient } from "../ops/ambient.ts";
import type { Limits } from "../ops/config.ts";
import { type AddressKey, addressKeys } from "./address.ts";
import { Bucket } from "./bucket.ts";

/** What is counted per address and minute. */
export type AddressUse = "upgrades" | "creates" | "joinFailures" | "feedback" | "http";

/**
 * The same counts over all instances. `used` is called after a local yes and may take its time; it gives for how long the key
 * has used up its share, in ms, 0 when it has not. It never rejects; when it cannot know it gives 0.
 */
export interface SharedCounts {
  used(use: AddressUse, key: string, perMinute: number): Promise<number>;
}

export interface AddressLimits {
  /** Takes one. Null when it was there, else the time to wait in ms. */
  take(use: AddressUse, address: string): number | null;
  /** As `take`, without taking. */
  ask(use: AddressUse, address: string): number | null;
  /** What is left of the minute's share, for headers. */
  left(use: AddressUse, address: string): number;
  /** One more open socket, unless there are too many; call `closed` when it is gone. */
  opened(address: string): boolean;
  closed(address: string): void;
  /** The same for lines of any kind, sockets among them: one address leaves some of what the server has to others. */
  lineOpened(address: string): boolean;
  lineClosed(address: string): void;
  /** Addresses remembered now. */
  readonly size: number;
}

/** Addresses remembered; the least recently seen are forgotten first. */
const rememberedMax = 50_000;
const minuteSeconds = 60;
/** Lines of one address beside its sockets; half of what a server has for all. */
const plainLinesMax = 500;

const limitOf = {
  upgrades: "upgradesPerAddressPerMinuteMax",
  creates: "gamesPerAddressPerMinuteMax",
  joinFailures: "joinFailuresPerAddressPerMinuteMax",
  feedback: "feedbackPerAddressPerMinuteMax",
  http: "httpRequestsPerAddressPerMinuteMax",
} as const satisfies Record<AddressUse, keyof Limits>;

export function perMinute(limits: Limits, use: AddressUse): number {
  return limits[limitOf[use]];
}

/** What an address holds at the same time, `most` at most. */
function placesOf(most: number) {
  const held = new Map<string, number>();
  return {
    opened(address: string): boolean {
      const keys = addressKeys(address);
      if (keys.some(({ key, times }) => (held.get(key) ?? 0) >= most * times)) return false;
      for (const { key } of keys) held.set(key, (held.get(key) ?? 0) + 1);
      return true;
    },
    closed(address: string): void {
      for (const { key } of addressKeys(address)) {
        const open = (held.get(key) ?? 0) - 1;
        if (open > 0) held.set(key, open);
        else held.delete(key);
      }
    },
    get size() {
      return held.size;
    },
  };
}

export function addressLimits(limits: Limits, ambient: Pick<Ambient, "monotonicMs">, shared?: SharedCounts): AddressLimits {
  // Counted one by one, see pace.ts.
  const remembered = { maxSize: rememberedMax, sizeCalculation: () => 1 };
  const buckets = new LRUCache<string, Bucket>(remembered);
  const blocked = new LRUCache<string, number>(remembered);
  const sockets = placesOf(limits.connectionsPerAddressMax);
  const lines = placesOf(limits.connectionsPerAddressMax + plainLinesMax);

  function bucketOf(use: AddressUse, { key, times }: AddressKey): Bucket {
    const name = `${use} ${key}`;
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const most = perMinute(limits, use) * times;
    const bucket = new Bucket({ perSecond: most / minuteSeconds, burst: most }, ambient.monotonicMs());
    buckets.set(name, bucket);
    return bucket;
  }

  function waitMs(use: AddressUse, address: string): number {
    const now = ambient.monotonicMs();
    let wait = 0;
    for (const counted of addressKeys(address)) {
      wait = Math.max(wait, bucketOf(use, counted).waitMs(1, now), (blocked.get(`${use} ${counted.key}`) ?? 0) - now);
    }
    return Math.ceil(wait);
  }

  async function countEverywhere(counts: SharedCounts, use: AddressUse, { key, times }: AddressKey): Promise<void> {
    const blockedMs = await counts.used(use, key, perMinute(limits, use) * times);
    if (blockedMs > 0) blocked.set(`${use} ${key}`, ambient.monotonicMs() + blockedMs);
  }

  const ask = (use: AddressUse, address: string): number | null => {
    const wait = waitMs(use, address);
    return wait > 0 ? wait : null;
  };

  return {
    ask,
    take(use, address) {
      const wait = ask(use, address);
      if (wait !== null) return wait;
      const now = ambient.monotonicMs();
      for (const counted of addressKeys(address)) {
        bucketOf(use, counted).take(1, now);
        if (shared !== undefined) void countEverywhere(shared, use, counted);
      }
      return null;
    },
    left(use, address) {
      const now = ambient.monotonicMs();
      return Math.min(...addressKeys(address).map((counted) => bucketOf(use, counted).left(now)));
    },
    opened: sockets.opened,
    closed: sockets.closed,
    lineOpened: lines.opened,
    lineClosed: lines.closed,
    get size() {
      return buckets.size + sockets.size + lines.size;
    },
  };
}
