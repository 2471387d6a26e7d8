// Settings that games were made with. Tables of the same kind share one object instead of each keeping its own.

/** Settings remembered; most tables choose one of a few. */
const rememberedMax = 256;
/** Longer ones are no usual choice, and are not shared. */
const charsMax = 1_024;

export class SharedSettings {
  /** By their text. */
  readonly #known = new Map<string, unknown>();

  /** The same settings: as one object for all who choose them. */
  of(settings: unknown): unknown {
    const text = JSON.stringify(settings);
    if (text.length > charsMax) return settings;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size === rememberedMax) this.#known.clear();
    this.#known.set(text, settings);
    return settings;
  }
}
