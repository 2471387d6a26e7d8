// Open loop: taps are due by the clock, whether the last one was answered or not, and their latency counts from when they were due.
// RATE taps a second over TABLES tables.
import { expect, summaryTrendStats, thresholds } from "./counts.ts";
import { Table, wait } from "./table.ts";

const rate = Number(__ENV["RATE"] ?? "200");
const tables = Number(__ENV["TABLES"] ?? "50");
const seconds = Number(__ENV["SECONDS"] ?? "20");
const everyMs = (tables / rate) * 1_000;
/** All tables are open by then. */
const settleMs = 1_000 + tables * 20;

export const options = {
  thresholds,
  summaryTrendStats,
  scenarios: { taps: { executor: "per-vu-iterations", vus: tables, iterations: 1, maxDuration: `${seconds + 90}s` } },
};

export function setup(): { readonly beginAt: number } {
  return { beginAt: Date.now() + settleMs };
}

export default async function taps({ beginAt }: { readonly beginAt: number }): Promise<void> {
  const table = await Table.seated(4);
  if (table === null) return;
  const first = beginAt + (__VU / tables) * everyMs;
  for (let dueAt = first; dueAt < beginAt + seconds * 1_000; dueAt += everyMs) {
    const early = dueAt - Date.now();
    if (early > 0) await wait(early);
    expect("passes the turn", (await table.pass(dueAt)) === "done");
  }
  await table.finish();
}
