// Clears up after instances that died: their viewers show away, and one of the living says so for each of their games.
import { liveKeys, reaperKey, takenForDeadKey, watchedKey } from "./redis-keys.ts";
import type { Asking } from "./redis-link.ts";
import { StoreFault } from "./store.ts";

export interface ReaperListener {
  /** `instanceId` died while its viewers watched these games. May be called again with the same. */
  onDeath(instanceId: string, gameIds: readonly string[]): Promise<void>;
}

/** Who clears up has to say so again within this time. */
const reaperMs = 30_000;
/** After clearing up that could not be finished, it is tried again this much later. */
const reapAgainMs = 2_000;
const takenForDeadMs = 3_600_000;
/** Games handed over at once when an instance died. */
const bequestSize = 100;

export class RedisReaper {
  readonly #link: Pick<Asking, "call">;
  readonly #instanceId: string;
  #listener: ReaperListener | null = null;
  #isReaping = false;

  constructor(link: Pick<Asking, "call">, instanceId: string) {
    this.#link = link;
    this.#instanceId = instanceId;
  }

  /** Before it, nothing is cleared up. */
  listen(listener: ReaperListener): void {
    this.#listener = listener;
  }

  /**
   * Of these instances, each with its last beat, clears up after those nobody else clears up after. Rejects with nothing but a bug: called
   * again, it goes on.
   */
  async reap(dead: ReadonlyMap<string, string>): Promise<void> {
    const listener = this.#listener;
    if (this.#isReaping || listener === null) return;
    this.#isReaping = true;
    try {
      for (const [other, beatAt] of dead) {
        const mine = await this.#link.call((redis) => redis.set(reaperKey(other), this.#instanceId, "PX", reaperMs, "NX"));
        if (mine !== "OK") continue;
        // Clearing up after those before it may have taken long: it may live again by now, or be gone.
        const isSilent = (await this.#link.call((redis) => redis.zscore(liveKeys.beats, other))) === beatAt;
        if (isSilent) await this.#bury(other, listener);
        else await this.#link.call((redis) => redis.unlink(reaperKey(other)));
      }
    } catch (error) {
      // Redis is away, or a game could not be told: a later beat that finds the dead tries again.
      if (!(error instanceof StoreFault)) throw error;
    } finally {
      this.#isReaping = false;
    }
  }

  async #bury(other: string, listener: ReaperListener): Promise<void> {
    const giveUp = () => this.#link.call((redis) => redis.set(takenForDeadKey(other), "1", "PX", takenForDeadMs));
    // First: should it live after all, it hears of this even when we die half-way.
    await giveUp();
    try {
      await this.#inherit(other, listener);
    } catch (error) {
      await this.#link.call((redis) => redis.pexpire(reaperKey(other), reapAgainMs));
      throw error;
    } finally {
      // Again, because it may have heard already, if we were slow. And before it leaves the registry: a late beat of its own may
      // put it back, and must not hide that it was given up.
      await giveUp();
    }
    await this.#link.call((redis) => redis.zrem(liveKeys.beats, other));
    await this.#link.call((redis) => redis.unlink(reaperKey(other)));
  }

  async #inherit(other: string, listener: ReaperListener): Promise<void> {
    const key = watchedKey(other);
    for (;;) {
      const gameIds = await this.#link.call((redis) => redis.srandmember(key, bequestSize));
      if (gameIds.length === 0) return;
      await listener.onDeath(other, gameIds);
      await this.#link.call((redis) => redis.srem(key, ...gameIds));
      await this.#link.call((redis) => redis.set(reaperKey(other), this.#instanceId, "PX", reaperMs));
    }
  }
}
