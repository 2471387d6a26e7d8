// What a connection has sent and nobody has looked at yet. While it enters a game, or has its share of commands under way, reading
// stops: TCP itself holds the sender up, and a server with more to do than it can refuses nothing that it would do a moment later.
// What waits here is what one read from the socket brought; it is not decoded before its turn.

/** Reads from the socket, or does not. */
interface Line {
  pause(): void;
  resume(): void;
}

interface Listener {
  /** Looks at one message. Must not throw. */
  hear(payload: Buffer): void;
}

/** Commands of one connection under way. A game takes one at a time, so more would only wait inside instead of outside. */
const underWayMax = 4;

export class Intake {
  readonly #line: Line;
  readonly #listener: Listener;
  #unheard: Buffer[] = [];
  #underWay = 0;
  #afterLast: (() => void) | null = null;
  #isWaiting = false;
  #isShut = false;
  #isPaused = false;
  #isHearing = false;

  constructor(line: Line, listener: Listener) {
    this.#line = line;
    this.#listener = listener;
  }

  /** Something it asked for has not been answered yet. */
  get isBusy(): boolean {
    return this.#underWay > 0 || this.#isWaiting;
  }

  get #isHeld(): boolean {
    return !this.#isShut && (this.#isWaiting || this.#underWay >= underWayMax);
  }

  receive(payload: Buffer): void {
    if (this.#isShut) return;
    this.#unheard.push(payload);
    this.#hearOn();
  }

  /** A command is under way; say `end` when it was answered. */
  begin(): void {
    this.#underWay += 1;
  }

  end(): void {
    this.#underWay -= 1;
    const go = this.#underWay > 0 ? null : this.#afterLast;
    if (go !== null) {
      this.#afterLast = null;
      go();
    }
    this.#hearOn();
  }

  /** What it says next waits, until `goOn`: it is on its way into a game that this is meant for, or stands in line for the one it watches. */
  wait(): void {
    this.#isWaiting = true;
  }

  goOn(): void {
    this.#isWaiting = false;
    this.#hearOn();
  }

  /** Calls `go` when nothing is under way: now, or with the last answer. Say `wait` before, or something else may begin meanwhile. */
  whenAnswered(go: () => void): void {
    if (this.#underWay > 0) this.#afterLast = go;
    else go();
  }

  /** Nothing more is heard; what is under way goes on. Reading too, or the other side's farewell would not be read. */
  shut(): void {
    this.#isShut = true;
    this.#unheard = [];
    this.#pauseOrResume();
  }

  #hearOn(): void {
    // A command may be answered before `hear` returns: the loop that is running goes on then.
    if (this.#isHearing) return;
    this.#isHearing = true;
    let at = 0;
    while (!this.#isHeld && at < this.#unheard.length) {
      this.#listener.hear(this.#unheard[at] as Buffer);
      at += 1;
    }
    if (at > 0) this.#unheard = this.#unheard.slice(at);
    this.#isHearing = false;
    this.#pauseOrResume();
  }

  #pauseOrResume(): void {
    if (this.#isHeld === this.#isPaused) return;
    this.#isPaused = this.#isHeld;
    if (this.#isPaused) this.#line.pause();
    else this.#line.resume();
  }
}
