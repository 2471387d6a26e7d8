// Fifty players change a class many times a second; the host's screen is drawn at most once per interval, with the newest.
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";

/** The first look, and the first change after a quiet time, are shown at once. */
export function useBatched<T>(source: ReadonlySignal<T>, intervalMs: number): T {
  const { session } = useApp();
  const [shown, setShown] = useState(() => source.peek());
  useEffect(() => {
    let cancel: (() => void) | null = null;
    let waiting = false;
    const look = (): void => {
      cancel = null;
      if (!waiting) return;
      show();
    };
    const show = (): void => {
      waiting = false;
      setShown(() => source.peek());
      cancel = session.env.after(intervalMs, look);
    };
    const stop = source.subscribe(() => {
      waiting = true;
      if (cancel === null) show();
    });
    return () => {
      stop();
      cancel?.();
    };
  }, [source, intervalMs, session]);
  return shown;
}
