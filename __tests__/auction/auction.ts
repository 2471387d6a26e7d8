// A third game, for tests: a sealed-bid auction of two to six bidders. Everybody has a hand of worths nobody else may see, bids for one lot
// at a time without seeing another's bid, and a lot is sold when all have bid or its time is up. Nothing in lib knows of it: it stands
// beside docs/add-a-game.md, whose steps it follows. What a losing bid was stays secret for ever.
import type { SystemCommand } from "../../lib/game/commands.ts";
import type { Accepted, Creation, Decision, GameIndex, Input } from "../../lib/game/contract.ts";
import { reclaim, seatDown } from "../../lib/game/holders.ts";
import { after, type GameId, type Instant, type SeatId, type ViewerId } from "../../lib/game/ids.ts";
import { cleanName } from "../../lib/game/names.ts";
import { diceFrom } from "../../lib/game/random.ts";
import type { LastingCode, Refusal } from "../../lib/game/refusals.ts";
import type { Holder } from "../../lib/game/state.ts";

export const limits = {
  seats: { min: 2, max: 6 },
  lots: { min: 1, max: 9 },
  bidMs: { min: 100, max: 600_000 },
  worthMax: 1_000_000,
  /** Of six digits, so that whoever searches for a hand finds no other number. */
  handMin: 100_000,
  awayMs: 60_000,
};

export interface Settings {
  readonly seats: number;
  readonly lots: number;
  readonly bidMs: number;
  readonly listed: boolean;
}

export type Command =
  | { readonly type: "sitDown"; readonly seat: SeatId }
  | { readonly type: "standUp" }
  | { readonly type: "openAuction" }
  | { readonly type: "bid"; readonly lot: number; readonly amount: number };

export interface Seat {
  readonly id: SeatId;
  readonly holder: Holder | null;
  /** How many have sat here: whoever sits down reads nothing that was told to those before him. */
  readonly sitting: number;
  /** What each lot is worth to whoever sits here. His alone. */
  readonly hand: readonly number[];
  /** For the lot that is open. His alone. */
  readonly bid: number | null;
}

export interface State {
  readonly id: GameId;
  readonly name: string;
  readonly settings: Settings;
  readonly status: GameIndex["status"];
  /** The lot that is open, from 1; 0 before the first. */
  readonly lot: number;
  readonly closesAt: Instant | null;
  readonly host: Holder | null;
  readonly seats: readonly Seat[];
  readonly sold: readonly { readonly id: number; readonly seat: SeatId | null; readonly price: number }[];
}

/** `of`: whose it is, as `audienceOf` names him. The whole event is for him alone. */
export type Event =
  | { readonly type: "seatTaken" | "seatLeft" | "seatAway" | "seatBack"; readonly data: { readonly seat: SeatId } }
  | { readonly type: "keysRevoked"; readonly data: { readonly seat: SeatId | null } }
  | { readonly type: "lotOpened"; readonly data: { readonly lot: number } }
  | {
      readonly type: "bidMade";
      readonly of: string;
      readonly data: { readonly seat: SeatId; readonly lot: number; readonly amount: number };
    }
  | { readonly type: "lotSold"; readonly data: { readonly lot: number; readonly seat: SeatId | null; readonly price: number } }
  | { readonly type: "auctionOver"; readonly data: { readonly reason: string } };

type Change = Omit<Accepted<State, Event>, "ok">;
type Outcome = Change | Refusal<LastingCode>;

const seatsOf = (state: State, seat: SeatId, change: Partial<Seat>): readonly Seat[] =>
  state.seats.map((one) => (one.id === seat ? { ...one, ...change } : one));
const heldBy = (state: State, viewerId: ViewerId): Seat | undefined => state.seats.find(({ holder }) => holder?.viewerId === viewerId);
const audienceAt = ({ id, sitting }: Seat): string => `seat ${id}.${sitting}`;
const isHere = (holder: Holder | null): boolean => holder !== null && holder.droppedAt === null;

function handFrom(seed: string | undefined, lots: number): readonly number[] {
  const dice = diceFrom(seed);
  return Array.from({ length: lots }, () => limits.worthMax - dice.roll(limits.worthMax - limits.handMin));
}

