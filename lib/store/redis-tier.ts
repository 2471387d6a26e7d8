// What an acknowledgement promises, as it is now: Redis may be set otherwise while servers run, restarted with other settings, or replaced by
// a replica that keeps less. Asked again every so often; it ends no server, and no command waits for it.
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { inspectRedis, type RedisFacts, RedisRefused, type RedisTier } from "./redis-gate.ts";
import type { RedisLink } from "./redis-link.ts";

interface TierParts {
  readonly link: RedisLink;
  readonly ambient: Pick<Ambient, "every">;
  /** As the start gate found it. */
  readonly facts: RedisFacts;
  readonly log: (level: "warn" | "error", message: string, facts?: object) => void;
}

const lookEveryMs = 10_000;

export class RedisTierWatch {
  readonly #parts: TierParts;
  #timer: Cancellable | null = null;
  #tier: RedisTier;
  #isLooking = false;
  /** What would have ended a start; said once. */
  #refused: string | null = null;

  constructor(parts: TierParts) {
    this.#parts = parts;
    this.#tier = parts.facts.tier;
  }

  begin(): void {
    this.#timer = this.#parts.ambient.every(lookEveryMs, () => void this.#look());
  }

  get tier(): RedisTier {
    return this.#tier;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { link, log } = this.#parts;
    if (this.#isLooking || link.problem !== null) return;
    this.#isLooking = true;
    try {
      const { tier, warnings } = await inspectRedis(link);
      this.#refused = null;
      if (tier === this.#tier) return;
      log("warn", "what an acknowledgement promises has changed", { from: this.#tier, to: tier });
      this.#tier = tier;
      for (const warning of warnings) log("warn", warning);
    } catch (error) {
      // Anything else is Redis being away, which is told elsewhere.
      if (!(error instanceof RedisRefused) || error.message === this.#refused) return;
      this.#refused = error.message;
      log("error", error.message);
    } finally {
      this.#isLooking = false;
    }
  }
}
