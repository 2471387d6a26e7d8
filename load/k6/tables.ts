// Whole games by the rules with think times: PLAYERS of them (100, 1,000 or 10,000) at tables of four. Tables come one by one and go
// one by one, as people do; all of them at once is what `storm` is for.
import { expect, summaryTrendStats, thresholds } from "./counts.ts";
import { Table, wait } from "./table.ts";

const players = Number(__ENV["PLAYERS"] ?? "100");
const seconds = Number(__ENV["SECONDS"] ?? "30");
const thinkMs = { least: 500, most: 4_000 };
/** The first third of the time or nearly; of a long run less, so that its memory is looked at while all are at their tables (../memory-watch.ts). */
const comingMs = Math.min(seconds * 300, 45_000);
const seats = 4;
const tables = Math.max(1, Math.round(players / seats));
/** Each of k6's users is a JavaScript engine of its own. One for each of 2,500 tables is so much memory that k6 clears it up half the time. */
const users = Math.min(tables, 100);

export const options = {
  thresholds,
  summaryTrendStats,
  scenarios: { tables: { executor: "per-vu-iterations", vus: users, iterations: 1, maxDuration: `${seconds + 90}s` } },
};

const between = (least: number, most: number): number => least + Math.random() * (most - least);

/** One move of the player on turn, and now and then something else that players do. */
async function move(table: Table): Promise<void> {
  const dice = Math.random();
  if (dice < 0.75) expect("passes the turn", (await table.pass()) === "done");
  else if (dice < 0.9) {
    const playerId = 1 + Math.floor(Math.random() * seats);
    const life = 10 + Math.floor(Math.random() * 30);
    expect("changes a life total", (await table.host.request("updatePlayer", { playerId, life })) === "done");
  } else {
    const other = table.players.find((player) => player !== table.active) ?? table.host;
    expect("interrupts", (await other.request("interrupt")) === "done");
    await wait(between(200, 1_000));
    expect("gives priority back", (await other.request("passPriority")) === "done");
  }
}

async function play(): Promise<void> {
  await wait(Math.random() * comingMs);
  const until = Date.now() + seconds * 1_000 - comingMs;
  const table = await Table.seated(seats);
  if (table === null) return;
  while (Date.now() < until) {
    await wait(between(thinkMs.least, thinkMs.most));
    await move(table);
  }
  await table.finish();
}

/** All tables of this user, side by side. One that throws is told of when the others have ended. */
export default async function playAll(): Promise<void> {
  const mine = Math.floor((tables - __VU) / users) + 1;
  const ends = await Promise.allSettled(Array.from({ length: mine }, play));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
