// The operator's side of a whole server: validation, probes, secrets that rotate, actions, and the way out.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fileLimitWarning } from "../../lib/ops/file-limit.ts";
import { runDb } from "../store/run-db.ts";
import { openAt } from "../store/sqlite-folder.ts";
import { Table } from "../store/table.ts";
import { eventually } from "../support/eventually.ts";
import { frame, openRaw } from "../support/raw-peer.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";

const root = resolve(import.meta.dirname, "../..");
const adminToken = "admin-token-for-this-test";
const metricsToken = "metrics-token-for-this-test";
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

async function server(env: Record<string, string> = {}, dataDir?: string): Promise<RunningServer> {
  const running = await startRunningServer({ env: { ADMIN_TOKEN: adminToken, ...env }, ...(dataDir === undefined ? {} : { dataDir }) });
  cleanUp.push(() => running.dispose());
  return running;
}

async function ask(url: string, token?: string, body?: object) {
  const from = performance.now();
  const response = await fetch(url, {
    signal: AbortSignal.timeout(5000),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: jsonOf(text), tookMs: performance.now() - from };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
function jsonOf(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function metricsPortOf({ output }: RunningServer): number {
  return Number(/"metricsPort":(\d+)/.exec(output())?.[1]);
}

const freshFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-ops-"));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

describe("F45 --validate", () => {
  const validate = (env: Record<string, string>) =>
    spawnSync(process.execPath, ["server.ts", "--validate"], { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"], ...env } });

  test("a word that is not known: exit 1 and one line, and no server", () => {
    for (const words of [["--valdiate"], ["--validate", "--port=1"], ["3000"]]) {
      const env = { PATH: process.env["PATH"], PORT: "0", DATA_DIR: join(freshFolder(), "data") };
      const { status, stderr } = spawnSync(process.execPath, ["server.ts", ...words], {
        cwd: root,
        encoding: "utf8",
        env,
        timeout: 10_000,
      });
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^Tap-or-Tarp cannot start: it does not know [^\n]*--validate only checks them\.\n$/),
      ]);
    }
  });

  test("two games of one kind are refused in one sentence, before a worker or a folder is made: one would take the other's place", () => {
    const [own, from] = [freshFolder(), (file: string) => JSON.stringify(join(root, file))];
    const [program, folder] = [join(own, "two.mts"), join(own, "data")];
    const games = "[...hostedGames(), ...hostedGames().slice(0, 1)]";
    const imports = `import { runServer } from ${from("server.ts")}; import { hostedGames } from ${from("lib/hosted-games.ts")};`;
    writeFileSync(program, `${imports} await runServer(${games});`);
    for (const words of [[], ["--validate"]]) {
      const env = { PATH: process.env["PATH"], PORT: "0", DATA_DIR: folder };
      const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env, timeout: 40_000 });
      expect([status, stderr]).toEqual([
        1,
        'Tap-or-Tarp cannot start: two of the games it is to host are of the kind "clock", and each needs one of its own.\n',
      ]);
    }
    expect(spawnSync("ls", [folder]).status).not.toBe(0);
  });

  test("a good configuration: exit 0 and nothing made", () => {
    const folder = join(freshFolder(), "data");
    expect(validate({ DATA_DIR: folder })).toMatchObject({ status: 0, stderr: "" });
    expect(spawnSync("ls", [folder]).status).not.toBe(0);
  });

  /** Every file of a folder with what it holds; not the index that SQLite rebuilds each time a file is opened. */
  const contents = (folder: string) =>
    readdirSync(folder)
      .filter((name) => !name.endsWith("-shm"))
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      ]);

  /** A folder as a server leaves it that was stopped by an older release, or was killed by this one. */
  async function leftFolder(how: "an older release" | "a killed server" | "a lost data file"): Promise<string> {
    const [folder, live] = [freshFolder(), freshFolder()];
    const store = await openAt(live);
    for (let step = 0, table = new Table(store, "AAAAAA"); step < 30; step += 1) await table.step();
    if (how !== "a killed server") await store.close();
    if (how === "an older release") expect((await runDb(live, "migrate", "--to", "2")).code).toBe(0);
    for (const name of readdirSync(live)) if (!name.endsWith("-shm")) copyFileSync(join(live, name), join(folder, name));
    await store.close();
    if (how === "a lost data file") rmSync(join(folder, "games.db"));
    return folder;
  }

  test.each(["an older release", "a killed server"] as const)(
    "files of %s that are good: exit 0, and they are left as they were",
    async (how) => {
      const folder = await leftFolder(how);
      const before = contents(folder);
      expect(validate({ DATA_DIR: folder })).toMatchObject({ status: 0, stderr: "" });
      expect(contents(folder)).toEqual(before);
    },
  );

  test("a folder whose data file is gone: exit 1, as the start would, and nothing made", async () => {
    const folder = await leftFolder("a lost data file");
    const before = contents(folder);
    expect(validate({ DATA_DIR: folder })).toMatchObject({ status: 1, stderr: expect.stringMatching(/is gone[^\n]*\n$/) });
    expect(contents(folder)).toEqual(before);
  });

  test("a bad one: exit 1 and every problem in one message", () => {
    const { status, stderr } = validate({ PORT: "x", LOG_LEVEL: "loud", LIMIT_NOTHING: "1", ADMIN_TOKEN_FILE: "/absent" });
    expect(status).toBe(1);
    for (const variable of ["PORT", "LOG_LEVEL", "LIMIT_NOTHING", "ADMIN_TOKEN_FILE"]) expect(stderr).toContain(variable);
  });

  test("a folder that cannot be written, and a data file in use: exit 1 and one line", async () => {
    expect(validate({ DATA_DIR: "/proc/nowhere" })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: DATA_DIR [^\n]*\n$/),
    });
    const running = await server();
    expect(validate({ DATA_DIR: running.dataDir })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: [^\n]*\n$/),
    });
  });
});

