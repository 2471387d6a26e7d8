// The device around the page: theme, the tab's title, coming back from sleep, keeping the screen lit; and starts sounds, keys and the app.
import { effect } from "@preact/signals";
import type { App } from "../app-context.ts";
import { tabSays } from "../model/cues.ts";
import { isPlayed } from "../model/model.ts";
import { startCues } from "./cues.ts";
import { keepInstallOffer, startInstalled } from "./installed.ts";
import { startKeyboard } from "./keyboard.ts";

export function startDevice(app: App): void {
  followTheme(app);
  comeBack(app);
  keepTable(app);
  keepLit(app);
  nameTab(app);
  startCues(app);
  startKeyboard(app);
  keepInstallOffer(app);
  void startInstalled(app);
}

/** The tab says when it is on you, for a laptop with many tabs. */
function nameTab({ session, speech }: App): void {
  effect(() => {
    const says = tabSays(session.model.value, speech.t);
    document.title = says === null ? "Tap-or-Tarp" : `${says} – Tap-or-Tarp`;
  });
}

/** `auto` follows the device; a Wastelands campaign brings its own warm theme with it. */
function followTheme({ prefShelf, session }: App): void {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = (): void => {
    const { theme, calm } = prefShelf.prefs.value;
    const wastelands = session.model.value.table?.settings.campaignPreset === "wastelands";
    const auto = wastelands ? "wastelands" : light.matches ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme === "auto" ? auto : theme;
    document.documentElement.dataset["calm"] = String(calm);
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ink);
  };
  light.addEventListener("change", apply);
  effect(apply);
}

/** A page out of sight may be thrown away without another word: a table that only this device has is kept first. */
function keepTable({ session }: App): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") session.keep();
  });
  addEventListener("pagehide", () => session.keep());
}

/** iOS kills sockets on lock: whoever looks at the page again is connected again at once, without backoff. */
function comeBack({ session }: App): void {
  const now = (): void => session.comeBackNow();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") now();
  });
  // A page that is loaded is no page that comes back: it has only begun to open its socket, which has all its time.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) now();
  });
  addEventListener("online", now);
  // From a Wi-Fi to the phone's own network it may never be offline, and yet its socket is dead. Told by Chrome on phones only.
  const { connection } = navigator as { connection?: EventTarget & { readonly type?: string } };
  let network = connection?.type;
  connection?.addEventListener("change", () => {
    // Its speed is another one every few seconds.
    if (connection.type === network) return;
    network = connection.type;
    now();
  });
}

/** Keeps the screen lit while a game runs. Browsers without a wake lock simply go dark as they always do. */
function keepLit({ session, prefShelf }: App): void {
  let lock: WakeLockSentinel | null = null;
  let asking = false;
  const wanted = (): boolean => prefShelf.prefs.value.wakeLock && isPlayed(session.model.value);
  const light = async (): Promise<void> => {
    // A second one would take the first one's place, and nobody could put that out.
    if (!("wakeLock" in navigator) || document.visibilityState !== "visible" || asking || lock?.released === false) return;
    asking = true;
    lock = await navigator.wakeLock.request("screen").catch(() => null);
    asking = false;
    // The game may have ended while the browser made up its mind.
    if (!last) await dim();
  };
  const dim = async (): Promise<void> => {
    const old = lock;
    lock = null;
    await old?.release().catch(() => undefined);
  };
  let last = false;
  effect(() => {
    const want = wanted();
    if (want === last) return;
    last = want;
    void (want ? light() : dim());
  });
  document.addEventListener("visibilitychange", () => {
    if (last) void light();
  });
}
