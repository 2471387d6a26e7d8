// Every screen and every face of a rule as a state that could be on a table, for pictures and for measuring boxes.
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../../../public/app/model/model.ts";
import { player, table } from "../../browser/support/tables.ts";
import { classScenes } from "./class-scenes.ts";
import type { Scene } from "./scene.ts";

export type { Scene } from "./scene.ts";

const at = "/g/K7QX2M";
const seats = (count: number, part: (id: number) => Partial<PlayerView> = () => ({})): PlayerView[] =>
  Array.from({ length: count }, (_, index) => {
    const times = [724_000, 522_400, 587_000, 190_000, 655_000, 431_000, 702_000, 365_000];
    return player(index + 1, {
      timeRemaining: times[index] ?? 600_000,
      life: [31, 27, 22, 9, 40, 18, 35, 12][index] ?? 40,
      ...part(index + 1),
    });
  });

const running = table({
  activePlayer: 2,
  running: [2],
  players: seats(4, (id) =>
    id === 3
      ? { connected: false }
      : id === 4
        ? { isEliminated: true, life: 0 }
        : id === 2
          ? { counters: { poison: 3, drunk: 1 }, penalties: 2 }
          : {},
  ),
});
const priority = table({
  activePlayer: 3,
  interruptingPlayers: [2, 1],
  running: [1],
  turn: 14,
  players: seats(4, (id) => (id === 1 ? { timeRemaining: 38_400, counters: { drunk: 4 } } : {})),
});
const waiting = table({
  status: "waiting",
  running: [],
  activePlayer: null,
  turn: 0,
  players: seats(4, (id) => ({
    timeRemaining: 600_000,
    life: 40,
    claimed: id < 4,
    connected: id < 4,
    name: id === 4 ? "Seat 4" : (["Ayla", "Marek", "Jun"][id - 1] ?? ""),
  })),
});
const longNames = [
  "Maximiliane-Katharina von Hohenstein",
  "Αλέξανδρος Παπαδόπουλος",
  "神楽坂 桃子 さん",
  "O'Brien & <b>Sons</b>",
  "Владислав",
  "İbrahim Çağlayan Şükrü",
  "W".repeat(32),
  "Ed",
];

const free = (): Partial<PlayerView> => ({ claimed: false });

function wastelands(): Table {
  const campaign = {
    preset: "wastelands",
    round: 2,
    rounds: 3,
    handSize: 6,
    standings: [
      { id: 1, wins: 1, points: 96, level: 4, usedMs: 1_450_000 },
      { id: 2, wins: 0, points: 61, level: 3, usedMs: 1_361_000 },
      { id: 3, wins: 1, points: 44, level: 2, usedMs: 895_000 },
      { id: 4, wins: 0, points: 12, level: 1, usedMs: 576_000 },
    ],
    roundWinners: [3, 1],
    winners: null,
  };
  return { ...running, status: "finished", running: [], winner: 1, mode: "campaign", campaign };
}

/** A game of twenty-four turns as its log would be stored. */
function storedLog(): object[] {
  const changes: { v: number; at: number; by: number; command: string; events: object[] }[] = [];
  let now = 1_000_000;
  const add = (command: string, ...events: object[]): void => void changes.push({ v: changes.length + 1, at: now, by: 1, command, events });
  const life = [40, 40, 40, 40];
  add("start", { type: "gameStarted", data: {} });
  for (let turn = 1; turn < 24; turn += 1) {
    const seat = ((turn - 1) % 4) + 1;
    now += 18_000 + ((Math.imul(turn, 2_654_435_761) >>> 0) % 140_000);
    if (turn % 3 === 0) {
      const other = (seat % 4) + 1;
      add("interrupt", { type: "interrupted", data: { playerId: other } });
      now += 9_000 + ((Math.imul(turn, 40_503) >>> 0) % 40_000);
      add("passPriority", { type: "priorityPassed", data: { playerId: other } });
    }
    const hit = (seat + turn) % 4;
    if (turn > 4) {
      const from = life[hit] ?? 40;
      life[hit] = Math.max(0, from - ((turn * 5) % 9));
      add("updatePlayer", { type: "lifeChanged", data: { playerId: hit + 1, from, to: life[hit], source: seat } });
    }
    if (turn === 19) add("eliminate", { type: "eliminated", data: { playerId: 4, reason: "life" } });
    add("passTurn", { type: "turnPassed", data: { from: seat, to: (seat % 4) + 1, turn: turn + 1 } });
  }
  add("eliminate", { type: "eliminated", data: { playerId: 3, reason: "time" } }, { type: "gameComplete", data: { winner: 1 } });
  return changes;
}

