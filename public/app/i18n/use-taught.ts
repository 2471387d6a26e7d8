// Words of a part of the page that is fetched later: they come with it, and are taught when it is drawn first.
import { useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { PartWords } from "./words.ts";

export function useTaught(words: PartWords): void {
  const { speech } = useApp();
  useMemo(() => speech.teach(words), [speech, words]);
}
