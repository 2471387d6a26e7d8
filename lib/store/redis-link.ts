// The connection to Redis, or to the nodes of a cluster, that never sends a command twice, never keeps one for later and never leaves a promise hanging.
// Turns every failure into a StoreFault that says whether the request may have happened.
import type { Redis } from "ioredis";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { isCluster, nodesOf, redisClient, withoutLimit } from "./redis-client.ts";
import type { Script } from "./redis-scripts.ts";
import { RedisTurn } from "./redis-turn.ts";
import { StoreFault } from "./store.ts";

export interface LinkLimits {
  /** Redis has this long to answer, ms; then the outcome is unknown. */
  readonly commandMs: number;
  /** Commands under way; past it `busy`. */
  readonly inFlightMax: number;
}

/** How Redis is asked; see `RedisLink`. */
export type Asking = Pick<RedisLink, "call" | "run">;

export interface LinkOptions {
  readonly url: string;
  readonly ambient: Ambient;
  readonly limits: LinkLimits;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  readonly log: (level: "info" | "warn" | "error", message: string, facts?: object) => void;
}

const watchMs = 50;
const probeMs = 100;
/** Probes without an answer after which the connection is made anew. */
const probesMax = 3;
/** A server that takes no writes for good is not left more often than this. */
const renewMs = 5_000;
/** What the store asks of its own accord that fits in beside a full queue: one thing at a time for each of a few purposes. */
const ownRequestsMax = 16;

/** Errors Redis gives before it runs anything, to a script at its first write: certainly nothing happened. */
const refusedBefore =
  /^(OOM|READONLY|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|CROSSSLOT) /;
/** How Redis 6 begins what it says of an error within a script; Redis 7 begins with the error. */
const withinScript = /^ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:\d+: @user_script: \d+: -/;
/** Rights are looked at for each command of a script (said so by 7.0, and by 7.2): what came before this one may have happened. */
const refusedWithin = /The user executing the script can't|ACL failure in script/;
const busyBefore = /^BUSY /;
const neverSent = /isn't writeable|^Cluster isn't ready/;

interface Running {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

interface Flight {
  readonly startedAt: number;
  fail(fault: StoreFault): void;
}

/** Whether it is a replica that said so. */
export function isReadOnly({ cause }: StoreFault): boolean {
  return cause instanceof Error && cause.message.startsWith("READONLY ");
}

/** Whether Redis itself said no, be it in the midst of a script. */
export function isRefusal({ kind, cause }: StoreFault): boolean {
  return kind === "unavailable" || (cause instanceof Error && refusedWithin.test(cause.message));
}

export class RedisLink {
  readonly #redis: Redis;
  readonly #options: LinkOptions;
  readonly #turn: RedisTurn;
  readonly #flights = new Set<Flight>();
  readonly #watch: Cancellable;
  /** Set while Redis does not answer: calls fail at once until a probe is answered. */
  #isSilent = false;
  #probes = 0;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #problem: string | null = null;
  #isClosed = false;
  readonly #onReturn: (() => void)[] = [];
  /**
   * The same for what the store asks of its own accord: a full queue of what players ask holds back no sign of life, by which all of them
   * would be taken for dead, nor what is done about others that died. Never for anything a player can make happen often.
   */
  readonly own: Asking;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#redis = redisClient(options.url, { ...options, commandMs: options.limits.commandMs });
    this.#turn = new RedisTurn(this.#redis, options.ambient);
    const most = options.limits.inFlightMax + ownRequestsMax;
    this.own = { call: (send) => this.#call(send, most), run: (script, keys, args) => this.#run({ script, keys, args }, most) };
    this.#redis.on("error", (error: Error) => this.#note(`Redis is away: ${error.message}`));
    this.#redis.on("close", () => this.#note(this.#problem ?? "The connection to Redis is closed."));
    this.#redis.on("ready", () => this.#answered());
    // Answers that have arrived are read first: it is not Redis that is slow when this process was busy for long.
    this.#watch = options.ambient.every(watchMs, () => options.ambient.soon(() => this.#endOverdue()));
  }

  /** The client itself, for the start gate and for what no fault can harm. */
  get client(): Redis {
    return this.#redis;
  }

