// Tells everybody who watches a game how many do, at most once per interval and only when the number is another one.
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { FanOut } from "./fan-out.ts";

const intervalMs = 200;

export class ViewerCount {
  readonly #viewers: FanOut;
  readonly #ambient: Pick<Ambient, "after">;
  #told = 0;
  #timer: Cancellable | null = null;

  constructor(viewers: FanOut, ambient: Pick<Ambient, "after">) {
    this.#viewers = viewers;
    this.#ambient = ambient;
  }

  /** Somebody came or went. */
  changed(): void {
    this.#timer ??= this.#ambient.after(intervalMs, () => {
      this.#timer = null;
      if (this.#viewers.size === this.#told) return;
      this.#told = this.#viewers.size;
      this.#viewers.sendViewers(this.#told);
    });
  }
}
