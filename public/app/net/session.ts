// What the screens may do: create, enter and leave games and give commands. One value for the whole page; the same shape is
// given by a table that plays alone on this device.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { seatName } from "../../../lib/game/looks.ts";
import type { Env } from "../device/env.ts";
import { emptyModel, type Input, type Model, type Sent } from "../model/model.ts";
import type { Command } from "../model/offer.ts";
import type { LoggedChange } from "../model/logged.ts";
import { type NameSeat, withSeatNames } from "../model/seat-look.ts";
import { step } from "../model/step.ts";
import { asStep, numbersBefore } from "../model/values.ts";
import { LogReader } from "./log.ts";
import { Connection } from "./connection.ts";
import { onceGiver } from "./once.ts";
import { OutboxShelf } from "./outbox-shelf.ts";
import { SeatKeys } from "./seat-keys.ts";
import type { Wish } from "./wish.ts";

/** Gives commands somewhere else than to the server. */
export interface LocalTable {
  give(command: Command): void;
  leave(): void;
  /** The page may be thrown away any moment. */
  keep(): void;
  log(): readonly LoggedChange[];
}

export type Session = ReturnType<typeof createSession>;

/**
 * Turns are counted anew after a reset and in the next round: what names its turn names the game it was given in, too. Behind a pass that has
 * no answer yet it is meant for the turn after it.
 */
function inItsTurn({ type, data }: Command, { table, outbox }: Model): object {
  if (table === null || !("turn" in data)) return data;
  const turn = Number(data.turn);
  const isPassed = outbox.some((sent) => sent.type === "passTurn" && "turn" in sent.data && sent.data.turn === turn);
  return { ...data, turn: isPassed && type !== "passTurn" ? turn + 1 : turn, heardAt: table.serverTime };
}

/** A command as it is kept until it is answered; null where there is no game to give it to. */
function sentNow(env: Env, model: Model, command: Command): Sent | null {
  const { gameId, table, serverClock } = model;
  if (gameId === null) return null;
  const was = numbersBefore(model, command);
  const times = { at: env.wallMs(), serverAt: env.nowMs() + serverClock.offsetMs };
  const data = inItsTurn(command, model);
  const step = was && { data: asStep(data, was), was };
  return { ...command, data, ...step, ...times, id: env.freshId(), gameId, ...(table && { status: table.status }) };
}

/**
 * What is said of it at once. A pause is meant for whatever is played now, also when somebody passes at the same moment: only one that waits
 * for the line, or is said again, names its turn.
 */
const saidAtOnce = ({ type, data }: Sent): object => (type === "pause" ? { ...data, turn: undefined } : data);

/** What the screens show of it. A table stays the same object while nothing of it changes. */
function shownModel(model: ReadonlySignal<Model>, nameSeat: NameSeat): ReadonlySignal<Model> {
  const told = computed(() => model.value.table);
  const table = computed(() => withSeatNames(told.value, nameSeat));
  return computed(() => (table.value === told.value ? model.value : { ...model.value, table: table.value }));
}

function logOf(model: ReadonlySignal<Model>, local: () => LocalTable | null) {
  const reader = new LogReader();
  return async (v: number): Promise<readonly LoggedChange[] | null> => local()?.log() ?? reader.read(model.peek().gameId ?? "", v);
}

/** `nameSeat` says what a seat is called that nobody has named. */
export function createSession(env: Env, nameSeat: NameSeat = seatName) {
  const model = signal<Model>(emptyModel);
  const keys = new SeatKeys(env.shelf, env.wallMs);
  const serverNowMs = (): number => env.nowMs() + model.value.serverClock.offsetMs;
  const shelf = new OutboxShelf(env.shelf, { wallMs: env.wallMs, serverMs: serverNowMs });
  const dispatch = (input: Input): void => {
    model.value = step(model.value, input);
  };
  const connection = new Connection({ env, keys, shelf, model: () => model.value, dispatch });
  let local: LocalTable | null = null;

  const leaveLocal = (): void => {
    local?.leave();
    local = null;
  };

  /** From now on the page shows this game, or one that is yet to come, and nothing of the one before. */
  const showAnew = (gameId: string | null): void => {
    dispatch({ type: "enter", gameId });
    dispatch({ type: "link", link: "connecting" });
  };

  const goTo = (wish: Wish): void => {
    leaveLocal();
    showAnew(wish.type === "game" ? wish.gameId : null);
    connection.want(wish);
  };

  const give = (command: Command): void => {
    if (local) return local.give(command);
    const sent = sentNow(env, model.value, command);
    if (sent !== null) connection.post(sent, saidAtOnce(sent));
  };

  return {
    model: shownModel(model, nameSeat),
    env,
    keys,
    dispatch,
    /** `game` names another game than the clock. */
    create: (settings: object, name: string | null, game?: string): void =>
      goTo({ type: "create", id: env.freshId(), name, settings, ...(game !== undefined && { game }) }),
    enter: (gameId: string): void => goTo({ type: "game", gameId }),
    /** Looks on without this device's keys and unanswered taps: they are another page's. */
    watch: (gameId: string): void => goTo({ type: "game", gameId, watch: true }),
    /** Plays without a server: `table` receives every command from now on. */
    playLocally(table: LocalTable): void {
      connection.close();
      leaveLocal();
      local = table;
    },
    leave(): void {
      leaveLocal();
      connection.say("leave", {});
      connection.close();
      showAnew(null);
    },
    give,
    ...onceGiver(env, model, give),
    /** A table on this device is kept as it stands now. */
    keep: (): void => local?.keep(),
    /** Every change of this game, for the recap, up to version `v` at least; null when it cannot be read now. */
    readLog: logOf(model, () => local),
    takeBack: (): void => connection.takeBack(),
    comeBackNow: (): void => (local ? local.keep() : connection.comeBackNow()),
    /** Server time now, ms, as well as it is known. */
    serverNowMs,
  };
}
