// What a host may arrange about the table: its settings and its name.
import { campaignStart, freshRound } from "./campaign.ts";
import { renewGrace } from "./clock.ts";
import type { Command } from "./commands.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import { cleanGameName } from "./names.ts";
import { presetDefault, presets } from "./presets/presets.ts";
import { setSeatCount } from "./seat-count.ts";
import { casualSettings, checkSettings, openingBankMs } from "./setup.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";
import { standForAbsent } from "./turns.ts";

type Wanted = Extract<Command, { readonly type: "updateSettings" }>["settings"];

/** Who sees the game, and what clocks do when somebody is gone, may change at any time. */
const anyTime: ReadonlySet<string> = new Set(["listed", "dropPolicy"]);
/** Settings that only make sense before the first move. */
const beforePlay: ReadonlySet<string> = new Set(["playerCount", "mode", "campaignPreset", "startingLife"]);
/** Of these, what cannot change between the rounds of a campaign either. */
const beforeRounds: ReadonlySet<string> = new Set(["playerCount", "mode", "campaignPreset"]);

const equal = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

function wrongNow(state: State, field: string): boolean {
  if (anyTime.has(field)) return false;
  if (beforePlay.has(field)) return state.status !== "waiting" || (beforeRounds.has(field) && (state.campaign?.results.length ?? 0) > 0);
  return state.status !== "waiting" && state.status !== "paused";
}

/** A seat that still has what the old settings gave it gets what the new ones give. */
function refill(draft: Draft, before: Settings, now: Settings): void {
  for (const { id } of draft.state.seats) {
    const seat = writeSeat(draft, id);
    if (seat.bankMs === openingBankMs(before, seat)) seat.bankMs = openingBankMs(now, seat);
    if (seat.life === before.startingLife) seat.life = now.startingLife;
  }
}

/** Another preset: what the old one had set goes back to what is usual, then the new one's settings come in. */
function presetChange(before: Settings, wanted: string | null): Partial<Settings> {
  const old: Partial<Settings> = presets.get(before.campaignPreset ?? "")?.settings ?? {};
  const set = (Object.keys(old) as (keyof Settings)[]).filter((field) => equal(before[field], old[field]));
  return { ...Object.fromEntries(set.map((field) => [field, casualSettings[field]])), ...presets.get(wanted ?? "")?.settings };
}

/** The settings with what is wanted. A campaign needs a preset and a casual game has none; seats that go take their handicaps along. */
function merged(before: Settings, wanted: Wanted): Settings {
  const { mode = before.mode, playerCount = before.playerCount } = wanted;
  const usual = mode === "casual" ? null : (before.campaignPreset ?? presetDefault);
  const { campaignPreset = mode === before.mode ? before.campaignPreset : usual } = wanted;
  const handicaps = Object.fromEntries(Object.entries(before.handicaps).filter(([seat]) => Number(seat) <= playerCount));
  const fromPreset = campaignPreset === before.campaignPreset ? {} : presetChange(before, campaignPreset);
  return { ...before, handicaps, ...fromPreset, ...wanted, campaignPreset };
}

/** Changes settings, all of them or none. Before the first move, seats that were untouched follow. */
export function updateSettings(draft: Draft, wanted: Wanted): Outcome {
  const { state } = draft;
  const before = state.settings;
  if (typeof wanted !== "object" || wanted === null) return refuse("bad-message", "settings");
  const unknown = Object.keys(wanted).find((field) => !Object.hasOwn(casualSettings, field));
  if (unknown !== undefined) return refuse("bad-message", unknown);
  const checked = checkSettings(merged(before, wanted));
  if (!checked.ok) return checked;
  const fields = (Object.keys(before) as (keyof Settings)[]).filter((field) => !equal(before[field], checked.settings[field]));
  const wrong = fields.find((field) => wrongNow(state, field));
  if (wrong !== undefined) return refuse("wrong-status", wrong);
  if (fields.length === 0) return null;
  if (fields.includes("playerCount")) {
    const refused = setSeatCount(draft, checked.settings);
    if (refused !== null) return refused;
  }
  state.settings = checked.settings;
  if (fields.includes("onTimeout")) for (const seat of state.seats) if (seat.fallen) writeSeat(draft, seat.id).fallen = false;
  if (state.status === "waiting") {
    refill(draft, before, checked.settings);
    const { campaignPreset: preset } = checked.settings;
    state.campaign =
      state.campaign !== null && preset !== null
        ? { ...state.campaign, preset, ...freshRound(state.seats) }
        : campaignStart(preset, state.seats);
  }
  draft.events.push({ type: "settingsChanged", data: { fields } });
  if (fields.includes("dropPolicy")) {
    renewGrace(draft);
    standForAbsent(draft);
  }
  return null;
}

export function setName(draft: Draft, typed: string): Outcome {
  const name = cleanGameName(typed);
  if (name === null) return refuse("bad-message", "name");
  if (name === draft.state.name) return null;
  draft.state.name = name;
  draft.events.push({ type: "gameRenamed", data: { name } });
  return null;
}
