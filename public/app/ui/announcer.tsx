// The live region: what has happened, for ears. And where happenings become toasts; sounds and shakes are the device's.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { sentencesFor, toastFor } from "../model/announce.ts";
import { eachNews } from "../net/news.ts";

export function Announcer(): JSX.Element {
  const { session, speech } = useApp();
  useEffect(
    () =>
      eachNews(session.model, (fresh, table, { seat }) => {
        const sentences = sentencesFor(fresh, table, seat).map((words) => speech.t(words.key, words.params));
        if (sentences.length > 0) say(sentences.join(" "));
        for (const { event } of fresh) {
          const toast = toastFor(event, table);
          if (toast) queueMicrotask(() => session.dispatch({ type: "notice", tone: "info", key: toast.key, params: toast.params ?? {} }));
        }
      }),
    [session, speech],
  );
  return <LiveRegion />;
}

/** One is on the page and one in the sheet that is open: whichever can be heard says it. */
export const LiveRegion = (): JSX.Element => <div class="sr" role="status" aria-live="polite" data-live="true" />;

function say(text: string): void {
  for (const region of document.querySelectorAll("[data-live]")) region.textContent = text;
}
