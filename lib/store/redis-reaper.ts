// Clears up after instances that died: their viewers show away, and one of the living says so for each of their games. What one cannot say
// another may: until then the dead one stays among the dead, with what is left to be said of it.
import type { Ambient } from "../ops/ambient.ts";
import { liveKeys, reaperKey, takenForDeadKey, watchedKey } from "./redis-keys.ts";
import type { Asking } from "./redis-link.ts";
import { StoreFault } from "./store.ts";

export interface ReaperListener {
  /**
   * `instanceId` died while its viewers watched these games. Gives those to whose tables it cannot be said here, as this program does not host
   * or cannot read them, or has a bug. Rejects with StoreFault when it cannot be saved now. May be called again with the same.
   */
  onDeath(instanceId: string, gameIds: readonly string[]): Promise<readonly string[]>;
}

/** Who clears up has to say so again within this time. */
const reaperMs = 30_000;
/** After clearing up that could not be finished, it is tried again this much later. */
const reapAgainMs = 2_000;
/** The same when nobody here could say it to some tables: before us it is everybody else's turn, ms. */
const leftAgainMs = 30_000;
const takenForDeadMs = 3_600_000;
/** Games handed over at once when an instance died. */
const bequestSize = 100;

export class RedisReaper {
  readonly #link: Pick<Asking, "call">;
  readonly #ambient: Pick<Ambient, "monotonicMs">;
  readonly #instanceId: string;
  /** Of whom something is left that cannot be said here, and until when it is not tried again, monotonic ms. */
  readonly #leftUntil = new Map<string, number>();
  #listener: ReaperListener | null = null;
  #isReaping = false;

  constructor(link: Pick<Asking, "call">, ambient: Pick<Ambient, "monotonicMs">, instanceId: string) {
    this.#link = link;
    this.#ambient = ambient;
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
    for (const other of this.#leftUntil.keys()) if (!dead.has(other)) this.#leftUntil.delete(other);
    try {
      for (const [other, beatAt] of dead) {
        if (this.#ambient.monotonicMs() < (this.#leftUntil.get(other) ?? 0)) continue;
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
    let left = 0;
    try {
      left = await this.#inherit(other, listener);
    } catch (error) {
      await this.#link.call((redis) => redis.pexpire(reaperKey(other), reapAgainMs));
      throw error;
    } finally {
      // Again, because it may have heard already, if we were slow. And before it leaves the registry: a late beat of its own may
      // put it back, and must not hide that it was given up.
      await giveUp();
    }
    // With something left it stays among the dead, where others find it, or we again when this program has been replaced.
    if (left > 0) this.#leftUntil.set(other, this.#ambient.monotonicMs() + leftAgainMs);
    else await this.#link.call((redis) => redis.zrem(liveKeys.beats, other));
    await this.#link.call((redis) => redis.unlink(reaperKey(other)));
  }

  /** Gives how many games are left that cannot be told here. */
  async #inherit(other: string, listener: ReaperListener): Promise<number> {
    const key = watchedKey(other);
    const left = new Set<string>();
    for (;;) {
      // So many more than are left, to get past those.
      const some = await this.#link.call((redis) => redis.srandmember(key, bequestSize + left.size));
      const gameIds = some.filter((gameId) => !left.has(gameId));
      if (gameIds.length === 0) return left.size;
      for (const gameId of await listener.onDeath(other, gameIds)) left.add(gameId);
      const told = gameIds.filter((gameId) => !left.has(gameId));
      if (told.length > 0) await this.#link.call((redis) => redis.srem(key, ...told));
      await this.#link.call((redis) => redis.set(reaperKey(other), this.#instanceId, "PX", reaperMs));
    }
  }
}
