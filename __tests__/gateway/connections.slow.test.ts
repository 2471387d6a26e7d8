import { existsSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable } from "../support/table-client.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("L36 SAFETY 18: heartbeats of a whole server", () => {
  test("a peer that answers no ping is cut and shows as away; one that does stays", async () => {
    const server = await startRunningServer({ env: { LIMIT_HEARTBEAT_MS: "300" } });
    try {
      const { players } = await seatTable(server.port, 2);
      const [host, sleeper] = players;
      await host?.request("sync");
      expect(host?.state.players[1].connected).toBe(true);
      // Asleep: the line is open, nobody is there.
      sleeper?.socket.pause();
      await expect.poll(() => host?.state.players[1].connected, { timeout: 10_000 }).toBe(false);
      expect(host?.state.players[1].claimed).toBe(true);
      expect((await host?.request("start"))?.type).toBe("ack");
      sleeper?.cut();
    } finally {
      await server.dispose();
    }
  });

  test("after the whole process stood still for many heartbeats nobody is cut: it was we who did not listen", async () => {
    const server = await startRunningServer({ env: { LIMIT_HEARTBEAT_MS: "500" } });
    try {
      const { players } = await seatTable(server.port, 4);
      server.signal("SIGSTOP");
      await pause(3_000);
      server.signal("SIGCONT");
      await pause(2_000);
      expect(players.map(({ socket }) => socket.readyState)).toEqual([1, 1, 1, 1]);
      for (const player of players) expect((await player.request("rollDice", { sides: 6 })).type).toBe("ack");
    } finally {
      await server.dispose();
    }
  });
});

const mostWaiting = "/proc/sys/net/core/somaxconn";

describe("everybody comes back at once", () => {
  test.skipIf(!existsSync(mostWaiting) || Number(readFileSync(mostWaiting, "utf8")) < 1_200)(
    "a thousand who come while the process is busy have a place at its door: else they would wait for up to a minute and hear nothing",
    async () => {
      const server = await startRunningServer();
      const sockets: Socket[] = [];
      try {
        server.signal("SIGSTOP");
        for (let count = 0; count < 1_000; count += 1) {
          sockets.push(connect(server.port, "127.0.0.1").on("error", () => {}));
        }
        await eventually("all are at the door", () => sockets.every(({ readyState }) => readyState === "open"));
      } finally {
        for (const socket of sockets) socket.destroy();
        server.signal("SIGCONT");
        await server.dispose();
      }
    },
  );
});

describe("PRODUCT 3: a command with an id is applied at most once", () => {
  test("L38 the same id gets the same answer through another connection and after a restart, and a refusal stays a refusal", async () => {
    const first = await startRunningServer();
    const { gameId, players, tokens } = await seatTable(first.port, 2);
    const [host, other] = players;
    const refused = await other?.request("pause", {}, "too-early");
    expect(refused?.data).toMatchObject({ code: "wrong-status", retry: false });
    const started = await host?.request("start", {}, "the-start");
    const passed = await host?.request("passTurn", {}, "the-tap");
    const again = await connectTable(first.port);
    await again.request("reconnect", { gameId, playerId: 1, token: tokens[0] });
    expect(await again.request("passTurn", {}, "the-tap")).toEqual(passed);
    expect(again.state.activePlayer).toBe(2);
    await first.stop();
    const second = await startRunningServer({ dataDir: first.dataDir });
    try {
      const back = await connectTable(second.port);
      await back.request("join", { gameId });
      expect(await back.request("start", {}, "the-start")).toEqual(started);
      expect(await back.request("passTurn", {}, "the-tap")).toEqual(passed);
      // It could be done now, but this id was told that it cannot.
      expect((await back.request("pause", {}, "too-early")).data).toMatchObject({ code: "wrong-status" });
      await back.request("sync");
      expect(back.state).toMatchObject({ activePlayer: 2, turn: 2 });
    } finally {
      await second.dispose();
      await first.dispose();
    }
  });

  test("LI11 taps of two on the same number within one round trip both count, and one that is said again counts once", async () => {
    const server = await startRunningServer();
    try {
      const { players } = await seatTable(server.port, 2);
      const [host, other] = players;
      const step = { playerId: 2, life: 19, counters: { poison: 1 }, was: { life: 20, counters: { poison: 0 } } };
      const answers = await Promise.all([host?.request("updatePlayer", step), other?.request("updatePlayer", step, "mine")]);
      expect(answers.map((answer) => answer?.type)).toEqual(["ack", "ack"]);
      expect(await other?.request("updatePlayer", step, "mine")).toEqual(answers[1]);
      await host?.request("sync");
      expect(host?.state.players[1]).toMatchObject({ life: 18, counters: { poison: 2 } });
      const wrong = await host?.request("updatePlayer", { playerId: 2, life: 19, was: { life: "20" } });
      expect(wrong?.data).toMatchObject({ code: "bad-message", field: "data.was.life" });
    } finally {
      await server.dispose();
    }
  });

  test("L40 commands without an id are legal, and each bad one is answered", async () => {
    const server = await startRunningServer();
    try {
      const client = await connectTable(server.port);
      client.raw('{"type":"create","data":{"settings":{"playerCount":2}}}');
      const created = await client.next("state", 0);
      expect(created.data).toMatchObject({ status: "waiting", v: 1 });
      client.raw('{"type":"start"}');
      await client.until(({ type, data }) => type === "state" && data.status === "running", 0);
      client.raw('{"type":"nothing-like-it"}');
      expect((await client.next("error", 0)).data).toMatchObject({ code: "bad-message", field: "type", retry: false });
    } finally {
      await server.dispose();
    }
  });
});

test("SAFETY 15 one address cannot hold every line that a server has, not even by asking for probes: another is heard", async () => {
  const server = await startRunningServer({ env: { LIMIT_CONNECTIONS: "10", LIMIT_CONNECTIONS_PER_ADDRESS: "5" } });
  const probe = "GET /live HTTP/1.1\r\nHost: x\r\n\r\n";
  const lines: { readonly socket: Socket; heard: boolean }[] = [];
  const open = (localAddress: string) => {
    const socket = connect({ port: server.port, host: "127.0.0.1", localAddress }, () => void socket.write(probe));
    const line = { socket, heard: false };
    socket.on("error", () => {}).on("data", () => (line.heard = true));
    lines.push(line);
    return line;
  };
  const isOver = ({ heard, socket }: (typeof lines)[number]) => heard || socket.closed;
  try {
    for (let count = 0; count < 1_010; count += 1) open("127.0.0.1");
    await eventually("each line is answered or cut", () => lines.every(isOver));
    expect(lines.filter(({ heard }) => heard).length).toBe(505);
    const other = open("127.0.0.2");
    await eventually("the other is answered or cut", () => isOver(other));
    expect(other.heard).toBe(true);
  } finally {
    for (const { socket } of lines) socket.destroy();
    await server.dispose();
  }
});
