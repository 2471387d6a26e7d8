// Who may do what at a table of the clock, as the product's table has it.
import type { clockCommands } from "../../../lib/protocol/clock-schemas.ts";
import type { MatrixGame } from "./matrix.ts";

const wanted: Readonly<Record<keyof typeof clockCommands, readonly [who: string, when: string]>> = {
  claim: ["seatless", "waiting running paused"],
  unclaim: ["claimed", "waiting running paused"],
  start: ["host claimed", "waiting paused"],
  pause: ["host claimed", "running paused"],
  reset: ["host claimed", "waiting running paused"],
  switch: ["host active", "waiting running paused"],
  passTurn: ["active host", "running"],
  interrupt: ["claimed", "running"],
  passPriority: ["claimed", "running"],
  toggleTarget: ["active", "running"],
  confirmTargets: ["active", "running"],
  cancelTargeting: ["active", "running"],
  passTargetPriority: ["claimed", "running"],
  timeoutChoice: ["claimed", "running"],
  updatePlayer: ["host self", "waiting running paused"],
  updateTable: ["host claimed", "running paused"],
  adjustTime: ["host", "waiting running paused"],
  addPenalty: ["host", "running paused"],
  eliminate: ["host", "running paused"],
  revive: ["host", "running paused"],
  kick: ["host", "waiting running paused"],
  updateSettings: ["host", "waiting running paused"],
  renameGame: ["host", "waiting running paused"],
  transferHost: ["host", "waiting running paused"],
  endGame: ["host", "waiting running paused"],
  rollDice: ["claimed", "waiting running paused"],
  rollPlayOrder: ["host", "waiting"],
  randomStartPlayer: ["host", "waiting"],
  nextRound: ["host", ""],
  undo: ["host claimed", "waiting running paused"],
};

/** Everybody there can be at a table. The host holds no seat, so that nothing is allowed to him for a seat's sake. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  seatless: ["spectator", "host"],
  claimed: ["seated", "active"],
  active: ["active"],
  self: ["seated"],
  host: ["host"],
};
/** Allowed, yet there is nothing to do in a game that was just started: no priority held, nobody targeted, no clock fallen, nothing done. */
const needsMore = new Set(["passPriority", "passTargetPriority", "timeoutChoice", "confirmTargets", "cancelTargeting", "revive", "undo"]);

const about: Readonly<Record<string, object>> = {
  claim: { playerId: 4 },
  switch: { playerId: 2 },
  toggleTarget: { playerId: 2 },
  timeoutChoice: { choice: "die" },
  updatePlayer: { playerId: 2, life: 7 },
  updateTable: { stormCount: 3 },
  adjustTime: { playerId: 2, deltaMs: 1_000 },
  addPenalty: { playerId: 2 },
  eliminate: { playerId: 3 },
  revive: { playerId: 2 },
  kick: { playerId: 2 },
  updateSettings: { listed: true },
  renameGame: { name: "Renamed" },
  transferHost: { playerId: 2 },
  rollDice: { sides: 6 },
};

export const clockMatrix: MatrixGame = {
  wanted,
  rolesOf,
  roles: ["stranger", "spectator", "seated", "active", "host"],
  statuses: ["waiting", "running", "paused"],
  about: (type) => about[type] ?? {},
  // Nobody has the turn before the start, so nobody can give it away for having it.
  isOpen: ({ type, role, status }) => needsMore.has(type) || (type === "switch" && role === "active" && status === "waiting"),
  async open({ connect }, status) {
    const [stranger, spectator, seated, active, host] = [connect(), connect(), connect(), connect(), connect()];
    await host.ask("create", { settings: { playerCount: 4 } });
    const gameId = host.last("claimed")?.data.gameId;
    for (const client of [spectator, seated, active]) await client.ask("join", { gameId });
    await active.ask("claim", { playerId: 1 });
    await seated.ask("claim", { playerId: 2 });
    if (status !== "waiting") await active.ask("start");
    if (status === "paused") await active.ask("pause");
    return { people: { stranger, spectator, seated, active, host } };
  },
};
