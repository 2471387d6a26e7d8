// The alarm of one game: wakes its room when its rules have something to do with nobody's help.
// Correctness never depends on it ringing on time.
import type { Ambient } from "../ops/ambient.ts";
import type { Alarms, Due } from "./alarms.ts";

/** Who is woken. An object, because each game has one: a function of its own for each would take twice as much memory. */
export interface Sleeper {
  wake(dueAt: number): Promise<void>;
}

export class Alarm implements Due {
  readonly #ambient: Pick<Ambient, "now">;
  readonly #alarms: Alarms;
  readonly #sleeper: Sleeper;
  at = 0;
  place = -1;
  #dueAt: number | null = null;
  #isRinging = false;

  constructor(ambient: Pick<Ambient, "now">, alarms: Alarms, sleeper: Sleeper) {
    this.#ambient = ambient;
    this.#alarms = alarms;
    this.#sleeper = sleeper;
  }

  /** Replaces whatever was set. `dueAt` in ms since epoch; null for never. */
  set(dueAt: number | null): void {
    this.#dueAt = dueAt;
    // One that would come too early is kept: most changes move a deadline further away, and setting it anew costs more than one early look.
    if (dueAt !== null && this.place >= 0 && this.at <= dueAt) return;
    this.#alarms.cancel(this);
    if (dueAt !== null) this.#arm(dueAt);
  }

  /** Rings at `at` (null: never), or at a deadline before it that is still to come. One that is past was just tried in vain, and waits, too. */
  ringBy(at: number | null): void {
    const dueAt = this.#dueAt ?? 0;
    if (dueAt <= this.#ambient.now() || (at !== null && at < dueAt)) this.set(at);
  }

  #arm(at: number): void {
    this.at = at;
    this.#alarms.set(this);
  }

  /** The moment it was armed for has come. */
  come(): void {
    const dueAt = this.#dueAt;
    if (dueAt === null) return;
    if (this.#ambient.now() < dueAt) return this.#arm(dueAt);
    this.#dueAt = null;
    this.#call(dueAt);
  }

  /** One call at a time: whoever answers it settles what else is due by then, or asks to be called again when he cannot. */
  #call(dueAt: number): void {
    if (this.#isRinging) return;
    this.#isRinging = true;
    void this.#sleeper.wake(dueAt).finally(() => {
      this.#isRinging = false;
    });
  }
}
