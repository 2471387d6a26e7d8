// Every word the page shows, by key, in the chosen language. English is always there; another language comes when it is chosen.
import { type ReadonlySignal, signal } from "@preact/signals";
import i18next, { type FormatterModule, type i18n } from "i18next";
import { en } from "./en.ts";
import type { Language } from "./languages.ts";

export type Params = Readonly<Record<string, string | number>>;
export type Translate = (key: string, params?: Params) => string;

/** Words of a part that is fetched later, for every language. */
export type PartWords = Readonly<Record<Language, Readonly<Record<string, string>>>>;

export interface Speech {
  readonly language: ReadonlySignal<Language>;
  /** Reading it inside a component or effect makes that follow the language. */
  readonly t: Translate;
  /** A number as the language writes it, with so many digits behind its point. */
  readonly number: (value: number, digits: number) => string;
  /** The same of a share, as so many in a hundred. */
  readonly percent: (share: number, digits: number) => string;
  /** Ends with the first try: words that cannot be fetched now are tried for again until another language is chosen. */
  readonly use: (language: Language) => Promise<void>;
  readonly teach: (words: PartWords) => void;
}

interface NumberForm {
  /** Behind the point; as many as the number has when left out. */
  readonly digits?: number;
  readonly style?: "decimal" | "percent";
}

type Catalogues = Readonly<Record<Language, () => Promise<Readonly<Record<string, string>>>>>;

const catalogues: Catalogues = {
  en: async () => en,
  tr: async () => (await import("./tr.ts")).tr,
};

/** Where i18next keeps the words of parts that came later. */
const taught = "taught";
const askAgainMs = 1_000;
/** On a line that lets nothing through a try may take minutes. */
const patienceMs = 2_500;

/** How the languages write numbers: one format takes longer to make than all that it writes in a game. */
function numberWriter() {
  const made = new Map<string, Intl.NumberFormat>();
  return (value: number, language: string, { digits, style = "decimal" }: NumberForm = {}): string => {
    const key = `${language} ${style} ${digits}`;
    const behind = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const format = made.get(key) ?? new Intl.NumberFormat(language, { style, ...behind });
    made.set(key, format);
    return format.format(value).replace("-", "−");
  };
}

/** Waits for one try, and not long: a page whose words do not come speaks English until they do, and is not empty. */
export async function createSpeech(first: Language, from: Catalogues = catalogues): Promise<Speech> {
  const speaker: i18n = i18next.createInstance();
  const written = numberWriter();
  const none = (): void => undefined;
  const format = (value: unknown, _name?: string, tongue = "en"): unknown => (typeof value === "number" ? written(value, tongue) : value);
  speaker.use({ type: "formatter", init: none, add: none, addCached: none, format } as FormatterModule);
  await speaker.init({
    lng: "en",
    fallbackLng: "en",
    keySeparator: false,
    nsSeparator: false,
    ns: ["translation", taught],
    fallbackNS: taught,
    interpolation: { escapeValue: false, alwaysFormat: true },
    resources: { en: { translation: en } },
  });
  const language = signal<Language>("en");
  let chosen = first;
  const has = (wanted: Language): boolean => speaker.hasResourceBundle(wanted, "translation");
  const learn = async (wanted: Language): Promise<void> => {
    const words = has(wanted) ? null : await from[wanted]().catch(() => null);
    if (words) speaker.addResourceBundle(wanted, "translation", words);
    // Another one may have been chosen meanwhile.
    if (chosen !== wanted) return;
    if (has(wanted)) language.value = wanted;
    else setTimeout(() => void learn(wanted), askAgainMs);
  };
  const use = async (wanted: Language): Promise<void> => {
    // Its words are here, or are tried for.
    if (wanted === chosen) return;
    chosen = wanted;
    await learn(wanted);
  };
  await Promise.race([learn(first), new Promise((late) => setTimeout(late, patienceMs))]);
  const t: Translate = (key, params) => {
    const spoken = language.value;
    return speaker.t(key, { ...params, lng: spoken });
  };
  const teach: Speech["teach"] = (words) => {
    for (const [tongue, texts] of Object.entries(words)) speaker.addResourceBundle(tongue, taught, texts);
  };
  const number: Speech["number"] = (value, digits) => written(value, language.value, { digits });
  const percent: Speech["percent"] = (share, digits) => written(share, language.value, { digits, style: "percent" });
  return { language, t, number, percent, use, teach };
}
