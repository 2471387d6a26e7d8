// Happenings become sounds and shakes; and whoever is on the clock and has not noticed is nudged. Each with its switch.
import { effect } from "@preact/signals";
import type { App } from "../app-context.ts";
import { since } from "../model/announce.ts";
import { type Cue, cueFor, isOnTheClock } from "../model/cues.ts";
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
  let seen: { readonly gameId: string | null; readonly v: number } = { gameId: null, v: 0 };
  session.model.subscribe((model) => {
    const { table, happenings } = model;
    if (!table || (seen.gameId === table.id && seen.v === table.v)) return;
    const fresh = seen.gameId === table.id ? since(happenings, seen.v) : [];
    seen = { gameId: table.id, v: table.v };
    const here = route.peek();
    const ears = { seat: model.seat, all: model.link === "local" || (here.page === "game" && here.view === "table") };
    const cues = new Set(fresh.map(({ event }) => cueFor(event, ears)));
    for (const cue of cues) if (cue !== null && here.page !== "overlay") play(cue);
  });
}

function nudgeIdle({ session, prefShelf }: App, play: () => void): void {
  let cancel: (() => void) | null = null;
  let since = 0;
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
    if (cancel !== null && env.nowMs() - since > 1_000) {
      since = env.nowMs();
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
