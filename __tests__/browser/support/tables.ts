// Tables as the server would show them, by what differs from a plain four-seat game.
import { seatColors } from "../../../lib/game/looks.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../../../public/app/model/model.ts";

export function player(id: number, part: Partial<PlayerView> = {}): PlayerView {
  return {
    id,
    name: ["Ayla", "Marek", "Jun", "Priya", "Noor", "Teo", "Ines", "Olu"][id - 1] ?? `Seat ${id}`,
    color: seatColors[id - 1] ?? "#c4ced8",
    timeRemaining: 600_000,
    delayRemaining: 0,
    penalties: 0,
    isEliminated: false,
    claimed: true,
    connected: true,
    life: 40,
    counters: {},
    commanderDamage: {},
    timeoutPending: false,
    timeoutRemaining: 0,
    asks: [],
    ...part,
  };
}

export function table(part: Partial<Table> = {}): Table {
  const players = part.players ?? [player(1), player(2), player(3), player(4)];
  return {
    id: "K7QX2M",
    name: "Friday Commander",
    mode: "casual",
    status: "running",
    pausedBy: null,
    hostPlayer: 1,
    activePlayer: 1,
    turn: 9,
    playOrder: players.map((p) => p.id),
    running: [1],
    interruptingPlayers: [],
    targetingState: "none",
    targetedPlayers: [],
    awaitingPriority: [],
    winner: null,
    createdAt: 0 as Table["createdAt"],
    settings: {
      playerCount: players.length,
      mode: "casual",
      campaignPreset: null,
      initialTime: 600_000,
      bonusTime: 30_000,
      delayTime: 3_000,
      bronsteinTime: 0,
      handicaps: {},
      warningThresholds: [300_000, 60_000, 30_000],
      onTimeout: "choice",
      penaltyTimeDeduction: 60_000,
      timeoutGracePeriod: 30_000,
      timeoutPenaltyLives: 2,
      timeoutPenaltyDrunk: 2,
      timeoutBonusTime: 60_000,
      startingLife: 40,
      dropPolicy: "grace",
      listed: false,
    },
    campaign: null,
    monarch: null,
    initiative: null,
    dayNight: null,
    stormCount: 0,
    undoRequest: null,
    players,
    v: 10,
    serverTime: 1_000_000,
    viewers: 4,
    ...part,
  };
}
