// Viewers who are gone and of whom the store may not know it yet. It is told again, slower each time and never given up: nobody else
// would ever say so.
import { refusals } from "../game/refusals.ts";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { Answer } from "./answer.ts";
import type { Subscriber } from "./subscriber.ts";

export const retryMs = 500;
const retryMsMax = 30_000;

/** Tells the store that a viewer is gone. `answered` is called once; `isAgain`: he may have come back since. */
export type Drop = (subscriber: Subscriber, how: { readonly isAgain: boolean; answered(answer: Answer): void }) => Promise<void>;

export class Drops {
  readonly #ambient: Pick<Ambient, "after">;
  readonly #drop: Drop;
  /** The next try of each; null while one is under way. */
  readonly #open = new Map<Subscriber, Cancellable | null>();

  constructor(ambient: Pick<Ambient, "after">, drop: Drop) {
    this.#ambient = ambient;
    this.#drop = drop;
  }

  /** Viewers of whom the store does not know yet that they are gone. */
  get open(): number {
    return this.#open.size;
  }

  /** A viewer is gone. Resolves after the first try. */
  async add(subscriber: Subscriber, attempt = 1): Promise<void> {
    this.#plan(subscriber, null);
    const answered = (answer: Answer): void => {
      // A bug may be one of the state it met, and pass with that.
      if (answer.ok || !(refusals[answer.code].retry || answer.code === "internal")) return this.#done(subscriber);
      const again = (): void => void this.add(subscriber, attempt + 1);
      this.#plan(subscriber, this.#ambient.after(Math.min(retryMs * attempt, retryMsMax), again));
    };
    await this.#drop(subscriber, { isAgain: attempt > 1, answered });
  }

  /** A viewer may have come and does not know it. Unless he watches by then, it is told after a while that he is gone. */
  later(subscriber: Subscriber): void {
    const tell = (): void => void this.add(subscriber, 2);
    this.#plan(subscriber, this.#ambient.after(retryMsMax, tell));
  }

  /** Tries each at once. Gives how many the store does not know of even then. */
  async hurry(): Promise<number> {
    await Promise.all([...this.#open.keys()].map((subscriber) => this.add(subscriber, 2)));
    return this.#open.size;
  }

  #plan(subscriber: Subscriber, timer: Cancellable | null): void {
    this.#open.get(subscriber)?.cancel();
    this.#open.set(subscriber, timer);
  }

  #done(subscriber: Subscriber): void {
    this.#open.get(subscriber)?.cancel();
    this.#open.delete(subscriber);
  }
}
