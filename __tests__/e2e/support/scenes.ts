// Every screen and every face of a rule as a state that could be on a table, for pictures and for measuring.
import type { Table } from "../../../public/app/model/model.ts";
import { table } from "../../browser/support/tables.ts";
import { classScenes } from "./class-scenes.ts";
import type { Scene } from "./scene.ts";
import { free, longNames, priority, running, seats, storedEvents, storedLog, waiting, wastelands } from "./scene-tables.ts";

export type { Scene } from "./scene.ts";

const at = "/g/K7QX2M";

/** Table mode with this many seats, long names and every state of a panel. */
export const tableScene = (count: number): Scene & { readonly table: Table } => ({
  name: `table-${count}`,
  path: `${at}#table`,
  table: table({
    players: seats(count, (id) => ({
      claimed: false,
      name: longNames[id - 1] ?? "",
      ...(id === 2 ? { timeRemaining: 3_727_000, counters: { poison: 4 }, penalties: 2 } : {}),
    })),
    activePlayer: 1,
    running: [1],
    hostPlayer: null,
  }),
  seat: null,
});

const tableScenes: readonly Scene[] = [
  {
    name: "home",
    path: "/",
    shows: ".table-row",
    listed: [{ id: "PQ7RWM", name: "Thursday open table", seats: 4, seatsFree: 2, status: "waiting" }],
  },
  { name: "new", path: "/", click: ['[data-preset="commander"]', "summary"], shows: ".fold[open]" },
  { name: "campaign", path: "/", click: ['[data-preset="campaign"]'], shows: ".new-game" },
  { name: "lobby", path: at, table: waiting, seat: 2 },
  { name: "lobby-host", path: at, table: { ...waiting, hostPlayer: 2 }, seat: 2 },
  {
    name: "lobby-eight",
    path: at,
    table: table({ ...waiting, players: seats(8, (id) => ({ claimed: id < 7, name: longNames[id - 1] ?? "" })), hostPlayer: null }),
    seat: null,
  },
  {
    name: "lobby-undo",
    path: at,
    table: { ...waiting, undoRequest: { by: 1, v: 9, agreed: [], waitingFor: [2, 3] } },
    seat: 2,
    shows: '[data-banner="undo"]',
  },
  { name: "colours", path: at, table: waiting, seat: 2, click: [".colour-button"], shows: ".swatches" },
  { name: "play", path: at, table: running, seat: 2 },
  {
    name: "delay",
    path: at,
    table: { ...running, players: seats(4, (id) => (id === 2 ? { delayRemaining: 2_300 } : {})) },
    seat: 2,
  },
  { name: "out", path: at, table: running, seat: 4 },
  {
    name: "told",
    path: at,
    table: running,
    seat: 2,
    tells: [
      ["error", { code: "nothing-to-undo", message: "", retry: false }],
      ["change", { v: 11, serverTime: 1_000_000, events: [{ type: "diceRolled", data: { playerId: 3, sides: 20, result: 17 } }] }],
    ],
    shows: ".toasts:has(.toast + .toast)",
  },
  { name: "priority", path: at, table: priority, seat: 1 },
  { name: "idle", path: at, table: running, seat: 1 },
  { name: "watch", path: at, table: running },
  { name: "paused", path: at, table: { ...running, status: "paused", pausedBy: "restart", running: [] }, seat: 2 },
  {
    name: "asked",
    path: at,
    table: { ...running, targetingState: "resolving", targetedPlayers: [1, 3], awaitingPriority: [1, 3], running: [1, 3] },
    seat: 3,
  },
  { name: "selecting", path: at, table: { ...running, targetingState: "selecting", targetedPlayers: [1] }, seat: 2 },
  {
    name: "choice",
    path: at,
    table: {
      ...running,
      players: seats(4, (id) => (id === 2 ? { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 23_400, penalties: 1 } : {})),
    },
    seat: 2,
  },
  { name: "undo", path: at, table: { ...running, undoRequest: { by: 1, v: 9, agreed: [], waitingFor: [2, 3] } }, seat: 2 },
  {
    name: "eight",
    path: at,
    table: table({ activePlayer: 5, running: [5], players: seats(8, (id) => ({ name: longNames[id - 1] ?? "" })) }),
    seat: 1,
  },
  {
    name: "table-2",
    path: `${at}#table`,
    table: table({ players: seats(2, free), activePlayer: 1, running: [1], hostPlayer: null }),
    seat: null,
  },
  {
    name: "table-4",
    path: `${at}#table`,
    table: table({ players: seats(4, free), activePlayer: 1, running: [1], hostPlayer: null }),
    seat: null,
  },
  {
    name: "table-5",
    path: `${at}#table`,
    table: table({ players: seats(5, free), activePlayer: 2, running: [2], hostPlayer: null }),
    seat: null,
  },
  {
    name: "table-8",
    path: `${at}#table`,
    table: table({
      players: seats(8, (id) => ({ claimed: false, name: longNames[id - 1] ?? "" })),
      activePlayer: 3,
      running: [3],
      hostPlayer: null,
    }),
    seat: null,
  },
  {
    name: "table-paused",
    path: `${at}#table`,
    table: table({ status: "paused", pausedBy: "player", players: seats(4, free), running: [], hostPlayer: null }),
    seat: null,
  },
  {
    name: "table-choice",
    path: `${at}#table`,
    table: table({
      players: seats(4, (id) => ({ ...free(), ...(id === 1 ? { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 23_400 } : {}) })),
      activePlayer: 1,
      running: [1],
      hostPlayer: null,
    }),
    seat: null,
  },
  { name: "overlay", path: "/overlay/K7QX2M", table: running },
  {
    name: "overlay-eight",
    path: "/overlay/K7QX2M",
    table: table({ activePlayer: 5, running: [5], players: seats(8, (id) => ({ name: longNames[id - 1] ?? "" })) }),
  },
  {
    name: "draw",
    path: at,
    table: { ...running, status: "finished", running: [], winner: null },
    seat: 1,
    log: storedLog(),
    shows: ".chart",
  },
  {
    name: "battle",
    path: at,
    table: { ...wastelands(), status: "running", running: [2], winner: null },
    seat: 2,
    theme: "wastelands",
  },
  {
    name: "recap",
    path: at,
    table: { ...running, status: "finished", running: [], winner: 1 },
    seat: 1,
    log: storedLog(),
    shows: ".chart",
  },
  {
    name: "recap-undo",
    path: at,
    table: { ...running, status: "finished", running: [], winner: 1, undoRequest: { by: 2, v: 9, agreed: [], waitingFor: [1, 3] } },
    seat: 1,
    log: storedLog(),
    shows: ".chart",
  },
  { name: "wastelands", path: at, table: wastelands(), seat: 1, theme: "wastelands", log: storedLog(), shows: ".chart" },
  { name: "menu", path: at, table: running, seat: 2, click: ['.play-bar [title="Menu"]'], shows: "dialog[open]" },
  { name: "seat", path: at, table: { ...running, hostPlayer: 2 }, seat: 2, click: ['.card[data-seat="1"]'], shows: "dialog[open]" },
  { name: "damage", path: at, table: running, seat: 2, click: ['[data-action="sword"]'], shows: "dialog[open]" },
  { name: "dice", path: at, table: running, seat: 2, click: ['[data-action="dice"]'], shows: "dialog[open]" },
  { name: "targets", path: at, table: running, seat: 2, click: ['[data-action="target"]'], shows: "dialog[open]" },
  {
    name: "clock",
    path: at,
    table: { ...running, status: "paused", pausedBy: "player", running: [], hostPlayer: 2 },
    seat: 2,
    click: ['.play-bar [title="Menu"]', "text=Clock and rules"],
    shows: "dialog .steppers",
  },
  {
    name: "log",
    path: at,
    table: running,
    seat: 2,
    tells: [["change", { v: 11, serverTime: 1_000_000, events: storedEvents() }]],
    click: ['.play-bar [title="Menu"]', "text=What happened"],
    shows: "dialog .log li",
  },
  {
    name: "feedback",
    path: at,
    table: running,
    seat: 2,
    click: ['.play-bar [title="Menu"]', "text=Tell the operator"],
    shows: "dialog textarea",
  },
  { name: "settings", path: "/", click: ['[title="Settings"]'], shows: "dialog[open]" },
  {
    name: "counters",
    path: at,
    table: running,
    seat: 2,
    click: ['.play-bar [title="Menu"]', "text=Counters and markers"],
    shows: "dialog .counter-grid",
  },
  { name: "share", path: at, table: running, seat: 2, click: [".chip"], shows: "dialog[open]" },
  { name: "local", path: "/#local", shows: ".new-game" },
  { name: "local-kept", path: "/#local", shelf: { "tapotarp:local": "{}" }, shows: '[data-act="newTable"]' },
  { name: "connecting", path: at, silent: true },
  { name: "displaced", path: at, table: running, seat: 2, closes: 4001, shows: "[data-ended]" },
  { name: "kicked", path: at, table: running, seat: 2, closes: 4003, shows: "[data-ended]" },
  { name: "closed", path: at, table: running, seat: 2, closes: 4004, shows: "[data-ended]" },
  { name: "gone", path: at, shows: 'h1:has-text("not there")' },
  { name: "turkish", path: at, table: running, seat: 2, locale: "tr", shows: "html[lang=tr]" },
  { name: "duel", path: at, table: table({ players: seats(2), activePlayer: 1, running: [1] }), seat: 1 },
];

export const scenes: readonly Scene[] = [...tableScenes, ...classScenes];
