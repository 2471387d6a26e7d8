// F48, F50, F53: the operator's commands against a whole server: smoke, replay and admin.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { runDb } from "../store/run-db.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable, type Table } from "../support/table-client.ts";

const root = resolve(import.meta.dirname, "../..");
const adminToken = "admin-token-for-commands";
let server: RunningServer;
let table: Table;

beforeAll(async () => {
  spawnSync(process.execPath, ["scripts/ensure-client.mjs"], { cwd: root });
  server = await startRunningServer({ env: { ADMIN_TOKEN: adminToken } });
  table = await seatTable(server.port, 3);
  const [host, second] = table.players;
  await host?.request("start");
  for (let tap = 0; tap < 6; tap++) await table.players[tap % 3]?.request("passTurn");
  await second?.request("interrupt");
  await second?.request("passPriority");
  await host?.request("undo");
  await host?.request("rollDice", { sides: 20 });
  await host?.request("eliminate", { playerId: 3 });
}, 120_000);

afterAll(async () => {
  await server.dispose();
});

async function command(script: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [`scripts/${script}.ts`, ...args], { cwd: root, env: { PATH: process.env["PATH"], ...env } });
  const written = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    written.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    written.err += chunk;
  });
  const [status] = await once(child, "close");
  return { status: status as number, ...written };
}

describe("F48 npm run smoke", () => {
  test("a good deployment: one line each, exit 0", async () => {
    const { status, out } = await command("smoke", [server.url]);
    expect(out.match(/^ok {4}/gm)).toHaveLength(7);
    expect([status, out]).toEqual([0, expect.stringContaining("a whole game: game")]);
  });

  test("metrics on a port of their own are no failure, with a token either: the release would be put back", async () => {
    const token = "token-of-the-metrics-port";
    const apart = await startRunningServer({ env: { METRICS_PORT: "0", METRICS_TOKEN: token } });
    try {
      const { status, out } = await command("smoke", [apart.url], { SMOKE_METRICS_TOKEN: token, SMOKE_METRICS_URL: "" });
      expect([status, out]).toEqual([0, expect.stringContaining("metrics: on a port of their own")]);
      const port = /"metricsPort":(\d+)/.exec(apart.output())?.[1];
      const asked = await command("smoke", [apart.url], {
        SMOKE_METRICS_TOKEN: token,
        SMOKE_METRICS_URL: `http://127.0.0.1:${port}/metrics`,
      });
      expect([asked.status, asked.out]).toEqual([0, expect.stringMatching(/metrics: \d+ series/)]);
    } finally {
      await apart.dispose();
    }
  });

  test("the second player is refused: one line says so, the first one leaves, exit 1", async () => {
    const narrow = await startRunningServer({ env: { LIMIT_CONNECTIONS_PER_ADDRESS: "1" } });
    try {
      const { status, out } = await command("smoke", [narrow.url]);
      expect([status, out.match(/^FAIL.*$/gm)]).toEqual([1, [expect.stringContaining("a whole game: Unexpected server response: 429")]]);
    } finally {
      await narrow.dispose();
    }
  });

  test("what is answered in a game is no frame: its line says so and the ones after it are there, exit 1", async () => {
    const garbler = new WebSocketServer({ port: 0, handleProtocols: () => "tapotarp.v1" });
    garbler.on("connection", (socket, { socket: line }) => socket.once("message", () => line.write(Buffer.of(0xff, 0))));
    try {
      const { status, out, err } = await command("smoke", [`http://127.0.0.1:${(garbler.address() as AddressInfo).port}`]);
      expect([status, out.match(/^FAIL.*$/gm)?.length, err]).toEqual([1, 7, ""]);
      expect(out).toContain("FAIL  a whole game: Invalid WebSocket frame");
    } finally {
      garbler.close();
    }
  });

  test("an answer that never comes, or never ends, fails its line in time, and keeps the command from nothing: exit 1", async () => {
    const mute = createServer(({ url }, response) => {
      if (url === "/live") response.writeHead(200).write("{");
      else if (url !== "/ready") response.writeHead(404).end();
    });
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    try {
      const { status, out } = await command("smoke", [`http://127.0.0.1:${(mute.address() as AddressInfo).port}`]);
      expect([status, out.match(/^FAIL/gm)?.length]).toEqual([1, 6]);
      for (const path of ["live: /live", "ready: /ready"]) expect(out).toContain(`FAIL  ${path}: no answer within`);
    } finally {
      mute.closeAllConnections();
      mute.close();
    }
  });

  test("nobody there: every line fails, exit 1; misuse: exit 2", async () => {
    const { status, out } = await command("smoke", ["http://127.0.0.1:9"]);
    expect([status, out.match(/^FAIL/gm)?.length]).toEqual([1, 7]);
    expect((await command("smoke", [])).status).toBe(2);
  });
});

