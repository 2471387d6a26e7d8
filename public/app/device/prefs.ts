// What this person likes on this device: looks, sounds, language. Kept on the device, never sent.
import { type Signal, signal } from "@preact/signals";
import { type Language, languages } from "../i18n/languages.ts";
import type { Shelf } from "./env.ts";

export const themes = ["auto", "dark", "light", "wastelands"] as const;
export const languageChoices: readonly ("auto" | Language)[] = ["auto", ...languages];

export interface Prefs {
  readonly theme: (typeof themes)[number];
  readonly language: "auto" | Language;
  readonly sounds: boolean;
  readonly vibration: boolean;
  readonly wakeLock: boolean;
  readonly nudge: boolean;
  readonly calm: boolean;
  /** Counters shown beside life, at most two. */
  readonly counters: readonly string[];
  /** The name given last, offered at the next table. */
  readonly name: string;
}

const standard: Prefs = {
  theme: "auto",
  language: "auto",
  sounds: true,
  vibration: true,
  wakeLock: true,
  nudge: true,
  calm: false,
  counters: ["poison", "drunk"],
  name: "",
};
const key = "tapotarp:prefs";

export interface PrefShelf {
  readonly prefs: Signal<Prefs>;
  readonly set: (change: Partial<Prefs>) => void;
  /** Another page of this browser wrote what lies under this key; null: it cleared everything. */
  readonly heard: (of: string | null) => void;
}

/** Another build may have known others: the page could not begin in a language that it has no words of. */
const choices: Partial<Record<string, readonly unknown[]>> = { theme: themes, language: languageChoices };

function kept(shelf: Shelf): Prefs {
  try {
    const value = JSON.parse(shelf.get(key) ?? "{}") as Partial<Record<string, unknown>>;
    const same = Object.entries(standard).map(([name, fallback]) => {
      const found = value[name];
      const isLike = typeof found === typeof fallback && Array.isArray(found) === Array.isArray(fallback);
      return [name, isLike && (choices[name]?.includes(found) ?? true) ? found : fallback];
    });
    return Object.fromEntries(same) as unknown as Prefs;
  } catch {
    return standard;
  }
}

export function createPrefs(shelf: Shelf): PrefShelf {
  const prefs = signal(kept(shelf));
  return {
    prefs,
    set(change) {
      // A page that was put aside has not heard what was chosen on another one meanwhile.
      prefs.value = { ...kept(shelf), ...change };
      shelf.set(key, JSON.stringify(prefs.value));
    },
    heard(of) {
      if (of === key || of === null) prefs.value = kept(shelf);
    },
  };
}
