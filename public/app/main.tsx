// Builds the page: preferences, words, session, and the screen. The only file that starts anything.
import { computed, effect, signal } from "@preact/signals";
import { render } from "preact";
import { AppRoot } from "./app.tsx";
import { type App, AppContext, type Sheet } from "./app-context.ts";
import { startDevice } from "./device/device.ts";
import { browserEnv } from "./device/env.ts";
import { createPrefs } from "./device/prefs.ts";
import { type Language, preferredLanguage } from "./i18n/languages.ts";
import { createSpeech } from "./i18n/words.ts";
import { createSession } from "./net/session.ts";
import { routeOf } from "./route.ts";
import { createFrames } from "./ui/frames.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/start.css";
import "../styles/play.css";
import "../styles/forced.css";

async function start(): Promise<void> {
  const env = browserEnv();
  const prefShelf = createPrefs(env.shelf);
  addEventListener("storage", ({ key }) => prefShelf.heard(key));
  const chosen = computed(() => prefShelf.prefs.value.language);
  const spoken = (): Language => (chosen.value === "auto" ? preferredLanguage(navigator.languages) : chosen.value);
  const speech = await createSpeech(spoken());
  const route = signal(routeOf(location));
  const go = (path: string): void => {
    history.pushState(null, "", path);
    route.value = routeOf(location);
    sheet.value = null;
  };
  const sheet = signal<Sheet | null>(null);
  const session = createSession(env, (n) => speech.t("seat.unnamed", { n }));
  const frames = createFrames(window, env.after);
  const app: App = { session, speech, prefShelf, frames, route, go, sheet, update: signal(null), install: signal(null) };
  for (const kind of ["popstate", "hashchange"])
    addEventListener(kind, () => {
      route.value = routeOf(location);
      sheet.value = null;
    });
  effect(() => void speech.use(spoken()));
  effect(() => {
    document.documentElement.lang = speech.language.value;
  });
  startDevice(app);
  const root = document.getElementById("app");
  if (root)
    render(
      <AppContext.Provider value={app}>
        <AppRoot />
      </AppContext.Provider>,
      root,
    );
}

void start();
