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
  readonly #gameId: string;
  readonly #viewers: FanOut;
  readonly #bus: ViewerCountParts["bus"];
  readonly #ambient: ViewerCountParts["ambient"];
  /** What the viewers here were told, and what the other instances were. */
  #told = 0;
  #toldOthers = 0;
  #timer: Cancellable | null = null;

  /** What it needs is taken out of `parts`: to keep them, one object for each game, would cost more than all else here. */
  constructor({ gameId, viewers, bus, ambient }: ViewerCountParts) {
    this.#gameId = gameId;
    this.#viewers = viewers;
    this.#bus = bus;
    this.#ambient = ambient;
  }

  /** Somebody came or went, here or elsewhere. */
  changed(): void {
    this.#timer ??= this.#ambient.after(intervalMs, () => {
      this.#timer = null;
      const viewers = this.#viewers;
      if (viewers.size !== this.#toldOthers) this.#bus.tellWatched(this.#gameId, viewers.size);
      this.#toldOthers = viewers.size;
      if (viewers.everywhere === this.#told) return;
      this.#told = viewers.everywhere;
      viewers.sendViewers(this.#told);
    });
  }
}
