// The few things every screen needs, handed down instead of imported: tests build their own.
import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PrefShelf } from "./device/prefs.ts";
import type { Speech } from "./i18n/words.ts";
import type { Session } from "./net/session.ts";
import type { Route } from "./route.ts";
import type { Frames } from "./ui/frames.ts";

export interface App {
  readonly session: Session;
  readonly speech: Speech;
  readonly prefShelf: PrefShelf;
  readonly frames: Frames;
  readonly route: Signal<Route>;
  readonly go: (path: string) => void;
  /** The sheet that is open, or null. */
  readonly sheet: Signal<Sheet | null>;
  /** A newer page is ready: calling it loads it. */
  readonly update: Signal<(() => void) | null>;
  /** The browser would install the page as an app: calling it asks the person. */
  readonly install: Signal<(() => void) | null>;
}

export type Sheet =
  | { readonly name: "menu" | "dice" | "damage" | "counters" | "share" | "settings" | "clock" | "log" | "feedback" | "targets" }
  | { readonly name: "seat"; readonly seat: number };

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("A screen was drawn outside the app.");
  return app;
}
