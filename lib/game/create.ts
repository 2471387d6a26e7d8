// A new game: its creator sits in the host's chair, every seat is free.
import { campaignStart } from "./campaign.ts";
import type { Creation, Decision } from "./contract.ts";
import type { Event } from "./events.ts";
import { seatDown } from "./holders.ts";
import { cleanGameName } from "./names.ts";
import { newLedger, newSeat } from "./rounds.ts";
import { checkSettings } from "./setup.ts";
import type { Settings } from "./settings.ts";
import { nobody, seatingOrder, type State } from "./state.ts";

/** Refuses impossible settings and names with the field at fault. A game without a name is called by its code. */
export function create({ id, now, viewerId, name, settings, draw }: Creation<Settings>): Decision<State, Event> {
  const checked = checkSettings(settings);
  if (!checked.ok) return checked;
  const clean = name === null ? `Game ${id}` : cleanGameName(name);
  if (clean === null) return { ok: false, code: "bad-message", field: "name" };
  const seats = Array.from({ length: settings.playerCount }, (_, index) => newSeat(checked.settings, index + 1));
  const state: State = {
    id,
    name: clean,
    createdAt: now,
    settings: checked.settings,
    status: "waiting",
    pausedBy: null,
    closed: false,
    at: now,
    active: null,
    turn: 0,
    order: seatingOrder(seats.length),
    stack: nobody,
    targeting: "none",
    targeted: nobody,
    awaiting: nobody,
    runners: nobody,
    seats,
    host: { seat: null, chair: seatDown(viewerId, now, draw) },
    winner: null,
    monarch: null,
    initiative: null,
    dayNight: null,
    stormCount: 0,
    campaign: campaignStart(checked.settings.campaignPreset, seats),
    undo: null,
    ledger: newLedger(now),
  };
  return {
    ok: true,
    state,
    events: [{ type: "gameCreated", data: { playerCount: settings.playerCount } }],
    grant: { seat: null, how: "claimed" },
  };
}
