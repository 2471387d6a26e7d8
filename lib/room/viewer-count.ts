// Tells everybody who watches a game how many do, through all instances: at most once per interval, and only when somebody knows another
// number. It tells the other instances how many watch here.
import type { Bus } from "../bus/bus.ts";
import type { Ambient, Cancellable } from "../ops/ambient.ts";

const intervalMs = 200;

/** Who watches a game. */
interface Watching {
  /** Viewers through this instance, and through all of them. */
  readonly size: number;
  readonly everywhere: number;
  sendViewers(viewers: number): void;
}

interface ViewerCountParts {
  readonly gameId: string;
  readonly bus: Pick<Bus, "tellWatched">;
  readonly ambient: Pick<Ambient, "after">;
}

export class ViewerCount {
  readonly #gameId: string;
  readonly #bus: ViewerCountParts["bus"];
  readonly #ambient: ViewerCountParts["ambient"];
  /** What the viewers here were told, negative when not all were told the same; and what the other instances were. */
  #told = 0;
  #toldOthers = 0;
  #timer: Cancellable | null = null;

  /** What it needs is taken out of `parts`: to keep them, one object for each game, would cost more than all else here. */
  constructor({ gameId, bus, ambient }: ViewerCountParts) {
    this.#gameId = gameId;
    this.#bus = bus;
    this.#ambient = ambient;
  }

  /** A whole state says so many: somebody comes and another goes, and all but the newcomer know the number already. */
  stated(viewers: number): void {
    if (viewers !== this.#told) this.#told = -1;
  }

  /** Somebody came or went, here or elsewhere. */
  changed(viewers: Watching): void {
    this.#timer ??= this.#ambient.after(intervalMs, () => {
      this.#timer = null;
      if (viewers.size !== this.#toldOthers) this.#bus.tellWatched(this.#gameId, viewers.size);
      this.#toldOthers = viewers.size;
      if (viewers.everywhere === this.#told) return;
      this.#told = viewers.everywhere;
      viewers.sendViewers(this.#told);
    });
  }
}
