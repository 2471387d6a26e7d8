// The results that are kept in load/results: each says on what it was measured, agreed with the server, and those of the wire meet the targets.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { keptAs } from "../../load/kept-as.ts";

const folder = resolve(import.meta.dirname, "../../load/results");
// biome-ignore lint/suspicious/noExplicitAny: results of several shapes are looked into
const read = (name: string): any => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const kept = readdirSync(folder).flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
const players = ["smoke", "tables", "tables-1000", "tables-10000", "taps", "storm", "lobby", "soak"];
/** Runs that docs/capacity.md tells of. */
const told = ["tables-1000", "tables-10000"];

describe("load/results", () => {
  test("F55 every workload has a result", () => {
    const wanted = ["tables-200", "load-slow", ...players.map((name) => `load-${name}`)];
    expect(wanted.filter((name) => !kept.includes(name))).toEqual([]);
  });

  test("F55 a short soak is not kept in the place of the hour's, nor a large crowd in a small one's", () => {
    expect(keptAs("soak", { PLAYERS: "100", SECONDS: "30" })).toBeNull();
    expect(keptAs("soak", { SECONDS: "3600" })).toBe("soak");
    expect(keptAs("tables", { PLAYERS: "100", SECONDS: "15" })).toBe("tables");
    expect(keptAs("tables", { PLAYERS: "10000" })).toBe("tables-10000");
    expect(Number(read("load-soak").settings.SECONDS)).toBeGreaterThanOrEqual(3_600);
  });

  test.for(kept)("F55 %s says machine, commit and versions", (name) => {
    const { machine } = read(name);
    expect(machine).toMatchObject({
      cpu: expect.any(String),
      node: expect.stringMatching(/^v\d/),
      commit: expect.stringMatching(/^[0-9a-f]{7}/),
    });
    expect(machine.cores).toBeGreaterThan(0);
    expect(Object.keys(machine.versions)).toEqual(expect.arrayContaining(["ws", "better-sqlite3", "express"]));
  });

  test.for(players)("F55 L46 %s passed, and the clients' count was the server's", (name) => {
    expect(read(`load-${name}`)).toMatchObject({ passed: true, reconciled: { agrees: true } });
  });

  test("F55 the readers that stop reading were all cut off, and nobody else noticed", () => {
    const { passed, stuck, cut } = read("load-slow");
    expect({ passed, cut }).toEqual({ passed: true, cut: stuck });
  });

  test("F55 the page that people read has the figures of the results it names", () => {
    const page = readFileSync(join(folder, "../../docs/capacity.md"), "utf8");
    for (const name of told) {
      const { answer_ms: answered } = read(`load-${name}`).summary.metrics;
      expect(page).toMatch(new RegExp(`load-${name}\\.json.*p95 ${answered["p(95)"]} ms.*p99 ${answered["p(99)"]} ms`));
    }
  });

  test("F60 500 actions a second and more, p95 under 200 ms and p99 under 100 ms, while each is durable before it is shown", () => {
    const ours = read("tables-200").entries.filter(({ durable }: { durable: string }) => durable.startsWith("yes"));
    expect(ours.length).toBeGreaterThan(0);
    for (const { rounds } of ours) {
      for (const { tapsPerSecond, p99Ms, gaps } of rounds) {
        expect(tapsPerSecond).toBeGreaterThanOrEqual(500);
        expect(p99Ms).toBeLessThan(100);
        expect(gaps).toBe(0);
      }
    }
  });

  test("F60 in an open loop p95 is under 200 ms, p99 under 100 ms, and fewer than one command in a thousand fails", () => {
    const { metrics } = read("load-taps").summary;
    expect(metrics.answer_ms["p(95)"]).toBeLessThan(200);
    expect(metrics.answer_ms["p(99)"]).toBeLessThan(100);
    expect(metrics.commands_unanswered.count).toBe(0);
    expect(metrics.failures.value).toBeLessThan(1 / 1_000);
  });

  test.for([
    ["tables-1000", 1_000],
    ["tables-10000", 10_000],
  ] as const)(
    "F60 a thousand players and ten thousand at once, %s: fewer than one failure in a thousand, under 500 MB, no gap",
    ([name, count]) => {
      const { settings, summary, memory, reconciled } = read(`load-${name}`);
      expect([settings.PLAYERS, reconciled.begun, reconciled.played]).toEqual([`${count}`, count / 4, count / 4]);
      expect(summary.metrics.failures.value).toBeLessThan(1 / 1_000);
      expect([summary.metrics.commands_unanswered.count, summary.metrics.version_gaps.count]).toEqual([0, 0]);
      expect(Math.max(...memory.memoryMiB) * 1.048_576).toBeLessThan(500);
    },
  );

  test("F60 with a thousand players p95 is under 200 ms and p99 under 100 ms", () => {
    const { answer_ms: answered } = read("load-tables-1000").summary.metrics;
    expect(answered["p(95)"]).toBeLessThan(200);
    expect(answered["p(99)"]).toBeLessThan(100);
  });
});
