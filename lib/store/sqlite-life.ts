// The sign of life in the data file: by the last one the next server knows since when nobody lived.
import type { Outage } from "./outages.ts";
import type { WriterLink } from "./sqlite-link.ts";
import { StoreFault } from "./store.ts";

export class SignOfLife {
  readonly #link: WriterLink;
  #beating: Promise<void> | null = null;
  /** Outages in our own life that the file does not know of yet. */
  #unwritten: readonly Outage[] = [];

  constructor(link: WriterLink) {
    this.#link = link;
  }

  async beat(atMs: number): Promise<void> {
    // One under way is enough: on a slow disk they must not pile up.
    this.#beating ??= this.#write(atMs).finally(() => {
      this.#beating = null;
    });
    await this.#beating;
  }

  /** Written before any change that follows. Should that fail, a later sign of life brings it. */
  wasAway(outage: Outage): void {
    this.#unwritten = [...this.#unwritten, outage];
    void this.#write(outage.to).catch(() => {});
  }

  async #write(atMs: number): Promise<void> {
    // While nobody's tap is taken, nobody lives: the next server counts from the last sign on. Beside a full log this one would be written.
    const { problem } = this.#link.health();
    if (problem !== null) throw new StoreFault("unavailable", problem);
    const outages = this.#unwritten;
    await this.#link.submit(["beat", atMs, outages], 0);
    this.#unwritten = this.#unwritten.filter((outage) => !outages.includes(outage));
  }
}