describe("F45 what --validate tries, it tries as the start does", () => {
  const validate = (env: Record<string, string>) =>
    spawnSync(process.execPath, ["server.ts", "--validate"], { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"], ...env } });

  test("a folder behind a link that leads nowhere, or below a file: exit 1 and one line", () => {
    const link = join(freshFolder(), "volume");
    symlinkSync(join(freshFolder(), "not-mounted"), link);
    for (const DATA_DIR of [link, join(link, "data"), join(root, "package.json", "data")])
      expect(validate({ DATA_DIR })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: DATA_DIR [^\n]*\n$/),
      });
    const env = { PATH: process.env["PATH"], PORT: "0", DATA_DIR: join(link, "data") };
    expect(spawnSync(process.execPath, ["server.ts"], { cwd: root, encoding: "utf8", env, timeout: 30_000 })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: [^\n]* a link that leads nowhere[^\n]*\n$/),
    });
  });

  test("letters that cannot be read, also those of a replay that was cut short: exit 1 and one line, as from the start", () => {
    for (const name of ["dead-letters.jsonl", "dead-letters.jsonl.replayed-1.unfinished"]) {
      const folder = freshFolder();
      mkdirSync(join(folder, name));
      const refused = { status: 1, stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: [^\n]*\n$/) };
      expect(validate({ DATA_DIR: folder })).toMatchObject(refused);
      const env = { PATH: process.env["PATH"], PORT: "0", DATA_DIR: folder };
      expect(spawnSync(process.execPath, ["server.ts"], { cwd: root, encoding: "utf8", env, timeout: 30_000 })).toMatchObject({
        status: 1,
      });
    }
  });

  test("the folder of the audit log, which a server on Redis needs too: exit 1 and one line, as from the start", () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "audit"), "a file of somebody else");
    const refused = { status: 1, stderr: expect.stringMatching(/^Tap-or-Tarp cannot start: DATA_DIR [^\n]*\n$/) };
    expect(validate({ DATA_DIR: folder })).toMatchObject(refused);
    expect(validate({ DATA_DIR: folder, REDIS_URL: "redis://127.0.0.1:1", LIMIT_REDIS_START_MS: "300" })).toMatchObject(refused);
  });

  test("Redis is tried for as long as the configuration says", () => {
    const { status, stderr } = validate({ REDIS_URL: "redis://127.0.0.1:1", LIMIT_REDIS_START_MS: "300" });
    expect([status, stderr]).toEqual([1, expect.stringContaining("tried for 300 ms")]);
  });
});

