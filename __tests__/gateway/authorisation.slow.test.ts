import { describe, expect, test } from "vitest";
import type { clockCommands } from "../../lib/protocol/clock-schemas.ts";
import { type VirtualClient, virtualEdge } from "../support/virtual-edge.ts";

/** Who may, as the product's table has it, and in which status: w(aiting), r(unning), p(aused). */
const wanted: Readonly<Record<keyof typeof clockCommands, readonly [who: string, when: string]>> = {
  claim: ["seatless", "wrp"],
  unclaim: ["claimed", "wrp"],
  start: ["host claimed", "wp"],
  pause: ["host claimed", "rp"],
  reset: ["host claimed", "wrp"],
  switch: ["host active", "wrp"],
  passTurn: ["active host", "r"],
  interrupt: ["claimed", "r"],
  passPriority: ["claimed", "r"],
  toggleTarget: ["active", "r"],
  confirmTargets: ["active", "r"],
  cancelTargeting: ["active", "r"],
  passTargetPriority: ["claimed", "r"],
  timeoutChoice: ["claimed", "r"],
  updatePlayer: ["host self", "wrp"],
  updateTable: ["host claimed", "rp"],
  adjustTime: ["host", "wrp"],
  addPenalty: ["host", "rp"],
  eliminate: ["host", "rp"],
  revive: ["host", "rp"],
  kick: ["host", "wrp"],
  updateSettings: ["host", "wrp"],
  renameGame: ["host", "wrp"],
  transferHost: ["host", "wrp"],
  endGame: ["host", "wrp"],
  rollDice: ["claimed", "wrp"],
  rollPlayOrder: ["host", "w"],
  randomStartPlayer: ["host", "w"],
  nextRound: ["host", ""],
  undo: ["host claimed", "wrp"],
};

/** Everybody there can be at a table. The host holds no seat, so that nothing is allowed to him for a seat's sake. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  seatless: ["spectator", "host"],
  claimed: ["seated", "active"],
  active: ["active"],
  self: ["seated"],
  host: ["host"],
};
const roles = ["stranger", "spectator", "seated", "active", "host"] as const;
const statuses = { w: "waiting", r: "running", p: "paused" } as const;
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

type Statuses = keyof typeof statuses;

async function openScene(status: Statuses) {
  const { connect, bugs } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 100_000, commandsPerGamePerSecondMax: 100_000 } });
  const host = connect();
  await host.ask("create", { settings: { playerCount: 4 } });
  const gameId = host.last("claimed")?.data.gameId;
  const people: Record<(typeof roles)[number], VirtualClient> = {
    stranger: connect(),
    spectator: connect(),
    seated: connect(),
    active: connect(),
    host,
  };
  for (const client of [people.spectator, people.seated, people.active]) await client.ask("join", { gameId });
  await people.active.ask("claim", { playerId: 1 });
  await people.seated.ask("claim", { playerId: 2 });
  if (status !== "w") await people.active.ask("start");
  if (status === "p") await people.active.ask("pause");
  return { host, people, bugs };
}

describe("F14 L13 the whole authorisation matrix on the wire: default deny", () => {
  const cells = Object.entries(wanted).flatMap(([type, [who, when]]) =>
    (Object.keys(statuses) as Statuses[]).flatMap((status) =>
      roles.map((role) => {
        const allowed = who.split(" ").some((right) => rolesOf[right]?.includes(role)) && role !== "stranger";
        return { type, status, role, allowed, inStatus: when.includes(status) };
      }),
    ),
  );

  test(`${cells.length} cells: every command, by everybody there can be, in every status of play`, async () => {
    expect(cells.length).toBeGreaterThanOrEqual(400);
    const wrong: string[] = [];
    const fresh = new Map<Statuses, Awaited<ReturnType<typeof openScene>>>();
    for (const { type, status, role, allowed, inStatus } of cells) {
      const scene = fresh.get(status) ?? (await openScene(status));
      fresh.set(status, scene);
      const before = await stateOf(scene.host);
      const answer = await scene.people[role].ask(type, about[type] ?? {});
      const code: string = answer.data.code ?? "ok";
      const cell = `${type} by ${role} while ${statuses[status]}: ${code}`;
      if ((!allowed || !inStatus) && code === "ok") wrong.push(`${cell}, should be refused`);
      // Nobody has the turn before the start, so nobody can give it away for having it.
      const hasTurn = type !== "switch" || role !== "active" || status !== "w";
      if (allowed && inStatus && hasTurn && code !== "ok" && !needsMore.has(type)) wrong.push(`${cell}, should be allowed`);
      if (role === "stranger" && code !== "not-joined") wrong.push(`${cell}, should be not-joined`);
      if (code === "ok") fresh.delete(status);
      else if ((await stateOf(scene.host)) !== before) wrong.push(`${cell}, yet the game changed`);
      if (scene.bugs.length > 0) wrong.push(`${cell}, and it threw`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});

/** The whole view but for what passes with time. */
async function stateOf(client: VirtualClient): Promise<string> {
  await client.ask("sync");
  const { serverTime, viewers, players, ...rest } = client.last("state")?.data ?? {};
  void [serverTime, viewers];
  return JSON.stringify([rest, players]);
}
