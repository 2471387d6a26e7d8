// F12, SAFETY 23, on whole servers: an error nobody caught ends in one synchronous log line, one report and exit 1 within a second,
// and nothing acknowledged is lost. A bug of one message costs that message alone.
import { afterEach, describe, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";
import { type Ingest, openIngest } from "../support/sentry-ingest.ts";
import { seatTable, type Table } from "../support/table-client.ts";
import { startTroubledServer, type TroubledServer } from "../support/troubled-server.ts";

const exitMsMax = 1_000;
const tables = 4;
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

async function ingest(behaviour: "record" | "hang" | "fail" = "record"): Promise<Ingest> {
  const made = await openIngest(behaviour);
  cleanUp.push(() => made.close());
  return made;
}

async function server(dsn = ""): Promise<TroubledServer> {
  const running = await startTroubledServer({ env: { SENTRY_DSN: dsn, NODE_ENV: "production", ALLOW_MISSING_ORIGIN: "true" } });
  cleanUp.push(() => running.dispose());
  return running;
}

const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

interface Acknowledged {
  readonly gameId: string;
  readonly v: number;
  readonly life: number;
}

/** Tables where the host counts a life up, one command after the other, until the line is cut. */
async function playOn(port: number): Promise<{ readonly acknowledged: Acknowledged[]; readonly ended: Promise<unknown> }> {
  const acknowledged: Acknowledged[] = [];
  const play = async ({ gameId, players: [host] }: Table) => {
    for (let life = 1; ; life++) {
      const answer = await host?.request("updatePlayer", { playerId: 1, life: life % 900 });
      if (answer?.type === "ack") acknowledged.push({ gameId, v: answer.data.v, life: life % 900 });
    }
  };
  const seated: Table[] = [];
  for (let table = 0; table < tables; table++) seated.push(await seatTable(port, 2));
  for (const { players } of seated) await players[0]?.request("start");
  return { acknowledged, ended: Promise.allSettled(seated.map(play)) };
}

/** Of the acknowledged changes those that a new server on the same folder does not have as they were acknowledged. */
async function lost(dataDir: string, acknowledged: readonly Acknowledged[]): Promise<readonly Acknowledged[]> {
  const again = await startRunningServer({ dataDir });
  cleanUp.push(() => again.dispose());
  const kept = new Set<string>();
  for (const gameId of new Set(acknowledged.map((change) => change.gameId))) {
    for (let after: number | null = 0; after !== null; ) {
      const page = (await (await fetch(`${again.url}/api/games/${gameId}/log?after=${after}`)).json()) as Page;
      for (const { v, events } of page.changes) {
        for (const { type, data } of events) if (type === "lifeChanged") kept.add(`${gameId} ${v} ${data.to}`);
      }
      after = page.next;
    }
  }
  expect(kept.size).toBeGreaterThan(0);
  return acknowledged.filter(({ gameId, v, life }) => !kept.has(`${gameId} ${v} ${life}`));
}

interface Page {
  readonly changes: readonly { readonly v: number; readonly events: readonly { type: string; data: { to?: number } }[] }[];
  readonly next: number | null;
}

/** Plants the trouble under load; how the process ended and how long that took. */
async function breakDown(running: TroubledServer, order: string) {
  const { acknowledged, ended } = await playOn(running.port);
  while (acknowledged.length < 40) await new Promise((resolve) => setImmediate(resolve));
  const from = performance.now();
  running.plant(order);
  const code = await running.exited;
  const tookMs = performance.now() - from;
  await ended;
  const fatal = linesOf(running.output()).filter((line) => line["level"] === "fatal");
  process.stdout.write(`${order}: exit ${code} after ${tookMs.toFixed(0)} ms, ${acknowledged.length} changes acknowledged\n`);
  return { code, tookMs, fatal, acknowledged };
}

describe("F12 SAFETY 23 the process never limps on", () => {
  test("a planted throw under load: last line, report, exit 1 within a second, nothing acknowledged lost", async () => {
    const sentry = await ingest();
    const running = await server(sentry.dsn);
    const { code, tookMs, fatal, acknowledged } = await breakDown(running, "throw");
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(exitMsMax);
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatchObject({ msg: "an error nobody caught; leaving", kind: "uncaughtException", err: { type: "Error" } });
    expect(running.output()).not.toContain("hunter2");
    expect(sentry.events.map((event) => event.tags?.["kind"])).toEqual(["uncaughtException"]);
    expect(sentry.raw.join("")).not.toContain("hunter2");
    expect(await lost(running.dataDir, acknowledged)).toEqual([]);
  });

  test("an unhandled rejection under load ends the same way", async () => {
    const sentry = await ingest();
    const running = await server(sentry.dsn);
    const { code, tookMs, fatal, acknowledged } = await breakDown(running, "reject");
    expect([code, fatal.length]).toEqual([1, 1]);
    expect(fatal[0]).toMatchObject({ kind: "unhandledRejection", err: { message: "planted rejection" } });
    expect(tookMs).toBeLessThan(exitMsMax);
    expect(sentry.events[0]?.exception?.values?.[0]?.value).toBe("planted rejection");
    expect(await lost(running.dataDir, acknowledged)).toEqual([]);
  });

  test("so does one with something that is no error; a Sentry that never answers does not hold the exit up", async () => {
    const sentry = await ingest("hang");
    const { code, tookMs, fatal } = await breakDown(await server(sentry.dsn), "odd");
    expect(code).toBe(1);
    expect(fatal[0]).toMatchObject({ kind: "unhandledRejection", err: { type: "string", message: "not an error" } });
    expect(tookMs).toBeLessThan(exitMsMax);
  });

  test("a writer that dies under load: nothing more is acknowledged, exit 1 within a second, nothing acknowledged lost", async () => {
    const running = await server();
    const { code, tookMs, fatal, acknowledged } = await breakDown(running, "writer-throw");
    expect([code, fatal.length]).toEqual([1, 1]);
    expect(tookMs).toBeLessThan(exitMsMax);
    expect(await lost(running.dataDir, acknowledged)).toEqual([]);
  });
});

describe("F17, F39 a bug of one message", () => {
  test("is refused with the id under which log and report have it, with crumbs of its connection alone; all others play on", async () => {
    const sentry = await ingest();
    const running = await server(sentry.dsn);
    const table = await seatTable(running.port, 2, { client: { headers: { traceparent: `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01` } } });
    const [host, guest] = table.players;
    await host?.request("start");
    await seatTable(running.port, 2);
    running.plant("bug");
    let answer = await host?.request("rollDice", { sides: 6 });
    while (answer?.type === "ack") answer = await host?.request("rollDice", { sides: 6 });
    expect(answer?.data).toMatchObject({ code: "internal", retry: false, traceId: "ab".repeat(16) });
    expect((await guest?.request("updatePlayer", { playerId: 2, life: 7 }))?.type).toBe("ack");
    expect((await host?.request("rollDice", { sides: 6 }))?.type).toBe("ack");
    await sentry.arrived(1);
    expect(sentry.events[0]).toMatchObject({
      tags: { kind: "bug", command: "rollDice", traceId: "ab".repeat(16), n: expect.stringMatching(/^\d+$/) },
      contexts: { game: { id: table.gameId } },
    });
    const crumbs = sentry.events[0]?.breadcrumbs?.map(({ message }) => message) ?? [];
    expect(crumbs.filter((crumb) => crumb === "create ok")).toHaveLength(1);
    expect(crumbs).toContain("start ok");
    const line = linesOf(running.output()).find(
      ({ err }) => (err as { message?: string } | undefined)?.message === "planted bug of the rules",
    );
    expect(line).toMatchObject({
      level: "error",
      gameId: table.gameId,
      command: "rollDice",
      traceId: "ab".repeat(16),
      n: expect.any(Number),
    });
  });
});
