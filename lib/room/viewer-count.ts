// Tells everybody who watches a game how many do, through all instances: at most once per interval, and only when the number is
// another one. It tells the other instances how many watch here.
import type { Bus } from "../bus/bus.ts";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { FanOut } from "./fan-out.ts";

const intervalMs = 200;

interface ViewerCountParts {
  readonly gameId: string;
  readonly viewers: FanOut;
  readonly bus: Pick<Bus, "tellWatched">;
  readonly ambient: Pick<Ambient, "after">;
}

export class ViewerCount {
  readonly #parts: ViewerCountParts;
  /** What the viewers here were told, and what the other instances were. */
  #told = 0;
  #toldOthers = 0;
  #timer: Cancellable | null = null;

  constructor(parts: ViewerCountParts) {
    this.#parts = parts;
  }

  /** Somebody came or went, here or elsewhere. */
  changed(): void {
    this.#timer ??= this.#parts.ambient.after(intervalMs, () => {
      this.#timer = null;
      const { gameId, viewers, bus } = this.#parts;
      if (viewers.size !== this.#toldOthers) bus.tellWatched(gameId, viewers.size);
      this.#toldOthers = viewers.size;
      if (viewers.everywhere === this.#told) return;
      this.#told = viewers.everywhere;
      viewers.sendViewers(this.#told);
    });
  }
}
