// The third game on whole servers: killed and started again on SQLite, and served by two instances on a real redis-server. Every byte that
// any door gave to anybody is kept and searched.
import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { TestRedis } from "../redis/redis-server.ts";
import { workersOf } from "../redis/workers.ts";
import { lacks } from "../support/programs.ts";
import { type RunningServer, type ServerOptions, startRunningServer } from "../support/running-server.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";
import { wholeNumber } from "./whole-number.ts";

const program = "__tests__/auction/auction-server.ts";
const token = "an-operator-of-the-auction";
const opened: { dispose(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.dispose();
});

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startRunningServer({ program, ...options, env: { ADMIN_TOKEN: token, ...options.env } });
  opened.push(server);
  return server;
}

const claimed = ({ heard }: TableClient) => heard.findLast(({ type }) => type === "claimed" || type === "reconnected")?.data;
const heardBy = ({ heard }: TableClient): string => JSON.stringify(heard);

/** A host, three bidders in their seats, the second and third through `port`, and an open first lot. */
async function seated(first: number, second: number, settings: object) {
  const host = await connectTable(first);
  await host.request("create", { game: "auction", name: "Attic", settings: { listed: true, ...settings } });
  const gameId: string = claimed(host).gameId;
  const bidders = [await connectTable(first), await connectTable(second), await connectTable(second)] as const;
  for (const [at, client] of bidders.entries()) {
    await client.request("join", { gameId, updates: at === 1 ? "states" : "changes" });
    expect((await client.request("sitDown", { seat: at + 1 })).type).toBe("ack");
  }
  expect((await host.request("openAuction")).type).toBe("ack");
  // Wherever they sit, they bid for what they have seen opened.
  for (const client of bidders) await client.until((message) => JSON.stringify(message).includes("lotOpened"), 0);
  return { host, gameId, bidders, hands: bidders.map((client): readonly number[] => claimed(client).state.own.hand) };
}

/** Everything that is told about a game without a seat, over HTTP. */
async function openDoors({ url }: RunningServer, gameId: string): Promise<string> {
  const paths = ["", "/log", "/log?format=csv"].map((path) => `/api/games/${gameId}${path}`);
  const texts = await Promise.all([...paths, "/api/games", "/health"].map(async (path) => (await fetch(url + path)).text()));
  return texts.join("\n");
}

const asOperator = (path: string, { url }: RunningServer) =>
  fetch(`${url}/admin/api${path}`, { headers: { authorization: `Bearer ${token}` } });

test("a server killed in the middle of a lot: bids, hands and keys are there, the outage costs nobody time, and the lot closes by itself", async () => {
  const before = await start();
  const { gameId, bidders, hands } = await seated(before.port, before.port, { lots: 1, bidMs: 6_000 });
  const stream = await fetch(`${before.url}/api/games/${gameId}/events`);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let streamed = "";
  const reading = (async () => {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) streamed += part.value;
  })().catch(() => {});
  const [ann, bob] = bidders;
  await ann.request("bid", { lot: 1, amount: 510_001 });
  const { closesAt } = (await (await fetch(`${before.url}/api/games/${gameId}`)).json()) as { closesAt: number };
  const key = claimed(bob);
  await before.kill();
  await reading;
  const server = await start({ dataDir: before.dataDir });
  const back = await connectTable(server.port);
  await back.request("reconnect", { gameId, playerId: key.playerId, token: key.token, v: bob.v });
  expect(claimed(back).state).toMatchObject({ status: "running", lot: 1, seat: 2, own: { hand: hands[1], bid: null } });
  expect(claimed(back).state.closesAt).toBeGreaterThan(closesAt);
  await back.request("bid", { lot: 1, amount: 620_002 });
  const sold = await back.until(({ type, data }) => type === "lotSold" && data.lot === 1, 0);
  expect(sold.data).toEqual({ lot: 1, seat: 2, price: 620_002 });
  await back.until(({ type }) => type === "auctionOver", 0);
  const doors = `${streamed}${await openDoors(server, gameId)}`;
  for (const secret of [...hands.flat(), 510_001]) expect(doors).not.toMatch(wholeNumber(secret));
  expect(doors).toContain("620002");
  for (const secret of [...(hands[0] ?? []), ...(hands[2] ?? []), 510_001]) expect(heardBy(back)).not.toMatch(wholeNumber(secret));
  const log = (await (await asOperator(`/games/${gameId}/log`, server)).json()) as { changes: { change: { command: { type: string } } }[] };
  expect(log.changes.map(({ change }) => change.command.type)).toContain("outage");
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/tapotarp_commands_total\{type="bid",outcome="ok"\} 1/);
  const described = await (await fetch(`${server.url}/api/asyncapi.json`)).text();
  expect(described).toContain("auction_sitDown");
  expect(described).toContain("auction_event_lotSold");
});

