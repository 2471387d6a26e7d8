// Searches every frame that anybody in a class was sent for answers of rounds that were still open. It knows what was answered from
// the frames that were sent, and nothing of the server. Frames wait until `check`, so that whoever calls it decides what had been
// answered by then: call it while a round is half open.

interface Answer {
  readonly round: number;
  readonly answer: boolean;
}

interface Message {
  readonly type?: unknown;
  readonly data?: unknown;
}

/** Yes-or-no fields of the wire that say nothing about an answer. */
const harmless: ReadonlySet<string> = new Set(["hostConnected", "partnerHere", "enough", "retry", "answered", "listed"]);

export interface WatchedViewer {
  /** A frame this viewer sends. */
  sent(text: string): void;
  /** A frame, or the body of an answer over HTTP, that it got. */
  received(text: string): void;
}

export class SecretWatch {
  /** What was given away, in words. */
  readonly found: string[] = [];
  frames = 0;
  readonly #answers = new Map<string, boolean>();
  readonly #waiting: (() => void)[] = [];

  viewer(name: string): WatchedViewer {
    let seat: number | null = null;
    return {
      sent: (text) => {
        const { type, data } = JSON.parse(text) as Message;
        if (type !== "answer" || seat === null) return;
        const { round, answer } = data as Answer;
        this.#answers.set(keyOf(seat, round), answer);
      },
      received: (text) => {
        const message = JSON.parse(text) as Message;
        if (message.type === "claimed" || message.type === "reconnected") seat = (message.data as { playerId: number | null }).playerId;
        const own = seat;
        this.#waiting.push(() => this.#look(message, { name, seat: own, text }));
      },
    };
  }

  /** Looks at everything received since the last time. */
  check(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  #look(message: Message, who: Reader): void {
    this.frames += 1;
    this.#walk(message, { path: "", inside: {} }, who);
  }

  #walk(value: unknown, { path, inside }: Place, who: Reader): void {
    if (typeof value === "boolean") {
      const key = path.split(".").findLast((part) => Number.isNaN(Number(part))) ?? "";
      if (!harmless.has(key) && !this.#isKnown(key, { value, inside }, who)) {
        this.found.push(`${who.name} was sent ${path} = ${value}: ${who.text.slice(0, 300)}`);
      }
    }
    if (typeof value !== "object" || value === null) return;
    const next = Array.isArray(value) ? inside : (value as Record<string, unknown>);
    for (const [key, item] of Object.entries(value)) this.#walk(item, { path: path === "" ? key : `${path}.${key}`, inside: next }, who);
  }

  /** An answer may be known to whoever gave it; both of a round to everybody once both were given. */
  #isKnown(key: string, { value, inside }: Found, { seat }: Reader): boolean {
    const round = Number(inside["round"] ?? inside["number"]);
    if (key === "answer") return seat !== null && this.#answers.get(keyOf(seat, round)) === value;
    if (key !== "answers") return false;
    const team = Number(inside["teamId"] ?? (seat === null ? Number.NaN : Math.ceil(seat / 2)));
    return this.#answers.has(keyOf(team * 2 - 1, round)) && this.#answers.has(keyOf(team * 2, round));
  }
}

interface Reader {
  readonly name: string;
  readonly seat: number | null;
  readonly text: string;
}

interface Place {
  readonly path: string;
  /** The nearest object around a value. */
  readonly inside: Readonly<Record<string, unknown>>;
}

interface Found {
  readonly value: boolean;
  readonly inside: Readonly<Record<string, unknown>>;
}

const keyOf = (seat: number, round: number): string => `${seat}.${round}`;