describe("F50 npm run replay", () => {
  test("a recorded game comes out the same, change by change, while the server runs", async () => {
    const { status, out, err } = await command("replay", [table.gameId, "--data-dir", server.dataDir]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/\d+ changes, all the same\.\n$/);
    expect(out).toMatch(/ {4}1 {2}\S+ {2}- {2}create {2}same/);
    expect(out).toContain("undo");
  });

  test("from a server's admin API too, with the token in a file and any state on request", async () => {
    const tokenFile = join(server.dataDir, "admin-token");
    writeFileSync(tokenFile, `${adminToken}\n`);
    const { status, out } = await command("replay", [table.gameId.toLowerCase(), "--url", server.url, "--state", "3"], {
      ADMIN_TOKEN_FILE: tokenFile,
    });
    expect([status, out]).toEqual([0, expect.stringContaining("all the same.")]);
    expect(out).toMatch(/^\{$/m);
  });

  test("a file that an older version left: exit 1, and one line says what brings it here", async () => {
    const older = join(server.dataDir, "older");
    mkdirSync(older);
    await runDb(server.dataDir, "backup", join(older, "games.db"));
    await runDb(older, "migrate", "--to", "3");
    const { status, err } = await command("replay", [table.gameId, "--data-dir", older]);
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^The data file \S+ has schema 3; a start, or `npm run db -- migrate`, brings it to \d+\.\n$/),
    ]);
  });

  test("a game that is not there: exit 1 and one line", async () => {
    expect(await command("replay", ["ZZZZZZ", "--data-dir", server.dataDir])).toMatchObject({
      status: 1,
      err: "There is no game ZZZZZZ, or it has no log.\n",
    });
  });

  test("a game whose first changes are no longer kept, as on Redis: exit 1 and one line says that, not that its rules are unknown", async () => {
    const changes = [{ v: 501, at: 1, change: {}, hash: "" }];
    const json = { "Content-Type": "application/json" };
    const forgetful = createServer((_request, response) => response.writeHead(200, json).end(JSON.stringify({ changes })));
    forgetful.listen(0, "127.0.0.1");
    try {
      await once(forgetful, "listening");
      const url = `http://127.0.0.1:${(forgetful.address() as AddressInfo).port}`;
      expect(await command("replay", ["AAAAAA", "--url", url], { ADMIN_TOKEN: adminToken })).toMatchObject({
        status: 1,
        err: "Of AAAAAA the changes before 501 are no longer kept; without the first it cannot be replayed.\n",
      });
    } finally {
      forgetful.close();
    }
  });
});

describe("a reader that has read enough", () => {
  test.each(["lib/store/db-command.ts export", "scripts/replay.ts CODE"])("`%s | true` says nothing on standard error", (line) => {
    const command = `"${process.execPath}" ${line.replace("CODE", table.gameId)} --data-dir "${server.dataDir}" | true`;
    expect(spawnSync("bash", ["-c", command], { cwd: root, encoding: "utf8" }).stderr).toBe("");
  });
});

