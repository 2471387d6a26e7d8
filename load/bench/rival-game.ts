// The same trivial game for every rival: one object that a tap changes, and the messages made of it. No rules, no limits, no store.

export interface RivalSeat {
  id: number;
  timeRemaining: number;
}

export interface RivalGame {
  v: number;
  serverTime: number;
  viewers: number;
  readonly id: string;
  status: string;
  activePlayer: number;
  turn: number;
  readonly settings: object;
  readonly players: RivalSeat[];
}

const settings = {
  mode: "casual",
  initialTime: 600_000,
  bonusTime: 1_000,
  delayTime: 0,
  bronsteinTime: 0,
  warningThresholds: [300_000, 60_000, 30_000],
  onTimeout: "choice",
  timeoutGracePeriod: 30_000,
  startingLife: 20,
  dropPolicy: "charge",
};

/** Fields every seat has on the real server too, so that a whole state has about the same size (1.4 kB). */
const seatRest = {
  color: "#aabbcc",
  delayRemaining: 0,
  penalties: 0,
  isEliminated: false,
  claimed: true,
  connected: true,
  life: 20,
  counters: {},
  commanderDamage: {},
  timeoutPending: false,
  timeoutRemaining: 0,
  asks: [],
};

export function rivalGame(id: string): RivalGame {
  const players = [1, 2, 3, 4].map((seat) => ({ id: seat, name: `Player ${seat}`, timeRemaining: 600_000, ...seatRest }));
  return { v: 0, serverTime: 0, viewers: 4, id, status: "running", activePlayer: 1, turn: 1, settings, players };
}

/** One tap; gives the few bytes that the real server sends for it. */
export function tapRival(game: RivalGame): object {
  const from = game.activePlayer;
  game.v += 1;
  game.serverTime = Date.now();
  game.turn += 1;
  game.activePlayer = (from % 4) + 1;
  const seat = game.players[from - 1];
  if (seat !== undefined) seat.timeRemaining += 999;
  const { v, serverTime, activePlayer, turn, players } = game;
  const seats = [from, activePlayer].map((id) => ({ id, timeRemaining: players[id - 1]?.timeRemaining }));
  const data = { from, to: activePlayer, turn };
  return { v, serverTime, events: [{ type: "turnPassed", data }], activePlayer, turn, running: [activePlayer], players: seats };
}
