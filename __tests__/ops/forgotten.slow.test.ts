// Games that go while somebody is there: what a whole server says of one that is past retention.
import { afterEach, expect, test } from "vitest";
import { dropFolder, newFolder, openAt } from "../store/sqlite-folder.ts";
import { Table } from "../store/table.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";

/** At SIGUSR2 it is so much later by both clocks; slow timers ring 25 times as often, so that the sweep comes in seconds. */
const inHaste = (laterMs: number): readonly string[] => {
  const program = `
  const now = Date.now, every = setInterval, monotonic = performance.now.bind(performance);
  let later = 0;
  Date.now = () => now() + later;
  performance.now = () => monotonic() + later;
  process.on("SIGUSR2", () => { later = ${laterMs}; });
  globalThis.setInterval = (run, ms, ...more) => every(run, ms === 250 ? 10 : ms, ...more);
`;
  return ["--import", `data:text/javascript,${encodeURIComponent(program)}`];
};
/** Days in which the server lived: a leap of time would else count as a standstill. */
const env = { LIMIT_STANDSTILL_MS: "2592000000" };
const dayMs = 86_400_000;
const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.dispose();
});

const stepsBack = /^tapotarp_version_steps_back_total (\d+)$/m;

test("F13: of a game that is forgotten everybody who watches is told, it is not shown any more, and nobody is called out of bed", async () => {
  const server = await startRunningServer({ nodeArgs: inHaste(8 * dayMs), env });
  running.push(server);
  const [host, guest] = [await connectTable(server.port), await connectTable(server.port)];
  await host.request("create", { settings: { playerCount: 2, listed: true } });
  const { id } = host.state;
  await guest.request("join", { gameId: id });
  const stream = await fetch(`${server.url}/api/games/${id}/events`);
  server.signal("SIGUSR2");
  const heard = await stream.text();
  expect(heard.trimEnd().split("\n").slice(-2)).toEqual(["event: end", 'data: {"reason":"closed"}']);
  expect((await Promise.all([host.closed, guest.closed])).map(({ code }) => code)).toEqual([4004, 4004]);
  for (const path of ["", "/log"]) expect((await fetch(`${server.url}/api/games/${id}${path}`)).status).toBe(404);
  expect(server.output()).toContain("games past retention are forgotten");
  expect(stepsBack.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]).toBe("0");
}, 30_000);

test("F13: a server whose time is ahead of the machine's clock forgets nothing too early: the earlier of the two counts", async () => {
  const dataDir = newFolder();
  const earlier = await openAt(dataDir);
  for (const [gameId, days] of [
    ["WEEKS1", 10],
    ["FRESH1", 1],
  ] as const)
    await new Table(earlier, gameId).step({ at: Date.now() - days * dayMs, index: { status: "paused" } });
  await earlier.beat(Date.now() + 10 * dayMs);
  await earlier.close();
  // Long enough for the time to be believed.
  const server = await startRunningServer({ dataDir, nodeArgs: inHaste(11 * 60_000), env });
  running.push(server);
  server.signal("SIGUSR2");
  await expect.poll(() => server.output(), { timeout: 20_000 }).toContain("games past retention are forgotten");
  expect(server.output()).toContain('"gameIds":["WEEKS1"]');
  await server.kill();
  const left = await openAt(dataDir);
  expect([(await left.load("WEEKS1")).kind, (await left.load("FRESH1")).kind]).toEqual(["absent", "found"]);
  await left.close();
  dropFolder(dataDir);
}, 60_000);
