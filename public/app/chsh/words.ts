// The words of a class, taught to the page when its first screen is drawn.
import { useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { enClass } from "../i18n/en-class.ts";
import { trClass } from "../i18n/tr-class.ts";
import type { Translate } from "../i18n/words.ts";

export function useClassWords(): void {
  const { speech } = useApp();
  useMemo(() => speech.teach({ en: enClass, tr: trClass }), [speech]);
}

/** A value with its error, or that there is no data. */
export function figureText(t: Translate, figure: { readonly value: number; readonly sigma: number | null } | null): string {
  if (figure === null) return t("class.noData");
  return `${figure.value.toFixed(2).replace("-", "−")} ± ${figure.sigma === null ? "∞" : figure.sigma.toFixed(2)}`;
}

export const percentText = (value: number): string => `${(value * 100).toFixed(1)} %`;

export const answerWord = (t: Translate, answer: boolean): string => t(answer ? "class.true" : "class.false");
