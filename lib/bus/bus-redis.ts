// Instances told through Redis pub/sub what others committed. Publishing is part of the commit script; here is only the listening.
// Pub/sub is at most once, so whatever may have been missed ends in `onGap`.
import type { Redis } from "ioredis";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { isCluster, redisClient } from "../store/redis-client.ts";
import { channelOf, shardChannel, shards } from "../store/redis-keys.ts";
import type { RedisLink } from "../store/redis-link.ts";
import type { RedisLive } from "../store/redis-live.ts";
import { StoreFault } from "../store/store.ts";
import type { Bus, Listener, Subscription } from "./bus.ts";
import { readAnnouncement } from "./bus-redis-announcement.ts";
import { RedisWatchers, readWatchers } from "./bus-redis-watchers.ts";

export interface RedisBusOptions {
  readonly url: string;
  readonly ambient: Ambient;
  readonly instanceId: string;
  /** The server has sharded pub/sub. */
  readonly sharded: boolean;
  /** Redis has this long to answer, ms. */
  readonly commandMs: number;
  /** The store's connection; ticks to ourselves are sent through it. */
  readonly link: RedisLink;
  readonly live: RedisLive;
  readonly log: (level: "info" | "warn" | "error", message: string, facts?: object) => void;
  /** Messages may have been missed. */
  readonly onGap?: () => void;
  /** Each game that somebody watches here is read anew once in so long, ms. */
  readonly readAgainMs?: number;
}

const tickMs = 2_000;
/**
 * Channels that are listened to again at the same time, and games that are read again; the next ones follow when few reads are under way.
 * Of a cluster all at once: the channels of a node that is away must not stand before those of the others.
 */
const listenWidth = 200;
const readMs = 10;
/** For a Redis under load, at which many reads are always under way. */
const readWaitsMax = 20;
/** Pub/sub promises nothing, and what it loses without a sign is seen by nobody until the next change of that game. */
const readAgainMs = 120_000;

/** Connects and begins to listen to itself. Rejects when Redis cannot be reached. */
export async function openRedisBus(options: RedisBusOptions): Promise<RedisBus> {
  const bus = new RedisBus(options);
  await bus.open();
  return bus;
}

export class RedisBus implements Bus {
  readonly #options: RedisBusOptions;
  readonly #redis: Redis;
  /** One; of a cluster one for each shard, so that every node is heard. */
  readonly #tickChannels: readonly string[];
  readonly #watchers: RedisWatchers;
  /** Listeners by channel. */
  readonly #listeners = new Map<string, { readonly gameId: string; readonly listeners: Set<Listener> }>();
  #ticking: Cancellable | null = null;
  /** Where the walk through all games is, and how many steps of it are due. */
  #walk = this.#listeners.values();
  #stepsDue = 0;
  /** Channels whose tick is on its way. */
  readonly #ticksDue = new Set<string>();
  /** Channels that should be listened to and could not be: their node of a cluster is away. */
  readonly #unheard = new Set<string>();
  /** The one that listens to those again. */
  #pass: object | null = null;
  /** Redis may not know what is watched here. */
  #mustTellAgain = false;
  /**
   * Commands got no answer for a while, from one server, to which both connections go the same way: what still comes on this one is old.
   * It is made anew and the store is read once, instead of going through all that was missed.
   */
  #isBehind = false;
  #isClosed = false;

  constructor(options: RedisBusOptions) {
    this.#options = options;
    const { url, ambient, commandMs, instanceId } = options;
    this.#redis = redisClient(url, { ambient, commandMs, name: `tapotarp-bus-${instanceId}`, listens: true });
    const tick = `tick-${instanceId}`;
    this.#tickChannels = isCluster(this.#redis) ? shards.map((shard) => shardChannel(shard, tick)) : [channelOf(tick)];
    this.#watchers = new RedisWatchers(options);
    this.#redis.on("error", () => {});
    this.#redis.on("messageBuffer", (channel: Buffer, message: Buffer) => this.#heard(channel, message));
    this.#redis.on("smessageBuffer", (channel: Buffer, message: Buffer) => this.#heard(channel, message));
  }