/** Table mode with this many seats, long names and every state of a panel. */
export const tableScene = (count: number): Scene => ({
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
  { name: "home", path: "/", listed: [{ id: "PQ7RWM", name: "Thursday open table", seats: 4, seatsFree: 2, status: "waiting" }] },
  { name: "new", path: "/", click: ['[data-preset="commander"]', "summary"] },
  { name: "campaign", twin: true, path: "/", click: ['[data-preset="campaign"]'] },
  { name: "lobby", path: at, table: waiting, seat: 2 },
  { name: "lobby-host", twin: true, path: at, table: { ...waiting, hostPlayer: 2 }, seat: 2 },
  {
    name: "lobby-eight",
    path: at,
    table: table({ ...waiting, players: seats(8, (id) => ({ claimed: id < 7, name: longNames[id - 1] ?? "" })), hostPlayer: null }),
    seat: null,
  },
  { name: "play", path: at, table: running, seat: 2 },
  { name: "priority", twin: true, path: at, table: priority, seat: 1 },
  { name: "idle", twin: true, path: at, table: running, seat: 1 },
  { name: "watch", path: at, table: running },
  { name: "paused", path: at, table: { ...running, status: "paused", pausedBy: "restart", running: [] }, seat: 2 },
  {
    name: "asked",
    path: at,
    table: { ...running, targetingState: "resolving", targetedPlayers: [1, 3], awaitingPriority: [1, 3], running: [1, 3] },
    seat: 3,
  },
  { name: "selecting", twin: true, path: at, table: { ...running, targetingState: "selecting", targetedPlayers: [1] }, seat: 2 },
  {
    name: "choice",
    path: at,
    table: {
      ...running,
      players: seats(4, (id) => (id === 2 ? { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 23_400, penalties: 1 } : {})),
    },
    seat: 2,
  },
  { name: "undo", twin: true, path: at, table: { ...running, undoRequest: { by: 1, v: 9, agreed: [], waitingFor: [2, 3] } }, seat: 2 },
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
  { name: "overlay", path: "/overlay/K7QX2M", table: running },
  { name: "recap", path: at, table: { ...running, status: "finished", running: [], winner: 1 }, seat: 1, log: storedLog() },
  { name: "wastelands", path: at, table: wastelands(), seat: 1, theme: "wastelands", log: storedLog() },
  { name: "menu", path: at, table: running, seat: 2, click: ['.play-bar [title="Menu"]'] },
  { name: "seat", path: at, table: { ...running, hostPlayer: 2 }, seat: 2, click: ['.card[data-seat="1"]'] },
  { name: "damage", path: at, table: running, seat: 2, click: ['[data-action="sword"]'] },
  { name: "dice", twin: true, path: at, table: running, seat: 2, click: ['[data-action="dice"]'] },
  { name: "targets", path: at, table: running, seat: 2, click: ['[data-action="target"]'] },
  { name: "settings", path: "/", click: ['[title="Settings"]'] },
  { name: "counters", path: at, table: running, seat: 2, click: ['.play-bar [title="Menu"]', "text=Counters and markers"] },
  { name: "share", twin: true, path: at, table: running, seat: 2, click: [".chip"] },
  { name: "local", twin: true, path: "/#local" },
  { name: "gone", path: at },
  { name: "turkish", twin: true, path: at, table: running, seat: 2, locale: "tr-TR" },
  { name: "duel", twin: true, path: at, table: table({ players: seats(2), activePlayer: 1, running: [1] }), seat: 1 },
];

export const scenes: readonly Scene[] = [...tableScenes, ...classScenes];