describe("F24 a start that cannot be", () => {
  const start = (env: Record<string, string>) =>
    spawnSync(process.execPath, ["server.ts"], {
      cwd: root,
      encoding: "utf8",
      timeout: 30_000,
      env: { PATH: process.env["PATH"], PORT: "0", HOST: "127.0.0.1", DATA_DIR: freshFolder(), ...env },
    });

  async function takenPort(): Promise<string> {
    const holder = createServer().listen(0, "127.0.0.1");
    cleanUp.push(() => holder.close());
    await once(holder, "listening");
    return String((holder.address() as AddressInfo).port);
  }

  const missing: readonly (readonly [string, () => Promise<Record<string, string>>])[] = [
    ["the folder cannot be made", async () => ({ DATA_DIR: join(root, "package.json", "data") })],
    ["a folder takes no new one", async () => ({ DATA_DIR: "/proc/nowhere/data" })],
    ["Redis is not there", async () => ({ REDIS_URL: "redis://127.0.0.1:9", LIMIT_REDIS_START_MS: "1000" })],
    ["the port is taken", async () => ({ PORT: await takenPort() })],
    ["the port of the metrics is taken", async () => ({ METRICS_PORT: await takenPort() })],
    ["a secret's file is not there", async () => ({ ADMIN_TOKEN_FILE: "/absent" })],
  ];
  test.for(missing)("%s: exit 1, the reason, and it was never ready", async ([, env]) => {
    const { status, stdout, stderr } = start(await env());
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^(Tap-or-Tarp cannot start: |The configuration has a problem:\n)[^\n]+\n$/),
    ]);
    expect(stdout).not.toContain("is ready");
  });
});

