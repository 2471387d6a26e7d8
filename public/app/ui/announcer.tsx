// The live region: what has happened, for ears. And where happenings become toasts; sounds and shakes are the device's.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { since, sentenceFor, toastFor } from "../model/announce.ts";

export function Announcer(): JSX.Element {
  const { session, speech } = useApp();
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let seen: { readonly gameId: string | null; readonly v: number } = { gameId: null, v: 0 };
    return session.model.subscribe((model) => {
      const { table, happenings, seat } = model;
      if (!table) return;
      const fresh = seen.gameId === table.id ? since(happenings, seen.v) : [];
      if (seen.gameId === table.id && seen.v === table.v) return;
      seen = { gameId: table.id, v: table.v };
      for (const { event } of fresh) {
        const words = sentenceFor(event, table, seat);
        if (words && region.current) region.current.textContent = speech.t(words.key, words.params);
        const toast = toastFor(event, table);
        if (toast) queueMicrotask(() => session.dispatch({ type: "notice", tone: "info", key: toast.key, params: toast.params ?? {} }));
      }
    });
  }, [session, speech]);
  return <div class="sr" role="status" aria-live="polite" data-live="true" ref={region} />;
}
