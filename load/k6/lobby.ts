// People who look at the list of public tables and at single games over HTTP, while games are being played.
import { check } from "k6";
import http from "k6/http";
import { Trend } from "k6/metrics";
import { expect, summaryTrendStats, thresholds } from "./counts.ts";
import { serverUrl } from "./player.ts";
import { Table, wait } from "./table.ts";

const seconds = Number(__ENV["SECONDS"] ?? "20");
const listMs = new Trend("list_ms", true);

export const options = {
  thresholds: { ...thresholds, list_ms: ["p(99)<200"], checks: ["rate==1"] },
  summaryTrendStats,
  scenarios: {
    tables: { executor: "per-vu-iterations", vus: 10, iterations: 1, exec: "play", maxDuration: `${seconds + 60}s` },
    watchers: { executor: "constant-arrival-rate", rate: 40, duration: `${seconds}s`, preAllocatedVUs: 20, exec: "look", startTime: "2s" },
  },
};

export async function play(): Promise<void> {
  const until = Date.now() + (seconds + 3) * 1_000;
  const table = await Table.seated(4, { listed: true });
  if (table === null) return;
  while (Date.now() < until) {
    await wait(500);
    expect("passes the turn", (await table.pass()) === "done");
  }
  await table.finish();
}

export function look(): void {
  const list = http.get(`${serverUrl}/api/games`, { tags: { name: "list" } });
  listMs.add(list.timings.duration);
  const found = check(list, { "the list is there": ({ status }) => status === 200 });
  const games = found ? (list.json("games") as { id: string }[]) : [];
  const first = games[0]?.id;
  if (first === undefined) return;
  const one = http.get(`${serverUrl}/api/games/${first}`, { tags: { name: "game" } });
  check(one, { "the game is there": ({ status }) => status === 200 });
}