test("a program of one's own is the whole program: it only checks when asked to, reads its secrets again, and leaves in order", async () => {
  const server = await start();
  server.signal("SIGHUP");
  await expect.poll(server.output, { timeout: 10_000 }).toContain("the secrets were read again");
  server.signal("SIGINT");
  expect(await server.exited).toBe(0);
  expect(server.output()).toContain("stopped");
  const env = { ...process.env, NODE_ENV: "test", DATA_DIR: server.dataDir };
  const checked = spawnSync(process.execPath, [program, "--validate"], { env, encoding: "utf8", timeout: 30_000 });
  expect(checked.stdout).toBe("The configuration is good, and the store can be used.\n");
});

describe.skipIf(lacks("redis-server"))("on two instances", () => {
  test("nobody receives what is not his, whichever instance he asks; a lot closes by itself when its instance is killed", async () => {
    const redis = await TestRedis.start();
    opened.push({ dispose: () => redis.end() });
    const [one, two] = [await start({ env: { REDIS_URL: redis.url } }), await start({ env: { REDIS_URL: redis.url } })];
    const { host, gameId, bidders, hands } = await seated(one.port, two.port, { lots: 1, bidMs: 7_000 });
    const watcher = await connectTable(two.port);
    await watcher.request("join", { gameId, updates: "changes", v: 0 });
    const bids = [510_001, 620_002];
    for (const [at, amount] of bids.entries()) expect((await bidders[at]?.request("bid", { lot: 1, amount }))?.type).toBe("ack");
    const views = () =>
      Promise.all(
        [one, two].map(async ({ url }) => {
          const {
            serverTime: _,
            viewers: __,
            ...view
          } = (await (await fetch(`${url}/api/games/${gameId}`)).json()) as Record<string, unknown>;
          return view;
        }),
      );
    // Word of a bid takes its way from one to the other.
    await expect.poll(views, { timeout: 10_000 }).toSatisfy(([here, there]) => isDeepStrictEqual(here, there));
    for (const client of [...bidders, watcher, host]) await client.request("sync", { v: 0 });
    const doors = `${await openDoors(one, gameId)}${await openDoors(two, gameId)}${heardBy(watcher)}${heardBy(host)}`;
    for (const secret of [...hands.flat(), ...bids]) expect(doors).not.toMatch(wholeNumber(secret));
    for (const [at, client] of bidders.entries()) {
      const others = bidders.flatMap((_, other) => (other === at ? [] : [...(hands[other] ?? []), bids[other] ?? []].flat()));
      for (const secret of others) expect(heardBy(client), `seat ${at + 1}`).not.toMatch(wholeNumber(secret));
    }
    await one.kill();
    const sold = await watcher.until(({ type, data }) => type === "change" && JSON.stringify(data.events).includes("lotSold"), 0);
    expect(JSON.stringify(sold.data.events)).toContain('{"lot":1,"seat":2,"price":620002}');
    // Who came through the instance that died shows away.
    await watcher.until(({ type, data }) => type === "change" && JSON.stringify(data.events).includes("seatAway"), 0);
  });

  test("WORKERS of a program of one's own host its games too", async () => {
    const redis = await TestRedis.start();
    opened.push({ dispose: () => redis.end() });
    const server = await start({ env: { REDIS_URL: redis.url, WORKERS: "2" } });
    await expect.poll(async () => (await workersOf(server)).size, { timeout: 30_000 }).toBe(2);
    for (let line = 0; line < 4; line += 1) {
      const host = await connectTable(server.port);
      expect((await host.request("create", { game: "auction" })).type).toBe("ack");
    }
    expect((await server.stop()).code).toBe(0);
  });
});
