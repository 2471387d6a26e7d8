// Counts of what an address uses, over all instances, in Redis; in this process's memory while Redis is away. A limiter that fails
// never stops a game: when nothing can be known, nothing is held against anybody.
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RedisLink } from "./redis-link.ts";

const minuteSeconds = 60;

export interface RedisCounts {
  /** One more. Gives for how long the key has used up its share, ms; 0 when it has not. Never rejects. */
  used(use: string, key: string, perMinute: number): Promise<number>;
}

export function redisCounts(link: RedisLink): RedisCounts {
  const limiters = new Map<string, RateLimiterRedis>();

  function limiterOf(use: string, points: number): RateLimiterRedis {
    const name = `${use} ${points}`;
    const known = limiters.get(name);
    if (known !== undefined) return known;
    const made = new RateLimiterRedis({
      storeClient: link.client,
      keyPrefix: `tt:use:${use}`,
      points,
      duration: minuteSeconds,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory({ points, duration: minuteSeconds }),
    });
    limiters.set(name, made);
    return made;
  }

  return {
    async used(use, key, perMinute) {
      try {
        await limiterOf(use, Math.ceil(perMinute)).consume(key);
        return 0;
      } catch (answer) {
        return answer instanceof RateLimiterRes ? Math.max(1, answer.msBeforeNext) : 0;
      }
    },
  };
}
