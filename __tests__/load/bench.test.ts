// The bench's own arithmetic and wire: a tester that counts wrong would make every figure a lie.
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { LoopFigures } from "../../load/bench/closed-loop.ts";
import { jsonReader } from "../../load/bench/contestant.ts";
import { assertAllThere } from "../../load/bench/crowd.ts";
import { cpuRatio, type Entry, guardRatio, median, summary } from "../../load/bench/figures.ts";
import { readOptions, wholeSecondsOf } from "../../load/bench/options.ts";
import { cpuBetween, cpuOf } from "../../load/bench/procfs.ts";
import { maskedFrame, RawSocket } from "../../load/bench/raw-socket.ts";
import { chartOf, type Report, tableOf } from "../../load/bench/report.ts";

const figures = (over: Partial<LoopFigures>): LoopFigures => ({
  seconds: 1,
  taps: 100,
  tapsPerSecond: 100,
  cpuMicrosPerTap: 50,
  cpuByThread: { main: 50 },
  serverCores: 1,
  testerCores: 0.5,
  otherCores: 0,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  bytesPerTapAndViewer: 246,
  gaps: 0,
  ...over,
});

const entry = (name: string, cpus: readonly number[], updates: Entry["updates"] = "changes"): Entry => ({
  name,
  durable: "no",
  updates,
  games: 1,
  rounds: cpus.map((cpuMicrosPerTap) => figures({ cpuMicrosPerTap })),
});

