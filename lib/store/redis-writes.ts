// Whether Redis takes writes: one that answers may refuse them all the same (out of memory, a replica, a full disk, a user without the
// right). And since when nothing could be saved, told before anything is saved again.
import type { Ambient } from "../ops/ambient.ts";
import { lastSaved } from "./outages.ts";
import { trialKey } from "./redis-keys.ts";
import { isReadOnly, isRefusal, type RedisLink } from "./redis-link.ts";
import { type OnSaved, StoreFault } from "./store.ts";

interface WritesParts {
  readonly link: RedisLink;
  readonly ambient: Pick<Ambient, "now">;
  readonly onSaved: OnSaved;
}

/** The trial write goes by itself, ms. */
const trialMs = 1_000;
/** Less than the shortest time without a save that can count, ms (LIMIT_STANDSTILL_MS). */
const shortMs = 4_000;
const untried = "Redis answers again, and has not saved anything yet.";

export class RedisWrites {
  readonly #link: RedisLink;
  readonly #ambient: Pick<Ambient, "now">;
  readonly #saved: () => void;
  #savedAt: number;
  #trials = 0;
  /** Why it is doubted that Redis saves, until a trial write is taken: it refused a sign of life, or has just come back. */
  #doubt: string | null = null;
  /** Why the last write was refused; null when it was not. */
  #lastRefusal: string | null = null;

  constructor({ link, ambient, onSaved }: WritesParts) {
    this.#link = link;
    this.#ambient = ambient;
    this.#savedAt = ambient.now();
    this.#saved = lastSaved(ambient, (fromAt, untilAt) => {
      this.#savedAt = untilAt;
      onSaved(fromAt, untilAt);
    });
    // To answer is not to save: a server that holds back writes, for a failover, does the one without the other.
    link.onReturn(() => {
      this.#doubt ??= untried;
      void this.tried().catch(() => {});
    });
  }

  /** One plain sentence while writes are refused; null when they are taken, as far as is known. */
  get problem(): string | null {
    return this.#held ?? this.#lastRefusal;
  }

  /**
   * Why no change is sent before a trial was taken; null when changes are: before nothing was saved for some time, too. Of a cluster one node
   * may refuse signs of life while games go on at the others.
   */
  get #held(): string | null {
    return this.#doubt !== null && this.#ambient.now() - this.#savedAt > shortMs ? this.#doubt : null;
  }

  /** Runs one write for a game or a person, and remembers whether it was refused. Before a trial that is due it is not even sent. */
  run<T>(write: () => Promise<T>): Promise<T> {
    const held = this.#held;
    if (held !== null) return Promise.reject(new StoreFault("unavailable", held));
    return write().then(
      (reply) => {
        this.#lastRefusal = null;
        this.#saved();
        return reply;
      },
      (error: unknown) => {
        this.#lastRefusal = this.#refusalOf(error) ?? this.#lastRefusal;
        throw error;
      },
    );
  }

  /**
   * After a sign of life was refused, or Redis away: resolves when a write without a meaning was taken, rejects with StoreFault when it was
   * not. Tried before the next sign, from which others would conclude that somebody lived, though nobody could play. At another shard each
   * time: of a cluster it is enough that some games can be played.
   */
  async tried(): Promise<void> {
    if (this.#doubt === null) return;
    this.#trials += 1;
    const key = trialKey(this.#trials);
    try {
      await this.#link.own.call((redis) => redis.set(key, "1", "PX", trialMs));
    } catch (error) {
      if (error instanceof StoreFault && isReadOnly(error)) this.#link.renew();
      throw error;
    }
    this.#saved();
    this.#doubt = null;
  }

  /** Runs a sign of life. */
  async sign<T>(write: () => Promise<T>): Promise<T> {
    try {
      const reply = await write();
      this.#lastRefusal = null;
      this.#saved();
      return reply;
    } catch (error) {
      const refusal = this.#refusalOf(error);
      this.#doubt = refusal ?? this.#doubt;
      this.#lastRefusal = refusal ?? this.#lastRefusal;
      throw error;
    }
  }

  #refusalOf(error: unknown): string | null {
    return error instanceof StoreFault && isRefusal(error) && this.#link.problem === null ? error.message : null;
  }
}
