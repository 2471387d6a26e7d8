// One four-seat game from the first message to the second round, over real sockets to a real server on a real file.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable, type TableClient } from "../support/table-client.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startRunningServer();
});

afterAll(() => server.dispose());

/** What all four see must be the same; each has seen the version by the time its own answer came or soon after. */
async function together(players: readonly TableClient[], v: number): Promise<void> {
  for (const player of players) await player.until((message) => message.type === "state" && message.data.v >= v, 0);
  const shown = players.map(({ state }) => ({ ...state, serverTime: 0, viewers: 0 }));
  for (const each of shown) expect(each).toEqual(shown[0]);
}

test("a four-seat game over sockets: interrupts, targets, a time-out paid with life, undo, and the next round of a campaign", async () => {
  const settings = {
    mode: "campaign",
    campaignPreset: "wastelands",
    initialTime: 600_000,
    bonusTime: 0,
    handicaps: { 4: -598_500 },
    onTimeout: "choice",
    timeoutGracePeriod: 60_000,
    timeoutPenaltyLives: 2,
    timeoutBonusTime: 60_000,
    warningThresholds: [],
  };
  const { players, gameId } = await seatTable(server.port, 4, { settings });
  const [one, two, three, four] = players as readonly [TableClient, TableClient, TableClient, TableClient];
  const say = async (who: TableClient, type: string, data: object = {}) => {
    const { type: kind, data: answer } = await who.request(type, data);
    expect([type, kind, answer.code]).toEqual([type, "ack", undefined]);
    await together(players, answer.v);
    return one.state;
  };
  await say(two, "updatePlayer", { playerId: 2, name: "Zoë" });
  expect(await say(one, "start")).toMatchObject({ status: "running", activePlayer: 1, turn: 1, running: [1] });

  // The stack: three deep, answered from the top.
  await say(two, "interrupt");
  await say(three, "interrupt");
  expect(await say(two, "interrupt")).toMatchObject({ interruptingPlayers: [2, 3, 2], running: [2] });
  expect((await three.request("passPriority")).data.code).toBe("not-your-turn");
  await say(two, "passPriority");
  await say(three, "passPriority");
  expect(await say(two, "passPriority")).toMatchObject({ interruptingPlayers: [], running: [1] });

  // The maker's own last change is taken back at once.
  await say(three, "interrupt");
  expect(await say(three, "undo")).toMatchObject({ interruptingPlayers: [], running: [1] });

  // Two are asked, both clocks run, the last answer gives the turn back.
  await say(one, "toggleTarget", { playerId: 2 });
  await say(one, "toggleTarget", { playerId: 3 });
  expect(await say(one, "confirmTargets")).toMatchObject({ targetingState: "resolving", running: [2, 3] });
  expect(await say(three, "passTargetPriority")).toMatchObject({ awaitingPriority: [2], running: [2] });
  expect(await say(two, "passTargetPriority")).toMatchObject({ targetingState: "none", running: [1] });

  // Seat 4 has a second and a half, lets it go by, and pays with two lives.
  await say(one, "passTurn");
  await say(two, "passTurn");
  expect(await say(three, "passTurn")).toMatchObject({ activePlayer: 4, running: [4] });
  await four.next("timeout", 0);
  const fallen = await four.until((message) => message.type === "state" && message.data.players[3].timeoutPending, 0);
  expect(fallen.data.players[3]).toMatchObject({ timeRemaining: 0, penalties: 1, life: 10 });
  const paid = await say(four, "timeoutChoice", { choice: "loseLives" });
  expect(paid.players[3]).toMatchObject({ life: 8, timeoutPending: false, isEliminated: false });
  expect(paid.players[3].timeRemaining).toBeGreaterThan(59_000);

  // Seat 1 deals 7 damage to two opponents; then the round ends and the next one is set.
  await say(one, "updatePlayer", { playerId: 2, life: 6, source: 1 });
  await say(one, "updatePlayer", { playerId: 3, life: 7, source: 1 });
  for (const playerId of [2, 3]) await say(one, "eliminate", { playerId });
  const ended = await say(one, "eliminate", { playerId: 4 });
  expect(ended).toMatchObject({ status: "finished", winner: 1, running: [] });
  expect(ended.campaign.standings[0]).toMatchObject({ wins: 1, points: 10, level: 2 });
  const next = await say(one, "nextRound");
  expect(next).toMatchObject({ status: "waiting", winner: null, activePlayer: null, turn: 0 });
  expect(next.campaign).toMatchObject({ round: 2, handSize: 6, roundWinners: [1] });
  expect(next.players[1]).toMatchObject({ name: "Zoë", life: 10, claimed: true, isEliminated: false, penalties: 0 });
  expect(next.hostPlayer).toBe(1);
  expect(await say(one, "start")).toMatchObject({ status: "running", activePlayer: 1 });

  // What happened can be read again from the log: every change, in one row without a gap.
  const response = await fetch(`${server.url}/api/games/${gameId}/log`);
  const log = (await response.json()) as { readonly changes: readonly { readonly v: number }[] };
  expect(log.changes.map(({ v }) => v)).toEqual(Array.from({ length: one.v }, (_, place) => place + 1));
  for (const player of players) await player.close();
});