function create({ id, now, viewerId, name, settings, draw }: Creation<Settings>): Decision<State, Event> {
  // A name comes as it was typed.
  const clean = name === null ? `Auction ${id}` : cleanName(name, 40);
  if (clean === null) return { ok: false, code: "bad-message", field: "name" };
  const seats = Array.from({ length: settings.seats }, (_, at): Seat => ({ id: at + 1, holder: null, sitting: 0, hand: [], bid: null }));
  const host = seatDown(viewerId, now, draw);
  const state: State = { id, name: clean, settings, status: "waiting", lot: 0, closesAt: null, host, seats, sold: [] };
  return { ok: true, state, events: [], grant: { seat: null, how: "claimed" } };
}

/** The open lot goes to the highest bid, the lower seat among equals; the next one opens at the same moment. */
function sell(state: State, at: Instant): Change {
  const best = state.seats.reduce<Seat | null>((top, seat) => (seat.bid !== null && seat.bid > (top?.bid ?? -1) ? seat : top), null);
  const { lot, settings } = state;
  const price = best?.bid ?? 0;
  const isLast = lot === settings.lots;
  const events: Event[] = [{ type: "lotSold", data: { lot, seat: best?.id ?? null, price } }];
  events.push(isLast ? { type: "auctionOver", data: { reason: "sold" } } : { type: "lotOpened", data: { lot: lot + 1 } });
  return {
    state: {
      ...state,
      status: isLast ? "finished" : "running",
      lot: isLast ? lot : lot + 1,
      closesAt: isLast ? null : after(at, settings.bidMs),
      seats: state.seats.map((seat) => ({ ...seat, bid: null })),
      sold: [...state.sold, { id: lot, seat: best?.id ?? null, price }],
    },
    events,
  };
}

function standUp(state: State, seat: Seat): Change {
  return {
    state: { ...state, seats: seatsOf(state, seat.id, { holder: null, hand: [], bid: null }) },
    events: [{ type: "seatLeft", data: { seat: seat.id } }],
  };
}

function sitDown(state: State, wanted: SeatId, { viewerId, draw, now }: Input<State, Command>): Outcome {
  const seat = state.seats[wanted - 1];
  if (seat === undefined) return { code: "no-such-seat", field: "seat" };
  if (seat.holder !== null) return { code: "seat-taken", field: "seat" };
  if (heldBy(state, viewerId as ViewerId) !== undefined) return { code: "not-allowed" };
  const holder = seatDown(viewerId as ViewerId, now, draw);
  const hand = handFrom(draw.seed, state.settings.lots);
  return {
    state: { ...state, seats: seatsOf(state, seat.id, { holder, hand, sitting: seat.sitting + 1 }) },
    events: [{ type: "seatTaken", data: { seat: seat.id } }],
    grant: { seat: seat.id, how: "claimed" },
  };
}

function bid(state: State, { lot, amount }: Extract<Command, { type: "bid" }>, { viewerId, now }: Input<State, Command>): Outcome {
  const seat = heldBy(state, viewerId as ViewerId);
  if (seat === undefined) return { code: "no-seat" };
  if (state.status !== "running") return { code: "wrong-status" };
  if (lot !== state.lot) return { code: "wrong-round", field: "lot" };
  if (seat.bid !== null) return { code: "already-answered" };
  const made: Event = { type: "bidMade", of: audienceAt(seat), data: { seat: seat.id, lot, amount } };
  const next: State = { ...state, seats: seatsOf(state, seat.id, { bid: amount }) };
  if (next.seats.some((one) => one.holder !== null && one.bid === null)) return { state: next, events: [made] };
  const sold = sell(next, now);
  return { ...sold, events: [made, ...sold.events] };
}

function apply(state: State, command: Command, input: Input<State, Command>): Outcome {
  if (state.status === "finished") return { code: "wrong-status" };
  switch (command.type) {
    case "sitDown":
      return sitDown(state, command.seat, input);
    case "standUp": {
      const seat = heldBy(state, input.viewerId as ViewerId);
      return seat === undefined ? { code: "no-seat" } : standUp(state, seat);
    }
    case "openAuction": {
      if (state.host?.viewerId !== input.viewerId) return { code: "not-host" };
      if (state.status !== "waiting") return { code: "wrong-status" };
      const closesAt = after(input.now, state.settings.bidMs);
      return { state: { ...state, status: "running", lot: 1, closesAt }, events: [{ type: "lotOpened", data: { lot: 1 } }] };
    }
    case "bid":
      return bid(state, command, input);
  }
}