describe("F35 secrets", () => {
  test("are read from files, rotate on SIGHUP without a restart, and never show", async () => {
    const file = join(freshFolder(), "token");
    writeFileSync(file, `${adminToken}\n`);
    const running = await server({ ADMIN_TOKEN: "", ADMIN_TOKEN_FILE: file, LOG_LEVEL: "debug" });
    const overview = `${running.url}/admin/api/overview`;
    expect((await ask(overview, adminToken)).status).toBe(200);
    writeFileSync(file, "the-next-token-is-this-one");
    running.signal("SIGHUP");
    await eventually("the new token opens", async () => ((await ask(overview, "the-next-token-is-this-one")).status === 200 ? true : null));
    expect((await ask(overview, adminToken)).status).toBe(401);
    writeFileSync(file, "short");
    running.signal("SIGHUP");
    await eventually("the bad one is logged", async () => (running.output().includes("old ones stay") ? true : null));
    expect((await ask(overview, "the-next-token-is-this-one")).status).toBe(200);
    expect(running.output()).not.toContain("the-next-token");
    expect(running.output()).not.toContain(adminToken);
  });

  /** A server whose start goes on until it gives Redis up, at the moment when it waits for it. */
  async function startingServer() {
    // A Redis that takes the connection and says nothing: the start goes on until its time is over.
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    cleanUp.push(() => mute.close());
    const env = { REDIS_URL: `redis://127.0.0.1:${(mute.address() as AddressInfo).port}`, LIMIT_REDIS_START_MS: "1500" };
    const child = spawn(process.execPath, ["server.ts"], {
      cwd: root,
      env: { PATH: process.env["PATH"], NODE_ENV: "test", PORT: "0", HOST: "127.0.0.1", DATA_DIR: freshFolder(), ...env },
      stdio: "ignore",
    });
    cleanUp.push(() => child.kill("SIGKILL"));
    const exited = once(child, "exit");
    await once(mute, "connection");
    return { child, exited };
  }

  test("a SIGHUP while the server still starts does not end it", async () => {
    const { child, exited } = await startingServer();
    child.kill("SIGHUP");
    expect(await exited).toEqual([1, null]);
  });

  test("F10 a SIGTERM while the server still starts ends it in order: process 1 of a container would not hear it otherwise", async () => {
    const { child, exited } = await startingServer();
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  test.each([
    ["at once while nobody listens yet", "", 0],
    ["as the server says once it listens", 'process.on("SIGTERM", () => setTimeout(() => process.exit(7), 100));', 7],
  ])("F10 in a container a SIGTERM is heard from the first file on: it ends the process %s", async (_when, then, code) => {
    const started = `${then} setInterval(() => {}, 1_000); process.stdout.write("here");`;
    const args = ["--import", "./scripts/early-signals.mjs", "--input-type=module", "--eval", started];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    cleanUp.push(() => child.kill("SIGKILL"));
    const exited = once(child, "exit");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await exited).toEqual([code, null]);
  });
});

describe("F45 the system's limits", () => {
  test("more connections than open files: said at the start, in one line, where it is so", async () => {
    const running = await server({ LIMIT_CONNECTIONS: "200000" });
    const warning = fileLimitWarning(200_000, 1_000);
    const lines = running.output().split("\n");
    expect(lines.filter((line) => line.includes("the system lets this process")).length).toBe(warning === null ? 0 : 1);
    expect(running.output()).toContain(warning ?? "is ready");
  });
});

describe("F16 metrics", () => {
  test("have a port of their own when told so, behind a token when there is one", async () => {
    const running = await server({ METRICS_PORT: "0", METRICS_TOKEN: metricsToken });
    const url = `http://127.0.0.1:${metricsPortOf(running)}/metrics`;
    expect((await ask(url)).status).toBe(401);
    expect((await ask(url, adminToken)).status).toBe(401);
    const scraped = await ask(url, metricsToken);
    expect(scraped.status).toBe(200);
    expect(scraped.text).toContain("tapotarp_store_ready 1");
    expect((await ask(`${running.url}/metrics`, metricsToken)).status).toBe(404);
  });

  test("L42 count what really happened", async () => {
    const running = await server({ METRICS_TOKEN: metricsToken });
    const table = await seatTable(running.port, 2);
    await table.players[0]?.request("start");
    for (let tap = 0; tap < 10; tap++) await table.players[tap % 2]?.request("passTurn");
    await table.players[1]?.request("endGame");
    const { text } = await ask(`${running.url}/metrics`, metricsToken);
    expect(text).toContain('tapotarp_commands_total{type="passTurn",outcome="ok"} 10');
    expect(text).toContain('tapotarp_commands_total{type="endGame",outcome="refused"} 1');
    expect(text).toContain("tapotarp_connections 2");
    expect(Number(/tapotarp_commit_duration_seconds_count (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(12);
    const figure = (name: string) => Number(new RegExp(`^tapotarp_${name} (\\d+)$`, "m").exec(text)?.[1]);
    for (const way of ["received", "sent"]) {
      const frames = figure(`frames_${way}_total`);
      expect(frames).toBeGreaterThanOrEqual(12);
      expect(figure(`${way}_bytes_total`) / frames).toBeGreaterThan(20);
    }
    // Of all histograms only those of what did not happen here are empty.
    const counted = [...text.matchAll(/^(tapotarp_\w+)_count(?:\{[^}]*\})? (\d+)$/gm)].map(
      ([, name = "", count]) => [name, Number(count)] as const,
    );
    const empty = [...new Set(counted.map(([name]) => name))].filter((name) =>
      counted.every(([each, count]) => each !== name || count === 0),
    );
    expect(empty.toSorted()).toEqual(["tapotarp_alarm_late_seconds", "tapotarp_slow_reader_seconds"]);
    for (const player of table.players) player.cut();
  });
});

describe("F44 the log of a busy server", () => {
  test("has a line for one command in so many, and for one HTTP request", async () => {
    const running = await server({ LOG_LEVEL: "info", LOG_SAMPLE_EVERY: "50" });
    const { players } = await seatTable(running.port, 2);
    for (let roll = 0; roll < 100; roll += 1) await players[roll % 2]?.request("rollDice", { sides: 6 });
    for (let turn = 0; turn < 50; turn += 1) await ask(`${running.url}/live`);
    const lines = running.output().trim().split("\n");
    const frequent = lines.filter((line) => /"msg":"(command|an HTTP request)"/.test(line));
    expect(frequent.length).toBeGreaterThan(1);
    expect(frequent.length).toBeLessThan(6);
    expect(lines.length).toBeLessThan(20);
    for (const player of players) player.cut();
  });
});

describe("F53 the operator acts", () => {
  test("sees a game and its log, closes it with a reason, and finds both in the audit log", async () => {
    const running = await server();
    const table = await seatTable(running.port, 2);
    const api = `${running.url}/admin/api`;
    expect((await ask(`${api}/games`, adminToken)).json.items[0].gameId).toBe(table.gameId);
    const game = await ask(`${api}/games/${table.gameId}`, adminToken);
    expect(game.json).toMatchObject({ id: table.gameId, viewers: 2, view: { status: "waiting" } });
    for (const token of table.tokens) expect(game.text).not.toContain(token);
    const log = await ask(`${api}/games/${table.gameId}/log`, adminToken);
    expect(log.json.changes[0].change.command.type).toBe("create");
    expect((await ask(`${api}/games/${table.gameId}/close`, adminToken, { reason: "the shop closes" })).json).toEqual({
      closed: table.gameId,
    });
    expect(await Promise.all(table.players.map(async (player) => (await player.closed).code))).toEqual([4004, 4004]);
    const { records } = (await ask(`${api}/audit?event=admin-action`, adminToken)).json;
    expect(records[0].detail).toEqual({ what: "close", gameId: table.gameId, reason: "the shop closes" });
    expect((await ask(`${api}/audit/check`, adminToken)).json.broken).toBeNull();
    // It is still there to be seen, so a second time is not answered as if there were no such game.
    const again = await ask(`${api}/games/${table.gameId}/close`, adminToken, { reason: "the shop closes" });
    expect([again.status, again.json.code]).toEqual([409, "wrong-status"]);
  });

  test("drains: not ready at once, everyone sent away with 1012, exit 0", async () => {
    const running = await server();
    const table = await seatTable(running.port, 2);
    expect((await ask(`${running.url}/admin/api/drain`, adminToken, {})).status).toBe(202);
    expect(await Promise.all(table.players.map(async (player) => (await player.closed).code))).toEqual([1012, 1012]);
    expect(await running.exited).toBe(0);
  });
});

describe("F46 the audit log of a whole server", () => {
  test("has its start and its end, who flooded it or asked for its metrics without their token, and each reading of its secrets", async () => {
    const folder = freshFolder();
    const file = join(folder, "token");
    writeFileSync(file, adminToken);
    const running = await server({ ADMIN_TOKEN: "", ADMIN_TOKEN_FILE: file, METRICS_TOKEN: metricsToken }, join(folder, "data"));
    expect((await ask(`${running.url}/metrics`, adminToken)).status).toBe(401);
    writeFileSync(file, "short");
    running.signal("SIGHUP");
    await eventually("the bad secret is logged", async () => (running.output().includes("old ones stay") ? true : null));
    // In one piece: who still writes a quarter of a second later finds the line cut, and has not read why.
    const flood = await openRaw(running.port);
    flood.write(...Array.from({ length: 5_000 }, () => frame({ payload: "{}" })));
    expect((await flood.ended).code).toBe(1008);
    expect((await running.stop()).code).toBe(0);
    const audit = join(folder, "data", "audit");
    const lines = readdirSync(audit).flatMap((name) => readFileSync(join(audit, name), "utf8").trim().split("\n"));
    const told = lines.map(jsonOf).map(({ event, actor, detail }) => [event, actor, detail.problems ?? null]);
    expect(told).toEqual([
      ["server-started", "server", null],
      ["metrics-denied", "127.0.0.1", null],
      ["secrets-reloaded", "server", 1],
      ["rate-limited", "127.0.0.1", null],
      ["flood-closed", "127.0.0.1", null],
      ["server-stopping", "server", null],
    ]);
  });
});

describe("F42 probes", () => {
  test("all well: 200 from all three, in less than 50 ms", async () => {
    const running = await server();
    for (const path of ["/live", "/ready", "/health"]) {
      const answers = [];
      for (let turn = 0; turn < 5; turn += 1) answers.push(await ask(`${running.url}${path}`));
      expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 200, 200, 200, 200, 200]);
      // The quickest: a machine with other things to do makes some of them late, a slow probe is slow each time.
      expect(Math.min(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(50);
    }
  });
});
