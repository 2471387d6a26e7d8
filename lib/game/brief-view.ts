// The view as clients get it that take a whole state after every change: what is as in a new game and no button depends on is left out.
// The first state a client gets, and the answer to `sync`, are always complete.
import type { Settings } from "./settings.ts";
import { casualSettings } from "./setup.ts";
import type { PlayerView, View } from "./view.ts";

/** Settings that a table shows all the time; the others are there when they differ from a casual table's. */
const shownSettings: ReadonlySet<keyof Settings> = new Set<keyof Settings>([
  "playerCount",
  "mode",
  "initialTime",
  "bonusTime",
  "warningThresholds",
  "onTimeout",
  "startingLife",
]);

function briefSettings(settings: Settings): object {
  const brief: Record<string, unknown> = {};
  for (const key in settings) {
    const name = key as keyof Settings;
    if (name === "handicaps" && Object.keys(settings.handicaps).length === 0) continue;
    if (shownSettings.has(name) || settings[name] !== casualSettings[name]) brief[name] = settings[name];
  }
  return brief;
}

function briefPlayer({ delayRemaining, asks, ...player }: PlayerView): object {
  return { ...player, ...(delayRemaining === 0 ? {} : { delayRemaining }), ...(asks.length === 0 ? {} : { asks }) };
}

const inOrder = (id: number, place: number): boolean => id === place + 1;

export function briefView(view: View): object {
  const { playOrder, campaign, monarch, initiative, dayNight, stormCount, undoRequest, settings, players, ...always } = view;
  return {
    ...always,
    ...(playOrder.every(inOrder) ? {} : { playOrder }),
    ...(campaign === null ? {} : { campaign }),
    ...(monarch === null ? {} : { monarch }),
    ...(initiative === null ? {} : { initiative }),
    ...(dayNight === null ? {} : { dayNight }),
    ...(stormCount === 0 ? {} : { stormCount }),
    ...(undoRequest === null ? {} : { undoRequest }),
    settings: briefSettings(settings),
    players: players.map(briefPlayer),
  };
}
