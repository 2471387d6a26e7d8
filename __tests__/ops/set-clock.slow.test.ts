// A real server whose machine's clock is set back by an hour and forward by two while a game runs: its players lose nothing (decision 36).
// What the server's process reads as the time of day is the test's; time that only passes is real.
import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../redis/instances.ts";
import { lacks, programPath } from "../support/programs.ts";
import { startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";

const hourMs = 3_600_000;
const settings = { playerCount: 2, initialTime: 600_000, bonusTime: 0, delayTime: 0 };
/** Everything takes its time, on a busy machine too; what is shown is behind by what has not been told yet. */
const aroundMs = 3_000;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

/** A clock that can be set, and what makes a process read it. */
function settableClock() {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-clock-"));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "offset");
  const set = (offsetMs: number): void => {
    // Never half written.
    writeFileSync(`${file}.new`, `${offsetMs < 0 ? "-" : "+"}${Math.abs(offsetMs) / 1_000}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const { stdout } = spawnSync(programPath("faketime"), ["-m", "-f", "+0", "printenv", "LD_PRELOAD"], { encoding: "utf8" });
  const reads = { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1", NO_FAKE_STAT: "1" };
  return { set, env: { LD_PRELOAD: stdout.trim(), ...reads } };
}

const chargedMs = ({ state }: TableClient): number =>
  2 * settings.initialTime - state.players[0].timeRemaining - state.players[1].timeRemaining;

const pass = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

test.skipIf(lacks("faketime"))(
  "a clock set back by an hour and forward by two costs nobody anything: back, the game goes on; forward, the server was away",
  async () => {
    const clock = settableClock();
    const server = await startRunningServer({ env: clock.env });
    cleanUp.push(() => server.dispose());
    const { players, tokens } = await seatTable(server.port, 2, { settings });
    const [host, guest] = players as [TableClient, TableClient];
    const startedAt = performance.now();
    await host.request("start");
    const playedMs = (): number => performance.now() - startedAt;
    await pass(1_000);

    clock.set(-hourMs);
    await pass(2_000);
    const before = host.state.serverTime;
    expect((await host.request("passTurn")).type).toBe("ack");
    await eventually("both have seen the turn pass", () => guest.state.activePlayer === 2);
    expect(host.state.serverTime).toBeGreaterThanOrEqual(before + 1_000);
    expect(chargedMs(host)).toBeGreaterThan(playedMs() - aroundMs);
    expect(chargedMs(host)).toBeLessThanOrEqual(playedMs());
    const health = (await (await fetch(`${server.url}/health`)).json()) as { parts: { clock: { facts: { aheadMs: number } } } };
    expect(health.parts.clock.facts.aheadMs / hourMs).toBeCloseTo(1, 2);

    clock.set(hourMs);
    expect((await Promise.all([host.closed, guest.closed])).map(({ code }) => code)).toEqual([1012, 1012]);
    const leftMs = playedMs();
    const back = await connectTable(server.port);
    await back.request("join", { gameId: host.state.id });
    expect(back.state).toMatchObject({ status: "paused", pausedBy: "restart", activePlayer: 2, turn: 2 });
    expect(chargedMs(back)).toBeLessThanOrEqual(leftMs);
    const charged = chargedMs(back);
    await back.request("reconnect", { gameId: host.state.id, playerId: 1, token: tokens[0] });
    await eventually("it runs on with the first who is back", () => back.state.status === "running");
    await pass(1_000);
    await back.request("pause");
    await eventually("it is paused", () => back.state.status === "paused");
    expect(chargedMs(back) - charged).toBeGreaterThan(900);
    expect(chargedMs(back)).toBeLessThanOrEqual(playedMs());
    expect(server.output()).toContain("this server did nothing for a while");
  },
);

test.skipIf(lacks("faketime"))(
  "a start whose machine's clock is behind what was played sends nobody away who is back: nothing was unsaved",
  async () => {
    const clock = settableClock();
    const dataDir = mkdtempSync(join(tmpdir(), "tapotarp-"));
    cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await startRunningServer({ env: clock.env, dataDir });
    cleanUp.push(() => first.dispose());
    const { gameId, tokens } = await seatTable(first.port, 2, { settings });
    await first.stop();

    clock.set(-hourMs);
    const server = await startRunningServer({ env: clock.env, dataDir });
    cleanUp.push(() => server.dispose());
    const back = await connectTable(server.port);
    expect((await back.request("reconnect", { gameId, playerId: 1, token: tokens[0] })).type).toBe("ack");
    expect((await back.request("start")).type).toBe("ack");
    expect(server.output()).not.toContain("nothing could be saved");
  },
);
