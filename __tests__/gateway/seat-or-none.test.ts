// What a connection may do goes by whether it holds a seat, also where it only looks.
import { describe, expect, test } from "vitest";
import { virtualEdge } from "../support/virtual-edge.ts";

describe("SAFETY 19 under overload", () => {
  test("a player's page that missed a change sees the game as long as he may tap, whoever only watches is refused", async () => {
    const { connect, seated, setQueueDepth } = virtualEdge({ limits: { storeQueueChangesMax: 8_000 } });
    const { gameId, host } = await seated();
    const spectator = connect();
    await spectator.ask("join", { gameId });
    const outcomes = async () => {
      const told = [await spectator.ask("sync"), await host.ask("sync"), await host.ask("rollDice", { sides: 6 })];
      return told.map(({ type, data }) => data.code ?? type);
    };
    setQueueDepth(4_000);
    expect(await outcomes()).toEqual(["busy", "ack", "ack"]);
    setQueueDepth(8_000);
    expect(await outcomes()).toEqual(["busy", "busy", "busy"]);
  });
});

describe("SAFETY 15 whoever gave his seat back is a stranger", () => {
  test.each(["sync", "join"])("%s after it takes nothing of the pace of who sits there now, and waits among strangers", async (type) => {
    const { ambient, edge, connect, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 2 } });
    const { gameId, host } = await seated();
    const [stranger, player] = [connect(), connect()];
    for (const client of [stranger, player]) await client.ask("join", { gameId });
    await stranger.ask("claim", { playerId: 2 });
    await stranger.ask("unclaim");
    await player.ask("claim", { playerId: 2 });
    const look = () => stranger.ask(type, type === "join" ? { gameId, v: 1 } : {});
    await look();
    await ambient.advance(60_000);
    const { room } = host.session;
    const strangers = () => (room === null ? 0 : edge.pace.ofSpectators(room).left(ambient.monotonicMs()));
    const before = strangers();
    for (let i = 0; i < 15; i += 1) await look();
    expect(strangers()).toBeLessThan(before);
    expect((await player.ask("rollDice", { sides: 6 })).type).toBe("ack");
  });
});