  /** The servers that hold keys, for what has to be asked of each. */
  nodes(): readonly Redis[] {
    return nodesOf(this.#redis);
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  /** Age of the oldest command under way, ms. */
  get oldestMs(): number {
    const [first] = this.#flights;
    return first === undefined ? 0 : this.#options.ambient.monotonicMs() - first.startedAt;
  }

  /** One plain sentence when a command sent now would fail; null when it can be expected to succeed. */
  get problem(): string | null {
    if (this.#isClosed) return "The store is closed.";
    if (this.#redis.status !== "ready") return this.#problem ?? "Redis is not connected.";
    return this.#isSilent ? "Redis does not answer." : null;
  }

  /** Calls `run` each time Redis answers again after it did not. */
  onReturn(run: () => void): void {
    this.#onReturn.push(run);
  }

  /** Connects; rejects when Redis cannot be reached. */
  async connect(): Promise<void> {
    await this.#redis.connect();
  }

  /**
   * Sends one command. Rejects with `unavailable` when it was not sent or was refused unread, `busy` when too many are under way, and
   * `unknown` for every other failure.
   */
  call<T>(send: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#call(send, this.#options.limits.inFlightMax);
  }

  /** Runs a script by its digest; a server that does not know it (SCRIPT FLUSH, failover) is given the text. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#run({ script, keys, args }, this.#options.limits.inFlightMax);
  }

  #call<T>(send: (redis: Redis) => Promise<T>, inFlightMax: number): Promise<T> {
    const problem = this.problem;
    if (problem !== null) return Promise.reject(new StoreFault("unavailable", problem));
    if (this.#flights.size >= inFlightMax) return Promise.reject(new StoreFault("busy", "Too many requests to Redis are under way."));
    return this.#bounded(send);
  }

  #run({ script, keys, args }: Running, inFlightMax: number): Promise<unknown> {
    const known = this.#call((redis) => redis.call("evalsha", [script.sha, keys.length, ...keys, ...args]), inFlightMax);
    return known.catch((error: unknown) => {
      if (!(error instanceof StoreFault && error.cause instanceof Error && error.cause.message.startsWith("NOSCRIPT"))) throw error;
      return this.#call((redis) => redis.eval(script.lua, keys.length, ...keys, ...args), inFlightMax);
    });
  }

  #bounded<T>(send: (redis: Redis) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const flight: Flight = { startedAt: this.#options.ambient.monotonicMs(), fail: reject };
      this.#flights.add(flight);
      this.#turn.open();
      withoutLimit(this.#redis, send).then(
        (reply) => {
          this.#flights.delete(flight);
          resolve(reply);
        },
        (error: unknown) => {
          this.#flights.delete(flight);
          reject(this.#faultOf(error));
        },
      );
    });
  }

  #faultOf(error: unknown): StoreFault {
    const message = (error instanceof Error ? error.message : String(error)).replace(withinScript, "").trimEnd();
    const fault = (kind: StoreFault["kind"], told: string) => new StoreFault(kind, told, { cause: error });
    if (neverSent.test(message)) return fault("unavailable", "Redis is not connected.");
    if (busyBefore.test(message)) return fault("busy", message);
    if (refusedWithin.test(message)) return fault("unknown", `Redis refused a part of it: ${message.slice(0, 200)}`);
    if (refusedBefore.test(message) || message.startsWith("NOSCRIPT"))
      return fault("unavailable", `Redis refused: ${message.slice(0, 200)}`);
    if (message === "Command timed out") this.#fellSilent();
    return fault("unknown", `Redis gave no clear answer: ${message.slice(0, 200)}`);
  }

  /** One look at the oldest instead of a timer for each. ioredis can forget a command when a connection goes; here none outlives its time. */
  #endOverdue(): void {
    const { limits, ambient } = this.#options;
    const before = ambient.monotonicMs() - limits.commandMs;
    for (const flight of this.#flights) {
      if (flight.startedAt > before) return;
      this.#flights.delete(flight);
      flight.fail(new StoreFault("unknown", "Redis gave no answer in time."));
      this.#fellSilent();
    }
  }

  #fellSilent(): void {
    if (this.#isSilent || this.#isClosed || this.#redis.status !== "ready") return;
    this.#isSilent = true;
    this.#probes = 0;
    this.#options.log("warn", "Redis does not answer; commands are refused until it does");
    this.#probe();
  }

  /** Asks whether Redis is there again; a connection that stays silent is made anew. */
  #probe(): void {
    if (!this.#isSilent || this.#isClosed) return;
    const again = () => this.#options.ambient.after(probeMs, () => this.#probe());
    if (this.#redis.status !== "ready") return void again();
    this.#probes += 1;
    this.#bounded((redis) => redis.ping()).then(
      () => this.#answered(),
      () => {
        if (this.#probes % probesMax === 0) this.#redis.disconnect(true);
        again();
      },
    );
  }

  #answered(): void {
    if (!this.#isSilent && this.#problem === null) return;
    this.#options.log("info", "Redis is there");
    this.#isSilent = false;
    this.#problem = null;
    for (const run of this.#onReturn) run();
  }

  /**
   * Lets go of a server that has become a replica, and connects anew: after a failover the address may lead to the one that took its place,
   * and nobody need cut the old connection. The nodes of a cluster say themselves who did.
   */
  renew(): void {
    const nowMs = this.#options.ambient.monotonicMs();
    if (this.problem !== null || isCluster(this.#redis) || nowMs - this.#renewedAtMs < renewMs) return;
    this.#renewedAtMs = nowMs;
    this.#note("Redis is a replica that takes no writes; connecting anew.");
    this.#redis.disconnect(true);
  }

  #note(problem: string): void {
    if (this.#problem === null && !this.#isClosed) this.#options.log("warn", "Redis is away", { problem });
    this.#problem = problem;
  }

  /** Resolves once nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await new Promise<void>((resolve) => void this.#options.ambient.after(watchMs / 5, resolve));
  }

  /** Finishes what was sent, then lets go. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.settled();
    this.#watch.cancel();
    this.#redis.disconnect();
  }
}
