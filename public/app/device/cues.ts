// Happenings become sounds and shakes; and whoever is on the clock and has not noticed is nudged. Each with its switch.
import { effect } from "@preact/signals";
import type { App } from "../app-context.ts";
import { type Cue, cueFor, isOnTheClock } from "../model/cues.ts";
import { eachNews } from "../net/news.ts";
import { createPlayer } from "./sounds.ts";

/** Idle for so long while on the clock: a nudge, and again after as long. */
const nudgeAfterMs = 30_000;
const nudgeShownMs = 1_600;

export function startCues(app: App): void {
  const player = createPlayer();
  const play = (cue: Cue): void => {
    const { sounds, vibration } = app.prefShelf.prefs.peek();
    if (sounds) player.sound(cue);
    if (vibration) player.shake(cue);
  };
  hearHappenings(app, play);
  nudgeIdle(app, () => play("nudge"));
}

function hearHappenings({ session, route }: App, play: (cue: Cue) => void): void {
  eachNews(session.model, (fresh, _table, { seat, link }) => {
    const here = route.peek();
    const ears = { seat, all: link === "local" || (here.page === "game" && here.view === "table") };
    const cues = new Set(fresh.map(({ event }) => cueFor(event, ears)));
    for (const cue of cues) if (cue !== null && here.page !== "overlay") play(cue);
  });
}

function nudgeIdle({ session, prefShelf }: App, play: () => void): void {
  let cancel: (() => void) | null = null;
  let touchedAtMs = 0;
  const { env } = session;
  const later = (): void => {
    cancel?.();
    cancel = env.after(nudgeAfterMs, nudge);
  };
  const nudge = (): void => {
    play();
    document.documentElement.dataset["nudge"] = "true";
    env.after(nudgeShownMs, () => {
      delete document.documentElement.dataset["nudge"];
    });
    later();
  };
  const touched = (): void => {
    if (cancel !== null && env.nowMs() - touchedAtMs > 1_000) {
      touchedAtMs = env.nowMs();
      later();
    }
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  effect(() => {
    const on = prefShelf.prefs.value.nudge && isOnTheClock(session.model.value);
    if (on && cancel === null) later();
    if (!on) {
      cancel?.();
      cancel = null;
    }
  });
}
