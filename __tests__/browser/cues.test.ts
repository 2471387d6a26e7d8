import { readFileSync } from "node:fs";
import { join } from "node:path";
import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import type { WireEvent } from "../../lib/game/wire-event.ts";
import { en } from "../../public/app/i18n/en.ts";
import { sentencesFor, since, toastFor } from "../../public/app/model/announce.ts";
import { cueFor, isOnTheClock, tabSays } from "../../public/app/model/cues.ts";
import { logLine } from "../../public/app/model/log-lines.ts";
import { emptyModel, type FromServer, type Happening, type Input, isPlayed, type Model, type Table } from "../../public/app/model/model.ts";
import { step } from "../../public/app/model/step.ts";
import { newLocalTable } from "../../public/app/net/local-table.ts";
import { eachNews } from "../../public/app/net/news.ts";
import { fakeEnv } from "./support/fake-env.ts";
import { seated, token } from "./support/seated-page.ts";
import { player, table } from "./support/tables.ts";

const event = (type: string, data: object = {}): WireEvent => ({ type, data }) as unknown as WireEvent;

describe("what is heard and felt, and by whom", () => {
  test.each([
    ["the turn comes to me", event("turnPassed", { from: 1, to: 2, turn: 3 }), "turn"],
    ["the turn goes to another", event("turnPassed", { from: 2, to: 3, turn: 3 }), null],
    ["another interrupts", event("interrupted", { playerId: 3 }), "priority"],
    ["I interrupt", event("interrupted", { playerId: 2 }), null],
    ["I am asked", event("targetsConfirmed", { players: [2, 3] }), "priority"],
    ["others are asked", event("targetsConfirmed", { players: [3, 4] }), null],
    ["my warning", event("warning", { playerId: 2, thresholdMs: 60_000 }), "warning"],
    ["another's warning", event("warning", { playerId: 3, thresholdMs: 60_000 }), null],
    ["anybody's time-out", event("timeout", { playerId: 3 }), "timeout"],
    ["anybody goes out", event("eliminated", { playerId: 3 }), "out"],
    ["dice", event("diceRolled", { playerId: 3, sides: 6, result: 2 }), "dice"],
    ["the end", event("gameComplete", { winner: 3 }), "end"],
    ["a rename", event("gameRenamed", { name: "x" }), null],
  ] as const)("%s", (_, happened, cue) => {
    expect(cueFor(happened, { seat: 2, all: false })).toBe(cue);
  });

  test("a device that is the whole table hears every turn and every warning; a watcher hears none", () => {
    const turn = event("turnPassed", { from: 1, to: 4, turn: 3 });
    expect(cueFor(turn, { seat: null, all: true })).toBe("turn");
    expect(cueFor(turn, { seat: null, all: false })).toBeNull();
    expect(cueFor(event("warning", { playerId: 4, thresholdMs: 1 }), { seat: null, all: true })).toBe("warning");
  });
});

describe("whom the table waits for, so that he is nudged and his tab says so", () => {
  const players = [player(1), player(2, { timeoutPending: true }), player(3)];

  test("whose clock runs and whose choice is due, while the game runs", () => {
    const here = (seat: number | null, part: Partial<Model> = {}): Model => ({
      ...emptyModel,
      link: "open",
      table: table({ players, running: [3] }),
      seat,
      ...part,
    });
    expect([1, 2, 3, null].map((seat) => isOnTheClock(here(seat)))).toEqual([false, true, true, false]);
    expect(isOnTheClock(here(3, { table: table({ players, running: [3], status: "paused" }) }))).toBe(false);
    // The line may come back any moment; a seat that is played on another page, or a closed table, does not.
    const links = ["open", "lost", "displaced", "kicked", "closed"] as const;
    expect(links.map((link) => isOnTheClock(here(3, { link })))).toEqual([true, true, false, false, false]);
  });
});

