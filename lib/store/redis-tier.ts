// What an acknowledgement promises, as it is now: Redis may be set otherwise while servers run, restarted with other settings, or replaced by
// a replica that keeps less. Asked again every so often; it ends no server, and no command waits for it.
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { lookAtRedis, type RedisFacts, type RedisTier } from "./redis-gate.ts";
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
  /** What would have ended a start, said once for as long as it lasts. */
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
      const { facts, refusal } = await lookAtRedis(link);
      this.#take(facts);
      if (refusal !== null && refusal !== this.#refused) log("error", refusal);
      this.#refused = refusal;
    } catch {
      // Redis is away, which is told elsewhere, or has no time for this.
    } finally {
      this.#isLooking = false;
    }
  }

  #take({ tier, warnings }: RedisFacts): void {
    const { log } = this.#parts;
    if (tier === this.#tier) return;
    log("warn", "what an acknowledgement promises has changed", { from: this.#tier, to: tier });
    this.#tier = tier;
    for (const warning of warnings) log("warn", warning);
  }
}
