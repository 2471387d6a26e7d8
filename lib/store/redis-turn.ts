// What is sent to Redis in one turn of the event loop leaves in one write: it costs one call of the system, and Redis finds the
// changes of many games together, which it forces to the disk at once.
import type { Redis } from "ioredis";
import type { Ambient } from "../ops/ambient.ts";
import { nodesOf } from "./redis-client.ts";

type Stream = Pick<Redis["stream"], "cork" | "uncork">;

export class RedisTurn {
  readonly #redis: Redis;
  readonly #ambient: Pick<Ambient, "soon">;
  /** Held back until the end of this turn. */
  #held: Stream[] = [];
  #isOpen = false;

  constructor(redis: Redis, ambient: Pick<Ambient, "soon">) {
    this.#redis = redis;
    this.#ambient = ambient;
  }

  /** Called before each command. A stream that ends meanwhile lets go by itself. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    for (const { stream } of nodesOf(this.#redis) as readonly { readonly stream?: Stream }[]) {
      if (stream === undefined) continue;
      stream.cork();
      this.#held.push(stream);
    }
    this.#ambient.soon(() => this.#close());
  }

  #close(): void {
    const held = this.#held;
    this.#held = [];
    this.#isOpen = false;
    for (const stream of held) stream.uncork();
  }
}