describe("the bench's arithmetic", () => {
  test("F40 medians, of odd and even numbers of rounds", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  test("F40 a single gap in any round shows in the summary, and the worst latency too", () => {
    const { gaps, maxMs } = summary([figures({}), figures({ gaps: 1, maxMs: 9 }), figures({})]);
    expect([gaps, maxMs]).toEqual([1, 9]);
  });

  test("F40 the ratio compares rounds of the same moment; the guard compares the best of each", () => {
    const server = entry("server", [90, 200, 80]);
    const relay = entry("relay", [30, 100, 20]);
    expect(cpuRatio(server, relay)).toBe(3);
    expect(guardRatio([relay, server], "server", "relay")).toBe(4);
  });

  test("F40 with whole states and changes, the guard compares the server with the relay in each, and the dearer of them counts", () => {
    const relay = [entry("relay", [20]), entry("relay", [30], "states")];
    const server = [entry("server", [80]), entry("server", [300], "states")];
    expect(guardRatio([...relay, ...server], "server", "relay")).toBe(10);
    expect(guardRatio(relay, "server", "relay")).toBeNaN();
  });

  test("F40 CPU time of this process rises while it works, and threads add up to the whole", () => {
    const before = cpuOf(process.pid);
    const until = performance.now() + 10_000;
    // The kernel brings a running thread's account up to date at its own ticks.
    let used = cpuBetween(before, cpuOf(process.pid));
    while (used.totalMs <= 1 && performance.now() < until) used = cpuBetween(before, cpuOf(process.pid));
    expect(used.totalMs).toBeGreaterThan(1);
    expect(Object.values(used.byThread).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(used.totalMs, 3);
  });

  test("F40 CPU time of a thread that has ended between two readings is counted", async () => {
    const before = cpuOf(process.pid);
    const worker = new Worker("while (process.threadCpuUsage().user < 300_000);", { eval: true });
    await once(worker, "exit");
    const used = cpuBetween(before, cpuOf(process.pid));
    expect(used.byThread["ended"]).toBeGreaterThan(250);
    expect(Object.values(used.byThread).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(used.totalMs, 3);
  });

  test("F40 the table and the chart name every contestant with its ratio", () => {
    const machine = { at: "", cpu: "", cores: 2, memoryGiB: 1, system: "", node: "", commit: "", versions: {}, loadAverage: 0 };
    const report: Report = { title: "t", machine, notes: [], baseName: "relay", entries: [entry("relay", [20]), entry("<server>", [50])] };
    expect(tableOf(report)).toContain("| <server> | changes | no | 1 | 100 | 1.0 | 2.0 | 50.0 | 2.50 |");
    expect(chartOf(report)).toContain("&lt;server>");
  });
});

describe("the bench's command line", () => {
  test("F40 every preset is understood and ends within an hour", () => {
    for (const preset of ["taps", "tables-200", "rivals", "guard"])
      expect(wholeSecondsOf(readOptions(["--preset", preset]))).toBeLessThan(3_600);
  });

  test.for([
    ["--games", "0"],
    ["--games", "1.5"],
    ["--games", "9999"],
    ["--mode", "x"],
    ["--preset", "toString"],
    ["--seconds", "x"],
    ["--what"],
    ["--guard-max", "x"],
  ])("F40 refused: %s", (args) => expect(() => readOptions(args)).toThrow());

  test.each(["games", "rounds", "warm", "seconds"])("F40 what is wrong with --%s is said under that name", (name) => {
    expect(() => readOptions([`--${name}`, "0"])).toThrow(`--${name} is a`);
  });

  test("F40 the guard keeps no results by itself", () => {
    expect(readOptions(["--guard"])).toMatchObject({ guard: true, preset: "guard", out: null });
  });
});

describe("the reader of messages", () => {
  const read = jsonReader();
  const note = (text: string, before = "", after = "") => {
    const bytes = Buffer.from(before + text + after);
    return { ...read(bytes, before.length, before.length + text.length) };
  };

  test("F40 finds the version and the active seat of states and changes, and nothing in other messages", () => {
    expect(note('{"type":"state","data":{"v":17,"id":"x","activePlayer":3,"turn":1}}')).toEqual({ v: 17, active: 3 });
    expect(note('{"type":"change","data":{"v":4,"serverTime":1,"events":[],"activePlayer":2}}')).toEqual({ v: 4, active: 2 });
    expect(note('{"type":"ack","data":{"id":"a","v":4}}')).toEqual({ v: 0, active: 0 });
    expect(note('{"type":"claimed","data":{"v":4}}')).toEqual({ v: 0, active: 0 });
  });

  test("F40 looks at its own frame only", () => {
    const other = '{"type":"change","data":{"v":9,"activePlayer":4}}';
    expect(note('{"type":"change","data":{"v":5,"events":[]}}', other, other)).toEqual({ v: 5, active: 0 });
  });
});

describe("the raw socket", () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function listening(server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown }): Promise<number> {
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    return (server.address() as AddressInfo).port;
  }

  test("F40 speaks WebSocket to a real server: small, middle and large frames, both ways", async () => {
    const http = (await import("node:http")).createServer();
    const sockets = new WebSocketServer({ server: http });
    sockets.on("connection", (socket) => socket.on("message", (text) => socket.send(String(text).repeat(3))));
    const port = await listening(http);
    closers.push(
      () => http.closeAllConnections(),
      () => http.close(),
      () => sockets.close(),
    );
    const socket = await RawSocket.open({ port, readBuffer: Buffer.alloc(4_096) });
    closers.push(() => socket.close());
    for (const size of [1, 60, 200, 30_000]) {
      const text = "é".repeat(size);
      const echoed = new Promise<string>((done) => {
        socket.onFrame = (bytes, start, end) => done(bytes.toString("utf8", start, end));
      });
      socket.send(maskedFrame(text));
      expect(await echoed).toBe(text.repeat(3));
    }
    expect(socket.framesIn).toBe(4);
  });

  test("F40 puts frames together that come in pieces, and answers pings", async () => {
    let peer: Socket | null = null;
    const pong = Promise.withResolvers<Buffer>();
    const raw = createServer((socket) => {
      peer = socket;
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
        setTimeout(() => socket.write("Connection: Upgrade\r\n\r\n"), 5);
        socket.on("data", (bytes) => pong.resolve(bytes));
      });
    });
    const port = await listening(raw);
    closers.push(
      () => peer?.destroy(),
      () => raw.close(),
    );
    const heard: string[] = [];
    const socket = await RawSocket.open({ port, readBuffer: Buffer.alloc(1_024) });
    closers.push(() => socket.close());
    const two = Promise.withResolvers<void>();
    socket.onFrame = (bytes, start, end) => {
      heard.push(bytes.toString("utf8", start, end));
      if (heard.length === 2) two.resolve();
    };
    const frames = Buffer.from([0x81, 3, ...Buffer.from("one"), 0x89, 1, 0x21, 0x81, 3, ...Buffer.from("two")]);
    for (const byte of frames) {
      (peer as unknown as Socket).write(Buffer.from([byte]));
      await new Promise((done) => setTimeout(done, 1));
    }
    await two.promise;
    expect(heard).toEqual(["one", "two"]);
    expect((await pong.promise)[0]).toBe(0x8a);
  });

  test("F40 a connection that the server has closed is known to be lost: it would cost nothing, and count as one that does", async () => {
    const http = (await import("node:http")).createServer();
    const sockets = new WebSocketServer({ server: http });
    const port = await listening(http);
    closers.push(
      () => http.closeAllConnections(),
      () => http.close(),
      () => sockets.close(),
    );
    const open = () => RawSocket.open({ port, readBuffer: Buffer.alloc(1_024) });
    const [stays, goes] = [await open(), await open()];
    closers.push(() => stays.close());
    expect(() => assertAllThere([stays, goes])).not.toThrow();
    const closed = new Promise<void>((done) => {
      goes.onClose = done;
    });
    [...sockets.clients].at(-1)?.terminate();
    await closed;
    expect(() => assertAllThere([stays, goes])).toThrow("1 of 2 connections were lost");
  });

  test("F40 a refused upgrade is told", async () => {
    const http = (await import("node:http")).createServer();
    http.on("upgrade", (_request, socket) => void socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
    const port = await listening(http);
    closers.push(() => http.close());
    await expect(RawSocket.open({ port, readBuffer: Buffer.alloc(1_024) })).rejects.toThrow("503");
  });
});
