// Everybody loses the line at the same moment and comes back at once with the token of the seat, again and again.
import { Trend } from "k6/metrics";
import { expect, summaryTrendStats, thresholds } from "./counts.ts";
import type { Player } from "./player.ts";
import { Table, wait } from "./table.ts";

const players = Number(__ENV["PLAYERS"] ?? "400");
const rounds = Number(__ENV["ROUNDS"] ?? "3");
const seats = 4;
const tables = Math.max(1, Math.round(players / seats));
const everyMs = 4_000;
const settleMs = 2_000 + tables * 20;

/** From the cut to the same seat again. */
const backMs = new Trend("back_ms", true);

export const options = {
  // Answers wait behind hundreds of upgrades here: what counts is how soon everybody is back.
  thresholds: { ...thresholds, answer_ms: ["p(99)<3000"], back_ms: ["p(99)<3000"] },
  summaryTrendStats,
  scenarios: { storm: { executor: "per-vu-iterations", vus: tables, iterations: 1, maxDuration: "180s" } },
};

export function setup(): { readonly beginAt: number } {
  return { beginAt: Date.now() + settleMs };
}

async function comeBack(player: Player, gameId: string): Promise<void> {
  const { seat, token } = player;
  const cutAt = Date.now();
  player.close();
  await player.open();
  const back = await player.request("reconnect", { gameId, playerId: seat, token, updates: "changes" });
  expect("has the seat again", back === "done" && player.seat === seat);
  backMs.add(Date.now() - cutAt);
}

export default async function storm({ beginAt }: { readonly beginAt: number }): Promise<void> {
  const table = await Table.seated(seats);
  if (table === null) return;
  const { gameId } = table;
  for (let round = 0; round < rounds; round += 1) {
    await wait(Math.max(0, beginAt + round * everyMs - Date.now()));
    await Promise.all(table.players.map((player) => comeBack(player, gameId)));
    await wait(200);
    expect("plays on", (await table.pass()) === "done");
  }
  await table.finish();
}
