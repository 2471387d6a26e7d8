// One table, every rule of the wire that a client leans on: the first thing to run against a server.
import { expect, summaryTrendStats, thresholds } from "./counts.ts";
import { Table, wait } from "./table.ts";

export const options = { vus: 1, iterations: 1, thresholds, summaryTrendStats };

const passes = 20;
const bonusTime = 2_000;

const sum = (times: ReadonlyMap<number, number>): number => [...times.values()].reduce((total, ms) => total + ms, 0);

export default async function smoke(): Promise<void> {
  const table = await Table.seated(4, { bonusTime });
  if (table === null) return;
  const { host } = table;
  const [, , third] = table.players;
  expect("runs", host.seen.status === "running");
  expect("a second start is refused", (await host.request("start")) === "refused");
  expect("a seat not on turn cannot pass", (await third?.request("passTurn")) === "refused");
  await host.request("sync");
  const before = { at: host.seen.serverTime, sum: sum(host.seen.times) };
  for (let i = 0; i < passes; i += 1) {
    await wait(10);
    expect("passes the turn", (await table.pass()) === "done");
  }
  await host.request("sync");
  const elapsed = host.seen.serverTime - before.at;
  // Before the first heartbeat no round trip is known, so no lag is credited: the sum is exact.
  expect("time is conserved to the millisecond", sum(host.seen.times) === before.sum + passes * bonusTime - elapsed);
  expect("changes a life total", (await host.request("updatePlayer", { playerId: 1, life: 17 })) === "done");
  expect("an unknown command is refused", (await host.request("flipTable")) === "refused");
  await table.finish();
}
