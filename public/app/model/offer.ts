// What the great button says: the one thing a seat can do now, or in words why there is nothing. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Sent, Table } from "./model.ts";
import { isRunning, mayPlayFor, nameOf, nextSeat, playerOf, type Standing, seatsTaken, stackTop } from "./table-questions.ts";

export interface Command {
  readonly type: string;
  readonly data: object;
}

export interface Words {
  readonly key: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

export interface Offer {
  /** The button's word. */
  readonly label: Words;
  /** One line under it: to whom, or why nothing can be done. */
  readonly sub: Words | null;
  /** Null: nothing to do now; the label says what is going on and `sub` why. */
  readonly command: Command | null;
  /** `go`: it is on you. `quiet`: possible, but nobody waits for it. `none`: nothing to do. */
  readonly weight: "go" | "quiet" | "none";
}

const say = (key: string, params?: Words["params"]): Words => (params ? { key, params } : { key });
const nothing = (label: Words, sub: Words | null = null): Offer => ({ label, sub, command: null, weight: "none" });

/** The offer to `seat` (null: a page without one) as given by the page that stands as `who`. */
export function offerFor(table: Table, who: Standing, seat: SeatId | null): Offer {
  if (table.status === "waiting") return waitingOffer(table, who);
  if (table.status === "finished") return finishedOffer(table, who);
  if (table.status === "paused") return pausedOffer(table, who);
  if (seat === null) return watchingOffer(table);
  return runningOffer(table, who, seat);
}

function waitingOffer(table: Table, who: Standing): Offer {
  const seated = say("offer.seated", { count: seatsTaken(table), of: table.players.length });
  if (!who.host && who.seat === null) {
    const isFull = seatsTaken(table) === table.players.length;
    return isFull ? nothing(say("offer.watching"), seated) : nothing(say("offer.takeSeat"), say("offer.takeSeatWhy"));
  }
  const sub = who.local ? say("offer.startLocal", { count: table.players.length }) : seated;
  return { label: say("offer.start"), sub, command: { type: "start", data: {} }, weight: "go" };
}

function finishedOffer(table: Table, who: Standing): Offer {
  const { campaign } = table;
  if (campaign && campaign.winners === null) {
    if (!who.host) return nothing(say("offer.nextRound"), say("offer.hostDecides"));
    const sub =
      campaign.handSize === null
        ? say("offer.roundOf", { round: campaign.round + 1, rounds: campaign.rounds })
        : say("offer.cards", { count: campaign.handSize + 1 });
    return { label: say("offer.nextRound"), sub, command: { type: "nextRound", data: {} }, weight: "go" };
  }
  if (!who.host && who.seat === null) return nothing(say("offer.over"), say("offer.hostDecides"));
  return { label: say("offer.again"), sub: say("offer.againSub"), command: { type: "reset", data: {} }, weight: "quiet" };
}

/** It says what it is for: of two who pause or resume at the same moment the second must not undo the first. */
export const pauseCommand = ({ status, turn }: Table): Command => ({
  type: "pause",
  data: { to: status === "running" ? "paused" : "running", turn },
});

function pausedOffer(table: Table, who: Standing): Offer {
  const why = say(`offer.pausedBy.${table.pausedBy ?? "player"}`);
  if (!who.host && who.seat === null) return nothing(say("offer.paused"), why);
  return { label: say("offer.resume"), sub: why, command: pauseCommand(table), weight: "go" };
}

function watchingOffer(table: Table): Offer {
  const top = stackTop(table);
  if (top !== null) return nothing(say("offer.watching"), say("offer.holdsPriority", { name: nameOf(table, top) }));
  return nothing(say("offer.watching"), say("offer.turnOf", { name: nameOf(table, table.activePlayer) }));
}

/** Naming the seat is for a host who plays for an empty one; a holder speaks for himself. */
const asSeat = (who: Standing, seat: SeatId): object => (who.seat === seat ? {} : { playerId: seat });

function runningOffer(table: Table, who: Standing, seat: SeatId): Offer {
  const player = playerOf(table, seat);
  if (!player) return watchingOffer(table);
  if (player.isEliminated) return nothing(say("offer.out"), say("offer.turnOf", { name: nameOf(table, table.activePlayer) }));
  if (!mayPlayFor(table, who, seat)) return nothing(say("offer.theirSeat", { name: player.name }), say("offer.theirSeatWhy"));
  if (player.timeoutPending) return nothing(say("offer.choose"), say("offer.chooseWhy"));
  const top = stackTop(table);
  if (top === seat) return passPriority(table, who, seat);
  if (top === null) {
    if (table.targetingState === "resolving") return resolvingOffer(table, who, seat);
    if (table.activePlayer === seat) return turnOffer(table, seat);
  }
  const whose =
    top === null
      ? say("offer.turnOf", { name: nameOf(table, table.activePlayer) })
      : say("offer.holdsPriority", { name: nameOf(table, top) });
  return interruptOffer(table, who, { seat, sub: whose });
}

/** One's own, wherever it is offered: the great button speaks for empty seats, too. It names its turn, as it may wait for the line. */
export const interruptCommand = ({ turn }: Table): Command => ({ type: "interrupt", data: { turn } });

/** Whoever is chosen is tapped once more to take it back: late, it would choose somebody in another turn. */
export const targetCommand = ({ turn }: Table, playerId: SeatId): Command => ({ type: "toggleTarget", data: { playerId, turn } });
export const confirmCommand = ({ turn }: Table): Command => ({ type: "confirmTargets", data: { turn } });
export const cancelCommand = ({ turn }: Table): Command => ({ type: "cancelTargeting", data: { turn } });

/** Late, it would pay for another flag fall. */
export const choiceCommand = (
  { turn }: Table,
  who: Standing,
  { seat, choice }: { readonly seat: SeatId; readonly choice: string },
): Command => ({
  type: "timeoutChoice",
  data: { ...asSeat(who, seat), choice, turn },
});

/** It takes nothing back that this page has not heard of yet. */
export const undoCommand = ({ v }: Table): Command => ({ type: "undo", data: { v } });

function interruptOffer(table: Table, who: Standing, { seat, sub }: { readonly seat: SeatId; readonly sub: Words }): Offer {
  const { type, data } = interruptCommand(table);
  return { label: say("offer.interrupt"), sub, command: { type, data: { ...asSeat(who, seat), ...data } }, weight: "quiet" };
}

function passPriority(table: Table, who: Standing, seat: SeatId): Offer {
  const below = table.interruptingPlayers.at(-2) ?? null;
  const back = below ?? (table.targetingState === "resolving" ? null : table.activePlayer);
  const sub = back === null ? say("offer.backToTargets") : say("offer.backTo", { name: nameOf(table, back) });
  return {
    label: say("offer.passPriority"),
    sub,
    command: { type: "passPriority", data: { ...asSeat(who, seat), turn: table.turn } },
    weight: "go",
  };
}

function resolvingOffer(table: Table, who: Standing, seat: SeatId): Offer {
  if (table.awaitingPriority.includes(seat)) {
    const sub = say("offer.askedBy", { name: nameOf(table, table.activePlayer) });
    const data = { ...asSeat(who, seat), turn: table.turn };
    return { label: say("offer.answered"), sub, command: { type: "passTargetPriority", data }, weight: "go" };
  }
  const names = table.awaitingPriority.map((id) => nameOf(table, id)).join(", ");
  return interruptOffer(table, who, { seat, sub: say("offer.waitingFor", { names }) });
}

function turnOffer(table: Table, seat: SeatId): Offer {
  if (table.targetingState === "selecting") {
    const count = table.targetedPlayers.length;
    if (count === 0) return nothing(say("offer.pickTargets"), say("offer.pickTargetsWhy"));
    return { label: say("offer.ask", { count }), sub: say("offer.askSub"), command: confirmCommand(table), weight: "go" };
  }
  // It names its seat even when that is one's own: a host may pass for anyone, and a late tap must not pass the next player;
  // and its turn: one that waited for the line must not pass another turn of the same seat.
  const next = nextSeat(table, seat);
  const sub = next === null ? null : say("offer.to", { name: nameOf(table, next) });
  return { label: say("offer.passTurn"), sub, command: { type: "passTurn", data: { playerId: seat, turn: table.turn } }, weight: "go" };
}

/** The seat the great button speaks for: one's own, or for a host the empty seat that the table waits for. */
export function seatInHand(table: Table, who: Standing): SeatId | null {
  if (table.status !== "running") return who.seat;
  const empty = (seat: SeatId): boolean => playerOf(table, seat)?.claimed === false;
  if (who.host) {
    const waits = table.players.find((p) => isRunning(table, p.id) && empty(p.id));
    if (waits && (who.seat === null || !isRunning(table, who.seat))) return waits.id;
  }
  return who.seat;
}

const turnTypes = new Set([
  "start",
  "pause",
  "passTurn",
  "interrupt",
  "passPriority",
  "passTargetPriority",
  "confirmTargets",
  "nextRound",
  "reset",
  "timeoutChoice",
]);

/** A tap of the great button that the server has not answered yet. */
export const tapPending = (outbox: readonly Sent[]): Sent | undefined => outbox.find((sent) => turnTypes.has(sent.type));

/**
 * Who wished to play again while the line was down must not wipe the next game, which others have begun since, and who wished to begin must
 * not end their pause.
 */
export const isOvertaken = ({ type, status }: Sent, table: Table | null): boolean =>
  ((type === "reset" && status === "finished") || (type === "start" && status === "waiting")) && table !== null && table.status !== status;

/** Starting, stopping and going on are one act: one button and one key do them all. */
export const actOf = (type: string): string => (type === "start" ? "pause" : type);

/** Whether the server still owes an answer to such an act. */
export const actPending = (outbox: readonly Sent[], type: string): boolean => outbox.some((sent) => actOf(sent.type) === actOf(type));

/** After a tap its button rests: longer than the gap of a double tap, shorter than a decision. */
export const oneTapMs = 350;
