// Tables in states that people meet, for the scenes: as the server would show them, with names and times that test the page's room.
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../../../public/app/model/model.ts";
import { player, table } from "../../browser/support/tables.ts";

export const seats = (count: number, part: (id: number) => Partial<PlayerView> = () => ({})): PlayerView[] =>
  Array.from({ length: count }, (_, index) => {
    const times = [724_000, 522_400, 587_000, 190_000, 655_000, 431_000, 702_000, 365_000];
    return player(index + 1, {
      timeRemaining: times[index] ?? 600_000,
      life: [31, 27, 22, 9, 40, 18, 35, 12][index] ?? 40,
      ...part(index + 1),
    });
  });

export const running = table({
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
export const priority = table({
  activePlayer: 3,
  interruptingPlayers: [2, 1],
  running: [1],
  turn: 14,
  players: seats(4, (id) => (id === 1 ? { timeRemaining: 38_400, counters: { drunk: 4 } } : {})),
});
export const waiting = table({
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
export const longNames = [
  "Maximiliane-Katharina von Hohenstein",
  "Αλέξανδρος Παπαδόπουλος",
  "神楽坂 桃子 さん",
  "O'Brien & <b>Sons</b>",
  "Владислав",
  "İbrahim Çağlayan Şükrü",
  "W".repeat(32),
  "Ed",
];

export const free = (): Partial<PlayerView> => ({ claimed: false });

export function wastelands(): Table {
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
  const settings = { ...running.settings, mode: "campaign", campaignPreset: "wastelands" } as const;
  return { ...running, status: "finished", running: [], winner: 1, mode: "campaign", settings, campaign };
}

/** The last things that happened, oldest first. */
export const storedEvents = (): object[] => [
  { type: "turnPassed", data: { from: 1, to: 2, turn: 9 } },
  { type: "interrupted", data: { playerId: 3 } },
  { type: "lifeChanged", data: { playerId: 2, from: 31, to: 27, source: 1 } },
  { type: "priorityPassed", data: { playerId: 3 } },
  { type: "warning", data: { playerId: 4, thresholdMs: 300_000 } },
];

/** A game of twenty-four turns as its log would be stored. */
export function storedLog(): object[] {
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
