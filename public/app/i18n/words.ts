// Every word the page shows, by key, in the chosen language. English is always there; another language comes when it is chosen.
import { type ReadonlySignal, signal } from "@preact/signals";
import i18next, { type i18n } from "i18next";
import { en } from "./en.ts";
import type { Language } from "./languages.ts";

export type Params = Readonly<Record<string, string | number>>;
export type Translate = (key: string, params?: Params) => string;

export interface Speech {
  readonly language: ReadonlySignal<Language>;
  /** Reading it inside a component or effect makes that follow the language. */
  readonly t: Translate;
  readonly use: (language: Language) => Promise<void>;
  /** Words of a part that is fetched later, for every language. */
  readonly teach: (words: Readonly<Record<Language, Readonly<Record<string, string>>>>) => void;
}

const catalogues: Readonly<Record<Language, () => Promise<Readonly<Record<string, string>>>>> = {
  en: async () => en,
  tr: async () => (await import("./tr.ts")).tr,
};

/** Where i18next keeps the words of parts that came later. */
const taught = "taught";

export async function createSpeech(first: Language): Promise<Speech> {
  const speaker: i18n = i18next.createInstance();
  await speaker.init({
    lng: "en",
    fallbackLng: "en",
    keySeparator: false,
    nsSeparator: false,
    ns: ["translation", taught],
    fallbackNS: taught,
    interpolation: { escapeValue: false },
    resources: { en: { translation: en } },
  });
  const language = signal<Language>("en");
  const use = async (wanted: Language): Promise<void> => {
    if (!speaker.hasResourceBundle(wanted, "translation")) speaker.addResourceBundle(wanted, "translation", await catalogues[wanted]());
    await speaker.changeLanguage(wanted);
    language.value = wanted;
  };
  await use(first);
  const t: Translate = (key, params) => {
    const spoken = language.value;
    return speaker.t(key, { ...params, lng: spoken });
  };
  const teach: Speech["teach"] = (words) => {
    for (const [tongue, texts] of Object.entries(words)) speaker.addResourceBundle(tongue, taught, texts);
  };
  return { language, t, use, teach };
}
