// Those who hold no seat, at each game. A game takes one command at a time, and whoever knows its code may speak to it, come in and read
// it: only a few of all of them together are in its queue, so that a player's own command stands behind a few at most, however many they are.

/** Enough that the queue is never empty while one waits. */
const insideMax = 4;

/** The spectators of one game. */
interface Line {
  inside: number;
  readonly waiting: (() => void)[];
}

export class Spectators {
  readonly #lines = new WeakMap<object, Line>();

  #lineOf(room: object): Line {
    const known = this.#lines.get(room);
    if (known !== undefined) return known;
    const made: Line = { inside: 0, waiting: [] };
    this.#lines.set(room, made);
    return made;
  }

  /** Takes a place, to be given back by `done`. False: there is none, `wait` for it. */
  enter(room: object): boolean {
    const line = this.#lineOf(room);
    if (line.inside >= insideMax) return false;
    line.inside += 1;
    return true;
  }

  /** Calls `go` in its turn, with a place taken. Whoever waits must say nothing meanwhile: one for each connection waits at most. */
  wait(room: object, go: () => void): void {
    this.#lineOf(room).waiting.push(go);
  }

  /** Does `work` with a place, which may have to be waited for. */
  async during<T>(room: object, work: () => Promise<T>): Promise<T> {
    if (!this.enter(room)) await new Promise<void>((go) => this.wait(room, go));
    try {
      return await work();
    } finally {
      this.done(room);
    }
  }

  done(room: object): void {
    const line = this.#lineOf(room);
    const next = line.waiting.shift();
    if (next === undefined) line.inside -= 1;
    else next();
  }
}