describe("what is said and shown", () => {
  test("turn, warning and time-out in words for the seat and for the others", () => {
    const said = (happened: WireEvent, own: number | null) => sentencesFor([{ v: 1, at: 0, event: happened }], table(), own)[0] ?? null;
    expect(said(event("turnPassed", { from: 1, to: 2 }), 2)).toEqual({ key: "live.yourTurn" });
    expect(said(event("turnPassed", { from: 1, to: 2 }), 1)).toEqual({ key: "live.turn", params: { name: "Marek" } });
    expect(said(event("warning", { playerId: 2, thresholdMs: 30_000 }), 2)).toMatchObject({
      key: "live.yourWarning",
      params: { time: "0:30" },
    });
    expect(said(event("warning", { playerId: 2, thresholdMs: 30_000 }), 1)).toEqual({
      key: "live.warning",
      params: { name: "Marek", time: "0:30" },
    });
    expect(said(event("campaignComplete", { winners: [2, 3] }), 1)).toEqual({ key: "live.campaign", params: { names: "Marek, Jun" } });
    expect(said(event("timeout", { playerId: 2 }), 1)).toEqual({ key: "live.timeout", params: { name: "Marek" } });
    expect(said(event("lifeChanged", { playerId: 2 }), 1)).toBeNull();
  });

  test("all of one change is said, each sentence once", () => {
    const change = [event("eliminated", { playerId: 2 }), event("turnPassed", { from: 2, to: 3 }), event("eliminated", { playerId: 2 })];
    const happened = change.map((one) => ({ v: 11, at: 0, event: one }));
    expect(sentencesFor(happened, table(), 2).map(({ key }) => key)).toEqual(["live.youOut", "live.turn"]);
  });

  test("whoever is asked and whose clock runs again after an answer is told so, and nobody else", () => {
    const said = (happened: WireEvent, part: Parameters<typeof table>[0]) =>
      [1, 2, 3, null].map((own) => sentencesFor([{ v: 1, at: 0, event: happened }], table(part), own)[0]?.key ?? null);
    const [turn, priority, answer] = ["live.yourTurn", "live.yourPriority", "live.yourAnswer"];
    const resolving = { targetingState: "resolving", targetedPlayers: [2, 3], awaitingPriority: [2, 3], running: [2, 3] } as const;
    expect(said(event("targetsConfirmed", { players: [2, 3] }), resolving)).toEqual([null, answer, answer, null]);
    expect(said(event("priorityPassed", { playerId: 1 }), resolving)).toEqual([null, answer, answer, null]);
    expect(said(event("priorityPassed", { playerId: 3 }), { running: [1] })).toEqual([turn, null, null, null]);
    expect(said(event("targetingEnded", { cancelled: false }), { running: [1] })).toEqual([turn, null, null, null]);
    const stack = { interruptingPlayers: [2], running: [2] };
    expect(said(event("priorityPassed", { playerId: 3 }), stack)).toEqual([null, priority, null, null]);
    expect(said(event("targetAnswered", { playerId: 3 }), { ...resolving, awaitingPriority: [2] })).toEqual([null, null, null, null]);
  });

  test("a new host is told of during the game; before it the list of seats shows him", () => {
    const moved = event("hostChanged", { playerId: 2 });
    expect(toastFor(moved, table())).toEqual({ key: "toast.host", params: { name: "Marek" } });
    expect(toastFor(moved, table({ status: "waiting" }))).toBeNull();
    expect(toastFor(event("hostChanged", { playerId: null }), table())).toBeNull();
  });

  test("TU4 while the table waits the host says who begins: that is shown as such, and is nobody's turn", () => {
    const env = fakeEnv();
    let model = emptyModel;
    const dispatch = (input: Input): void => {
      model = step(model, input);
    };
    const local = newLocalTable(env, dispatch, { playerCount: 3 });
    local?.open();
    local?.give({ type: "switch", data: { playerId: 2 } });
    const happened = model.happenings.at(-1) as Happening;
    const begins = { key: "toast.starter", params: { name: "Player 2" } };
    const shown = (at: Happening, of: Model) => [toastFor(at.event, of.table as Table), logLine(at.event, of.table as Table)];
    expect(shown(happened, model)).toEqual([begins, begins]);
    expect(sentencesFor([happened], model.table as Table, 2)).toEqual([]);
    expect(cueFor(happened.event, { seat: 2, all: true })).toBeNull();
    local?.give({ type: "start", data: {} });
    local?.give({ type: "passTurn", data: { playerId: 2 } });
    const passed = model.happenings.at(-1) as Happening;
    expect(shown(passed, model)).toMatchObject([null, { key: "log.turnPassed", params: { turn: 2 } }]);
    expect(cueFor(passed.event, { seat: 3, all: false })).toBe("turn");
    local?.leave();
  });

  test("dice name who rolled; a coin has sides with names; a table without a server has nobody who rolls", () => {
    expect(toastFor(event("diceRolled", { playerId: 3, sides: 20, result: 17 }), table())).toEqual({
      key: "toast.dice",
      params: { name: "Jun", sides: 20, result: 17 },
    });
    expect(toastFor(event("diceRolled", { playerId: 3, sides: 2, result: 1 }), table())).toEqual({ key: "toast.coin.1" });
    expect(toastFor(event("diceRolled", { playerId: null, sides: 6, result: 4 }), table())?.key).toBe("toast.table");
  });

  test("every event has its line in the log, or none; a line names what it tells of", () => {
    const source = readFileSync(join(import.meta.dirname, "../../lib/game/events.ts"), "utf8");
    const types = [...source.matchAll(/readonly type: ([^;]+);/g)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
    expect(types.length).toBeGreaterThan(40);
    const keys = types.map((type) => logLine(event(type, { playerId: 2, sides: 6, result: 3, winner: 1 }), table())?.key);
    expect(keys.filter((key) => key !== undefined && !(key in en))).toEqual([]);
    const line = (type: string, data: object) => logLine(event(type, data), table());
    expect(line("gameRenamed", { name: "Friday" })).toMatchObject({ params: { name: "Friday" } });
    expect(line("diceRolled", { playerId: null, sides: 2, result: 1 })).toEqual({ key: "toast.coin.1" });
    expect(line("hostChanged", { playerId: null })).toBeNull();
    expect(line("gamePaused", { by: "restart" })).toEqual({ key: "log.cutOff" });
    expect(line("gamePaused", { by: "player" })?.key).toBe("log.gamePaused");
    expect(line("warning", { playerId: 2, thresholdMs: 60_000 })?.params).toEqual({ name: "Marek", time: "1:00" });
    const time = (deltaMs: number) => line("timeAdjusted", { playerId: 2, deltaMs })?.params?.["time"];
    expect([time(60_000), time(-90_000)]).toEqual(["+1:00", "−1:30"]);
  });

  test("only what came after the last version seen is fresh", () => {
    const happenings = [9, 10, 11].map((v) => ({ v, at: 0, event: event("gamePaused") }));
    expect(since(happenings, 10).map((h) => h.v)).toEqual([11]);
  });
});

test("what a backup took back is not told once more with the changes that follow it", () => {
  const told: unknown[] = [];
  const model = signal<Model>({ ...emptyModel, gameId: "K7QX2M" });
  const says = (type: string, data: object): void => {
    model.value = step(model.value, { type: "server", message: { type, data } as FromServer, atMs: 0 });
  };
  const change = (v: number, name: string) => says("change", { v, serverTime: 0, events: [event("gameRenamed", { name })] });
  says("state", table({ v: 10 }));
  for (const v of [11, 12, 13]) change(v, `before ${v}`);
  const stop = eachNews(model, (fresh) => told.push(fresh.map((one) => (one.event.data as { name: string }).name)));
  model.value = step(model.value, { type: "link", link: "lost" });
  says("state", table({ v: 11 }));
  change(12, "after");
  stop();
  expect(told).toEqual([[], ["after"]]);
  expect(model.value.happenings.map(({ v }) => v)).toEqual([11, 12]);
});

test("what is new at a table is told once: not what others watch meanwhile, nor what was before this page came or came back", () => {
  const model = signal<Model>(emptyModel);
  const told: (readonly number[])[] = [];
  const stop = eachNews(model, (fresh) => told.push(fresh.map(({ v }) => v)));
  const shows = (part: Partial<Table>, ...versions: number[]) => {
    model.value = { ...model.value, table: table(part), happenings: versions.map((v) => ({ v, at: 0, event: event("undone") })) };
  };
  shows({ v: 10 }, 9, 10);
  shows({ v: 12 }, 9, 10, 11, 12);
  shows({ v: 12, viewers: 5 }, 9, 10, 11, 12);
  shows({ v: 40, id: "ZZZZZZ" }, 39, 40);
  model.value = { ...model.value, table: null };
  shows({ v: 41, id: "ZZZZZZ" }, 41);
  stop();
  shows({ v: 42, id: "ZZZZZZ" }, 42);
  expect(told).toEqual([[11, 12], [41]]);
});

test("what became of the table while the line was down is told once, as far as it is so still: whose turn it is, who is asked, who has to choose", () => {
  const { env, session } = seated();
  const told: unknown[] = [];
  const stop = eachNews(session.model, (fresh, now, { seat }) => {
    const cues = fresh.map(({ event: one }) => cueFor(one, { seat, all: false })).filter((cue) => cue !== null);
    told.push([cues, sentencesFor(fresh, now, seat).map(({ key }) => key)]);
  });
  let letter = 98;
  /** The line goes, and is back when the table stands like this. */
  const backAt = (part: Partial<Table>): void => {
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    const state = table(part);
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token(String.fromCharCode(letter)), state });
    letter += 1;
    const passed = { v: state.v, at: 0, by: 1, type: "passTurn", events: [event("turnPassed", { from: 1, to: 2, turn: 10 })] };
    env.socket().says("missed", { from: 11, changes: [passed] });
  };
  const own = { turn: 10, activePlayer: 2, running: [2] };
  backAt({ v: 14, ...own });
  backAt({ v: 15, ...own, stormCount: 1 });
  backAt({ v: 16, ...own, turn: 11, activePlayer: 3, running: [3] });
  const asked = { turn: 11, activePlayer: 3, targetingState: "resolving", awaitingPriority: [2], running: [2] } as const;
  backAt({ v: 17, ...asked });
  backAt({ v: 18, ...asked, players: [player(1), player(2, { timeoutPending: true }), player(3), player(4)] });
  backAt({ v: 19, status: "finished", turn: 12, activePlayer: null, running: [] });
  const next = { turn: 13, activePlayer: 2 };
  backAt({ v: 20, ...next, status: "paused", running: [] });
  backAt({ v: 21, ...next, interruptingPlayers: [3], running: [3] });
  backAt({ v: 22, ...next, running: [2] });
  stop();
  expect(told).toEqual([
    [["turn"], ["live.yourTurn"]],
    [[], []],
    [[], ["live.turn"]],
    [["priority"], ["live.yourAnswer"]],
    [["timeout"], ["live.yourTimeout"]],
    [[], []],
    [[], []],
    [[], []],
    [["turn"], ["live.yourTurn"]],
  ]);
});

test("the tab of a table on this device says so, and no code: nobody can come by it; at a server's table it says the code", () => {
  const words = (key: string): string => `<${key}>`;
  const at = (link: Model["link"]): Model => ({ ...emptyModel, link, table: table({ id: "LCAL22" }) });
  expect([tabSays(at("local"), words), tabSays(at("open"), words), tabSays(emptyModel, words)]).toEqual(["<link.local>", "LCAL22", null]);
});

test("every hosted game keeps the screen lit from its start to its end, unless the page is out of it", () => {
  const clock = (status: Table["status"]): Model => ({ ...emptyModel, link: "open", table: table({ status }) });
  const inClass = (status: string, link: Model["link"] = "open"): Model => {
    const other = { id: "CLASS2", game: "chsh", name: "Class", v: 1, serverTime: 0, viewers: 1, status };
    return { ...emptyModel, link, other };
  };
  for (const game of [clock, inClass])
    expect((["waiting", "running", "paused", "finished"] as const).map((status) => isPlayed(game(status)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  expect([isPlayed(inClass("running", "lost")), isPlayed(inClass("running", "closed")), isPlayed(emptyModel)]).toEqual([
    true,
    false,
    false,
  ]);
});