/** The holder of a seat, or of the host's chair (null), becomes another value. */
function hold(state: State, seat: SeatId | null, holder: Holder): State {
  return seat === null ? { ...state, host: holder } : { ...state, seats: seatsOf(state, seat, { holder }) };
}

function reconnect(state: State, { seat, ...proof }: Extract<SystemCommand, { type: "reconnect" }>, input: Input<State, Command>): Outcome {
  const viewerId = input.viewerId as ViewerId;
  const holder = seat === null ? state.host : (state.seats[seat - 1]?.holder ?? null);
  const reclaimed = holder && reclaim(holder, { viewerId, draw: input.draw, proof });
  if (holder === null || reclaimed === null) return { code: "bad-token" };
  const elsewhere = seat === null ? undefined : heldBy(state, viewerId);
  if (elsewhere !== undefined && elsewhere.id !== seat) return { code: "not-allowed" };
  const held = hold(state, seat, reclaimed.holder);
  if (reclaimed.isRevoked) return { state: held, events: [{ type: "keysRevoked", data: { seat } }], refusal: { code: "bad-token" } };
  const isDisplaced = isHere(holder) && holder.viewerId !== viewerId;
  return {
    state: held,
    events: seat === null ? [] : [{ type: "seatBack", data: { seat } }],
    grant: { seat, how: "reconnected" },
    ...(isDisplaced ? { dismissals: [{ viewerId: holder.viewerId, reason: "displaced" }] } : {}),
  };
}

/** It is said of everybody who watched, whether he holds a seat or not. */
function drop(state: State, viewerId: ViewerId, now: Instant): Change {
  const seat = heldBy(state, viewerId);
  const host = state.host?.viewerId === viewerId && isHere(state.host) ? { ...state.host, droppedAt: now } : state.host;
  if (seat?.holder == null || !isHere(seat.holder)) return { state: host === state.host ? state : { ...state, host }, events: [] };
  const seats = seatsOf(state, seat.id, { holder: { ...seat.holder, droppedAt: now } });
  return { state: { ...state, host, seats }, events: [{ type: "seatAway", data: { seat: seat.id } }] };
}

/** Nobody could bid while no server lived: the lot stays open for so much longer. Nobody is connected. */
function outage(state: State, fromAt: Instant, now: Instant): Change {
  const away = (holder: Holder | null): Holder | null => holder && { ...holder, droppedAt: now };
  const seats = state.seats.map((seat) => ({ ...seat, holder: away(seat.holder) }));
  const closesAt = state.closesAt === null ? null : after(state.closesAt, Math.max(0, now - fromAt));
  return { state: { ...state, seats, closesAt, host: away(state.host) }, events: [] };
}

function close(state: State, reason: string): Outcome {
  if (state.status === "finished") return { code: "wrong-status" };
  const seats = state.seats.map((seat) => ({ ...seat, bid: null, holder: null, hand: [] }));
  return {
    state: { ...state, status: "finished", closesAt: null, seats, host: null },
    events: [{ type: "auctionOver", data: { reason } }],
    dismissals: [{ viewerId: null, reason: "closed" }],
  };
}

function outcomeOf(state: State, input: Input<State, Command>): Outcome {
  const { command, viewerId, now } = input;
  switch (command.type) {
    case "drop":
      return drop(state, command.viewerId, now);
    case "outage":
      return outage(state, command.fromAt, now);
    case "close":
      return close(state, command.reason);
    case "reconnect":
      return reconnect(state, command, input);
    default: {
      if (viewerId === null) return { code: "not-allowed" };
      const outcome = apply(state, command, input);
      return "state" in outcome ? hear(outcome, viewerId) : outcome;
    }
  }
}

/** Who gives a command is here: he left, and came in again through the same connection. */
function hear(change: Change, viewerId: ViewerId): Change {
  const { host } = change.state;
  const isHostBack = host?.viewerId === viewerId && !isHere(host);
  const state = isHostBack ? hold(change.state, null, { ...host, droppedAt: null }) : change.state;
  const seat = heldBy(state, viewerId);
  if (seat?.holder == null || isHere(seat.holder)) return { ...change, state };
  const seated = hold(state, seat.id, { ...seat.holder, droppedAt: null });
  return { ...change, state: seated, events: [...change.events, { type: "seatBack", data: { seat: seat.id } }] };
}