describe("F53 npm run admin", () => {
  const admin = (...words: string[]) => command("admin", words, { ADMIN_URL: server.url, ADMIN_TOKEN: adminToken });

  test("answers in JSON: overview, one game, its log from a version on, audit", async () => {
    expect(JSON.parse((await admin("overview")).out)).toMatchObject({ health: "healthy", games: { running: 1 } });
    expect(JSON.parse((await admin("game", table.gameId)).out)).toMatchObject({ id: table.gameId });
    expect(JSON.parse((await admin("log", table.gameId, "2")).out).changes[0].v).toBe(3);
    expect(JSON.parse((await admin("log-level", "warn")).out)).toEqual({ level: "warn" });
    expect(JSON.parse((await admin("audit", "admin-action")).out).records[0].detail.what).toBe("log-level");
    expect(JSON.parse((await admin("audit-check")).out).broken).toBeNull();
  });

  test("each command that it offers does what it says, the last of them at last", async () => {
    const own = await startRunningServer({ env: { ADMIN_TOKEN: adminToken } });
    try {
      const { gameId, players } = await seatTable(own.port, 2);
      await players[0]?.request("feedback", { text: "the clock is too loud" });
      const tried = new Set<string>();
      const done = async (name: string, ...words: string[]) => {
        tried.add(name);
        const { status, out, err } = await command("admin", [name, ...words], { ADMIN_URL: own.url, ADMIN_TOKEN: adminToken });
        expect([name, status, err]).toEqual([name, 0, ""]);
        return JSON.parse(out);
      };
      expect(await done("overview")).toMatchObject({ games: { waiting: 1 } });
      expect((await done("games")).items).toMatchObject([{ gameId }]);
      expect(await done("game", gameId)).toMatchObject({ id: gameId });
      expect((await done("log", gameId)).changes[0].change.command.type).toBe("create");
      expect((await done("feedback")).items).toMatchObject([{ text: "the clock is too loud", gameId }]);
      expect(await done("dead-letters")).toEqual({ letters: [] });
      expect(await done("replay-dead-letters")).toEqual({ replayed: 0, left: 0 });
      expect(await done("log-level", "error")).toEqual({ level: "error" });
      expect(await done("close", gameId, "the shop closes")).toEqual({ closed: gameId });
      expect(await Promise.all(players.map(async ({ closed }) => (await closed).code))).toEqual([4004, 4004]);
      expect((await done("audit", "admin-action")).records[0].detail).toMatchObject({ what: "close", reason: "the shop closes" });
      expect((await done("audit-check")).broken).toBeNull();
      await done("drain");
      expect(await own.exited).toBe(0);
      const offered = [...(await admin()).err.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
      expect([...tried].toSorted()).toEqual(offered.toSorted());
    } finally {
      await own.dispose();
    }
  });

  test("an address with a slash behind it is as good; where no admin API answers, that is said", async () => {
    const at = (url: string) => command("admin", ["overview"], { ADMIN_URL: url, ADMIN_TOKEN: adminToken });
    expect(await at(`${server.url}/`)).toMatchObject({ status: 0, err: "" });
    expect(await at(`${server.url}/nowhere`)).toMatchObject({ status: 1, out: "", err: expect.stringContaining("the server's address?") });
    const replayed = await command("replay", [table.gameId, "--url", `${server.url}/`], { ADMIN_TOKEN: adminToken });
    expect(replayed).toMatchObject({ status: 0, err: "" });
  });

  test("a refusal is exit 1, misuse exit 2, and both say why", async () => {
    expect(await admin("game", "ZZZZZZ")).toMatchObject({ status: 1, err: expect.stringContaining("404") });
    expect(await command("admin", ["overview"], { ADMIN_URL: server.url, ADMIN_TOKEN: "wrong" })).toMatchObject({
      status: 1,
      err: expect.stringContaining("401"),
    });
    expect(await admin("close", table.gameId)).toMatchObject({ status: 2, err: "REASON is missing. --help says how it is called.\n" });
    expect(await admin("nonsense")).toMatchObject({ status: 2, err: expect.stringContaining("CODE REASON") });
    expect(await command("admin", ["overview"], { ADMIN_URL: "http://127.0.0.1:9" })).toMatchObject({
      status: 1,
      err: expect.stringContaining("could not be asked"),
    });
  });
});
