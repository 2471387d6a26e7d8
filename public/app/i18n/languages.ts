// The languages the page speaks, each under its own name. A new one is a line here; what else it needs does not compile without it.

export const languageNames = { en: "English", tr: "Türkçe" } as const;

export type Language = keyof typeof languageNames;

export const languages = Object.keys(languageNames) as readonly Language[];

/** The first of the browser's languages that the page speaks. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const tongues = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return tongues.flatMap((tongue) => languages.filter((language) => language === tongue))[0] ?? "en";
}
