// The words of a class, taught to the page when its first screen is drawn.
import { enClass } from "../i18n/en-class.ts";
import { trClass } from "../i18n/tr-class.ts";
import { useTaught } from "../i18n/use-taught.ts";
import type { Speech, Translate } from "../i18n/words.ts";

const words = { en: enClass, tr: trClass };

export function useClassWords(): void {
  useTaught(words);
}

/** A value with its error, or that there is no data. */
export function figureText({ t, number }: Speech, figure: { readonly value: number; readonly sigma: number | null } | null): string {
  if (figure === null) return t("class.noData");
  return `${number(figure.value, 2)} ± ${figure.sigma === null ? "∞" : number(figure.sigma, 2)}`;
}

export const answerWord = (t: Translate, answer: boolean): string => t(answer ? "class.true" : "class.false");