function decide(state: State, input: Input<State, Command>): Decision<State, Event> {
  const outcome = outcomeOf(state, input);
  return "state" in outcome ? { ok: true, ...outcome } : { ok: false, ...outcome };
}

const freeAt = ({ holder }: Seat): Instant | null => (holder?.droppedAt == null ? null : after(holder.droppedAt, limits.awayMs));

function nextWakeAt(state: State): Instant | null {
  if (state.status === "finished") return null;
  const moments = [state.closesAt, ...state.seats.map(freeAt)].filter((at) => at !== null);
  return moments.length === 0 ? null : (Math.min(...moments) as Instant);
}

/** Each thing at its own moment, however late it is looked at. */
function settle(state: State, now: Instant): Accepted<State, Event> | null {
  let next = state;
  const events: Event[] = [];
  for (let at = nextWakeAt(next); at !== null && at <= now; at = nextWakeAt(next)) {
    const gone = next.seats.find((seat) => freeAt(seat) === at);
    const change = gone === undefined ? sell(next, at) : standUp(next, gone);
    next = change.state;
    events.push(...change.events);
  }
  return next === state ? null : { ok: true, state: next, events };
}

function audienceOf(state: State, viewerId: ViewerId): string {
  const seat = heldBy(state, viewerId);
  return seat === undefined ? "all" : audienceAt(seat);
}

const presence = ({ holder }: Seat) => (holder === null ? "free" : isHere(holder) ? "here" : "away");

function view(state: State, audience: string) {
  const own = state.seats.find((seat) => audienceAt(seat) === audience);
  const { id, name, status, lot, closesAt, settings, sold } = state;
  return {
    ...{ id, game: "auction", name, status, lot, lots: settings.lots, closesAt, sold },
    seats: state.seats.map((seat) => ({ id: seat.id, presence: presence(seat), hasBid: seat.bid !== null })),
    hostHere: isHere(state.host),
    // The same fields for everybody: for whom there is nothing they are null.
    seat: own?.id ?? null,
    sitting: own?.sitting ?? null,
    own: own === undefined ? null : { hand: own.hand, bid: own.bid },
  };
}

function eventsFor(_state: State, events: readonly Event[], audience: string) {
  return events.map((event) => {
    if (event.type !== "bidMade") return event;
    const { seat, lot, amount } = event.data;
    return { type: event.type, data: event.of === audience ? { seat, lot, amount } : { seat, lot } };
  });
}

const version = 1;
const encode = (state: State): string => JSON.stringify({ version, ...state });

function decode(text: string): State {
  const { version: written, ...state } = JSON.parse(text) as State & { readonly version: number };
  if (written !== version || encode(state) !== text || !Array.isArray(state.seats)) throw new Error("not a stored auction");
  return state;
}

type Needs = { readonly token?: true; readonly seed?: true };
const needs: Readonly<Record<string, Needs>> = {
  create: { token: true },
  reconnect: { token: true },
  sitDown: { token: true, seed: true },
};
const none: Needs = {};

export const auctionRules = {
  kind: "auction",
  needs: (command: Command | SystemCommand | { readonly type: "create" }): Needs => needs[command.type] ?? none,
  create,
  decide,
  settle,
  nextWakeAt,
  audienceOf,
  view,
  eventsFor,
  announced: new Set(["lotOpened", "lotSold", "bidMade", "auctionOver"]),
  seatOf: (state: State, viewerId: ViewerId): SeatId | null => heldBy(state, viewerId)?.id ?? null,
  connectedHolders: ({ host, seats }: State): readonly ViewerId[] =>
    [host, ...seats.map(({ holder }) => holder)].flatMap((holder) => (holder?.droppedAt === null ? [holder.viewerId] : [])),
  index: ({ name, status, settings, seats }: State): GameIndex => ({
    ...{ kind: "auction", name, status, listed: settings.listed },
    seats: seats.length,
    seatsFree: seats.filter(({ holder }) => holder === null).length,
  }),
  isClosed: ({ status, host }: State): boolean => status === "finished" && host === null,
  undoTarget: (): null => null,
  encode,
  decode,
};
