// The auction of the tests as the simulator plays it: bidders who come and go, what must stay hidden, and what such evenings must reach.
import { type Event, limits, type Seat, type State } from "../auction/auction.ts";
import { auction } from "../auction/auction-game.ts";
import type { Instant, ViewerId } from "../../lib/game/ids.ts";
import type { Look } from "./census.ts";
import type { Chance } from "./chance.ts";
import { type Shape, troubledShapes, weatherOf } from "./scenario.ts";
import type { Move, Mover, Shown, SimGame, Standing } from "./sim-game.ts";

/** What a page knows of an auction. */
interface Room {
  readonly status: State["status"];
  readonly lot: number;
  readonly lots: number;
  readonly seat: number | null;
  readonly sitting: number | null;
  readonly seats: readonly { readonly id: number; readonly presence: string; readonly hasBid: boolean }[];
}

const { rules } = auction;
const move = (type: string, data: object = {}): Move => ({ type, data });
const roomOf = (shown: Shown): Room => shown as unknown as Room;

class Bidder implements Mover {
  readonly #chance: Chance;
  readonly #leaving: number;

  constructor(chance: Chance, leaving: number) {
    this.#chance = chance;
    this.#leaving = leaving;
  }

  next(shown: Shown, { isHost }: Standing): Move | null {
    const { status, lot, seat, seats } = roomOf(shown);
    const bid = (of: number) => move("bid", { lot: of, amount: this.#chance.below(limits.worthMax) });
    const free = seats.filter(({ presence }) => presence === "free");
    const may = [
      ...(isHost && status === "waiting" ? [move("openAuction"), null, null] : []),
      ...(seat === null && free.length > 0 ? [move("sitDown", { seat: this.#chance.pick(free).id })] : []),
      ...(seat !== null && status === "running" && seats[seat - 1]?.hasBid === false ? [bid(lot), bid(lot)] : []),
      ...(seat !== null && this.#chance.hit(this.#leaving) ? [move("standUp")] : []),
    ];
    // What nobody may, or what comes too late.
    const odd = [bid(lot + 1), bid(Math.max(1, lot - 1)), bid(lot), move("sitDown", { seat: 6 }), move("openAuction"), move("passTurn")];
    return this.#chance.hit(6) ? this.#chance.pick(odd) : may.length === 0 ? null : this.#chance.pick(may);
  }
}

const bidderOf = (leaving: number) => (chance: Chance) => new Bidder(chance, leaving);

function shape(chance: Chance): Shape {
  return chance.weighted<Shape>([
    [3, { kind: "auction", moves: 120 }],
    [2, { kind: "restless auction", mover: bidderOf(25), moves: 120 }],
    ...troubledShapes(weatherOf(chance), bidderOf(8)),
  ]);
}

const viewersOf = ({ seats, host }: State): readonly ViewerId[] => [
  ...[host, ...seats.map(({ holder }) => holder)].flatMap((holder) => (holder === null ? [] : [holder.viewerId])),
  "" as ViewerId,
];

const audiences = (state: State): readonly string[] => [...new Set(viewersOf(state).map((viewer) => rules.audienceOf(state, viewer)))];

/** The auction as it would be had this bidder another hand and another bid. */
const otherwise = (state: State, { id }: Seat): State => ({
  ...state,
  seats: state.seats.map((seat) =>
    seat.id === id ? { ...seat, hand: seat.hand.map((worth) => worth + 1), bid: seat.bid === null ? null : seat.bid + 1 } : seat,
  ),
});

/** Of the events too: an open bid that an event holds is there for its own audience alone. */
function given(state: State, events: readonly Event[]): readonly string[] {
  const told: string[] = [];
  for (const seat of state.seats) {
    const own = `seat ${seat.id}.${seat.sitting}`;
    const other = otherwise(state, seat);
    for (const audience of audiences(state)) {
      const seen = (of: State) => JSON.stringify(rules.view(of, audience, 0 as Instant));
      if (audience !== own && seen(state) !== seen(other)) told.push(`${audience} is shown what ${own} has`);
      const heard = JSON.stringify(rules.eventsFor(state, events, audience));
      const isToldBid = events.some(
        (event) => event.type === "bidMade" && event.of === own && heard.includes(`"amount":${event.data.amount}`),
      );
      if (audience !== own && isToldBid) told.push(`${audience} is told the bid of ${own}`);
    }
  }
  return told;
}

function broken({ status, lot, settings, sold, seats, closesAt }: State): readonly string[] {
  const holders = seats.flatMap(({ holder }) => (holder === null ? [] : [holder.viewerId]));
  return [
    ...(new Set(holders).size < holders.length ? ["somebody has two seats"] : []),
    ...((closesAt !== null) === (status === "running") ? [] : ["an open lot has its time, and nothing else has"]),
    ...(status === "running" && sold.length !== lot - 1 ? ["each lot before the open one is sold"] : []),
    ...(sold.length > settings.lots ? ["a lot is sold once"] : []),
    ...(seats.some(({ holder, bid, hand }) => holder === null && (bid !== null || hand.length > 0)) ? ["an empty seat has nothing"] : []),
  ];
}

function look({ change, before: was }: Look, count: (name: string) => void): void {
  const before = was as State | null;
  const { command } = change.record;
  for (const { type } of change.events) if (type !== "lotOpened") count(`auction: ${type}`);
  if (command.type === "wake" && change.events.some(({ type }) => type === "lotSold")) count("lots closed by their alarm");
  if (command.type === "outage" && before?.status === "running") count("restarts with an open lot");
  if ((change.state as State).seats.some(({ sitting }) => sitting > 1)) count("seats that changed hands");
}

export const auctionEvening: SimGame = {
  game: auction,
  mustReach: [
    ...["seatTaken", "seatLeft", "seatAway", "seatBack", "bidMade", "lotSold", "auctionOver"].map((type) => `auction: ${type}`),
    ...["lots closed by their alarm", "restarts with an open lot", "seats that changed hands"],
    ...["answered wrong-round", "answered already-answered", "answered seat-taken", "answered not-host"],
  ],
  settings: (chance) => ({ seats: chance.between(2, 6), lots: chance.between(1, 9), bidMs: chance.pick([3_000, 20_000, 300_000]) }),
  shape,
  mover: bidderOf(3),
  players: (_settings, chance) => 3 + chance.below(4),
  isHost: ({ name }) => name === "p1",
  broken: (state) => broken(state as State),
  audiences: (state) => audiences(state as State),
  audienceShown(shown: Shown) {
    const { seat, sitting } = roomOf(shown);
    return seat === null ? "all" : `seat ${seat}.${sitting}`;
  },
  given: (state, events) => given(state as State, events as readonly Event[]),
  look,
};