  async open(): Promise<void> {
    await this.#redis.connect();
    await Promise.all(this.#tickChannels.map((channel) => this.#listenTo(channel)));
    this.#redis.on("ready", () => void this.#returned());
    // A node of a cluster went, or its channels moved.
    this.#redis.on("subscribersReady", () => void this.#returned());
    const { ambient } = this.#options;
    // What has arrived is read before it is judged that it did not: this process may have been busy for long.
    this.#ticking = ambient.every(tickMs, () => ambient.soon(() => this.#tick()));
    this.#options.link.onReturn(() => this.#tick());
  }

  subscriptions(): number {
    let count = 0;
    for (const { listeners } of this.#listeners.values()) count += listeners.size;
    return count;
  }

  publish(): void {
    // The commit script has done it.
  }

  tellWatched(gameId: string, viewers: number): void {
    if (!this.#isClosed) this.#watchers.tell(gameId, viewers);
  }

  watchedElsewhere(gameId: string): Promise<number> {
    return this.#watchers.elsewhere(gameId);
  }

  /** An instance that died shows no viewers any more. Rejects when that could not be written. */
  buryWatchers(instanceId: string, gameIds: readonly string[]): Promise<void> {
    return this.#watchers.bury(instanceId, gameIds);
  }

  /** Tells everything about our viewers again that Redis may have lost or buried. Rejects when the games could not be registered; it is tried again. */
  async tellAgain(): Promise<void> {
    this.#mustTellAgain = false;
    const told = this.#watchers.tellAll();
    try {
      await this.#register();
    } catch (error) {
      this.#mustTellAgain = true;
      throw error;
    } finally {
      await told;
    }
  }

  async #register(): Promise<void> {
    const { live } = this.#options;
    await live.watchesAll([...this.#listeners.values()].map(({ gameId }) => gameId));
    // Also those that were let go of while Redis could not be told.
    for (const gameId of await live.watched()) if (!this.#listeners.has(channelOf(gameId))) await live.leaves(gameId);
  }

  async subscribe(gameId: string, listener: Listener): Promise<Subscription> {
    if (this.#isClosed) throw new StoreFault("unavailable", "The bus is closed.");
    const channel = channelOf(gameId);
    const known = this.#listeners.get(channel);
    const entry = known ?? { gameId, listeners: new Set<Listener>() };
    entry.listeners.add(listener);
    if (known === undefined) this.#listeners.set(channel, entry);
    try {
      // Also when others listen already: their subscription may be on its way still.
      await this.#listenTo(channel);
      await this.#options.live.watches(gameId);
    } catch (error) {
      void this.#leave(channel, listener);
      throw error instanceof StoreFault ? error : new StoreFault("unavailable", "Redis cannot be listened to.", { cause: error });
    }
    let isOpen = true;
    return {
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        await this.#leave(channel, listener);
      },
    };
  }

  #drop(channel: string, listener: Listener): boolean {
    const entry = this.#listeners.get(channel);
    entry?.listeners.delete(listener);
    if (entry === undefined || entry.listeners.size > 0) return false;
    this.#listeners.delete(channel);
    return true;
  }

  async #leave(channel: string, listener: Listener): Promise<void> {
    const gameId = this.#listeners.get(channel)?.gameId;
    if (!this.#drop(channel, listener) || gameId === undefined || this.#isClosed) return;
    // A broker that cannot be reached has forgotten the subscription already.
    await this.#listenNoMore(channel).catch(() => {});
    const sayLater = (): void => {
      this.#mustTellAgain = true;
    };
    await this.#options.live.leaves(gameId).catch(sayLater);
    if (this.#listeners.has(channel)) await this.#options.live.watches(gameId).catch(sayLater);
  }

  /** One channel at a time: a cluster takes those of one slot together, and no others. */
  #listenTo(channel: string): Promise<unknown> {
    return this.#sent((redis) => (this.#options.sharded ? redis.ssubscribe(channel) : redis.subscribe(channel)));
  }

  #listenNoMore(channel: string): Promise<unknown> {
    return this.#sent((redis) => (this.#options.sharded ? redis.sunsubscribe(channel) : redis.unsubscribe(channel)));
  }

  #sent(send: (redis: Redis) => Promise<unknown>): Promise<unknown> {
    if (this.#redis.status !== "ready") return Promise.reject(new StoreFault("unavailable", "Redis is not connected."));
    return this.#bounded(send(this.#redis));
  }

  /** No promise of the client's is trusted to end. */
  #bounded<T>(promise: Promise<T>): Promise<T> {
    const { ambient, commandMs } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const timer = ambient.after(commandMs * 1.5, () => reject(new StoreFault("unavailable", "Redis did not confirm in time.")));
      promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #heard(channel: Buffer, message: Buffer): void {
    const name = channel.toString();
    this.#ticksDue.delete(name);
    const entry = this.#listeners.get(name);
    if (entry === undefined || this.#isBehind) return;
    const watchers = readWatchers(message);
    if (watchers !== null) {
      for (const listener of [...entry.listeners]) listener.onWatchedElsewhere(this.#watchers.others(watchers));
      return;
    }
    const announcement = readAnnouncement(entry.gameId, message);
    for (const listener of [...entry.listeners]) {
      if (announcement === null) listener.onGap();
      else listener.onAnnouncement(announcement);
    }
  }

  /** A tick to ourselves that did not come back means a dead connection that looks alive. */
  #tick(): void {
    const { link, sharded, log } = this.#options;
    if (this.#ticksDue.size > 0 && this.#redis.status === "ready") {
      log("warn", "what Redis publishes does not arrive; connecting anew");
      this.#ticksDue.clear();
      return this.#redis.disconnect(true);
    }
    if (this.#redis.status !== "ready") return;
    if (link.problem !== null) {
      this.#isBehind = !isCluster(this.#redis);
      return;
    }
    if (this.#isBehind) return this.#redis.disconnect(true);
    void this.#watchers.flush();
    if (this.#unheard.size > 0 && this.#pass === null) void this.#listenAgain();
    if (this.#mustTellAgain) void this.tellAgain().catch(() => {});
    this.#readSome();
    for (const channel of this.#tickChannels) {
      if (this.#unheard.has(channel)) continue;
      // Before it is sent, because it may be back before the answer is.
      this.#ticksDue.add(channel);
      const send = link.call((redis) => (sharded ? redis.spublish(channel, "") : redis.publish(channel, "")));
      send.catch(() => this.#ticksDue.delete(channel));
    }
  }

  /** Round and round through the games that are listened to, a few with each tick; those that nobody watches here can wait. */
  #readSome(): void {
    this.#stepsDue += (this.#listeners.size * tickMs) / (this.#options.readAgainMs ?? readAgainMs);
    for (; this.#stepsDue >= 1; this.#stepsDue -= 1) {
      let { value: entry } = this.#walk.next();
      if (entry === undefined) this.#walk = this.#listeners.values();
      entry ??= this.#walk.next().value;
      if (entry !== undefined && this.#watchers.isWatched(entry.gameId)) for (const listener of [...entry.listeners]) listener.onGap();
    }
  }

  /** Connected again: nothing is subscribed any more, and anything may have been missed. */
  async #returned(): Promise<void> {
    this.#ticksDue.clear();
    this.#isBehind = false;
    this.#mustTellAgain = true;
    for (const channel of [...this.#tickChannels, ...this.#listeners.keys()]) this.#unheard.add(channel);
    const heard = await this.#listenAgain();
    if (heard > 0) await this.tellAgain().catch(() => {});
  }

  /**
   * Listens to what is not heard, and says where something may have been missed, some at a time. Gives how many channels are heard again. One
   * that begins later takes its place.
   */
  async #listenAgain(): Promise<number> {
    const pass = {};
    this.#pass = pass;
    const channels = [...this.#unheard];
    const width = isCluster(this.#redis) ? Math.max(1, channels.length) : listenWidth;
    let count = 0;
    for (let from = 0; from < channels.length && this.#pass === pass; from += width) {
      const heard = await this.#listenToSome(channels.slice(from, from + width));
      if (count + heard.length === 0) break;
      if (count === 0) this.#options.onGap?.();
      count += heard.length;
      for (const channel of heard) for (const listener of [...(this.#listeners.get(channel)?.listeners ?? [])]) listener.onGap();
      if (from + width < channels.length) await this.#mostlyRead();
    }
    if (this.#pass !== pass) return 0;
    this.#pass = null;
    // Nothing is heard at all: not a node that is away, but the connection.
    const isDeaf = count === 0 && this.#unheard.size >= this.#tickChannels.length + this.#listeners.size;
    if (isDeaf && !this.#isClosed && this.#redis.status === "ready") this.#redis.disconnect(true);
    return count;
  }

  /** Gives those that are heard from now on. */
  async #listenToSome(channels: readonly string[]): Promise<readonly string[]> {
    const listen = async (channel: string): Promise<boolean> => {
      const isWanted = this.#listeners.has(channel) || this.#tickChannels.includes(channel);
      if (isWanted) await this.#listenTo(channel);
      return this.#unheard.delete(channel) && isWanted;
    };
    const outcomes = await Promise.all(channels.map((channel) => listen(channel).catch(() => false)));
    return channels.filter((_, place) => outcomes[place]);
  }

  /** Whoever may have missed something reads the store. All at once would take longer than Redis has to answer, fail, and begin anew, for ever. */
  async #mostlyRead(): Promise<void> {
    const { link, ambient } = this.#options;
    let waits = 0;
    do {
      await new Promise<void>((resolve) => void ambient.after(readMs, resolve));
      waits += 1;
    } while (link.inFlight > listenWidth && waits < readWaitsMax);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ticking?.cancel();
    await this.#watchers.close();
    this.#listeners.clear();
    this.#redis.disconnect();
  }
}
