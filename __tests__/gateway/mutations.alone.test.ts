import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMeasuredServer } from "../support/memory-slope.ts";
import type { RunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";
import { mutate, mutatedClass, mutatedClock, raisedLimits, tellMutations } from "./runs/mutations.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startMeasuredServer({ env: raisedLimits });
});
afterAll(() => server.dispose());

describe("F28 SAFETY 16: parsing", () => {
  test.each([mutatedClock, mutatedClass])("100,000 mutated messages for $name: no crash, no bug, flat memory", async (game) => {
    const figures = await mutate(server, { seed: 20_261_120, count: 100_000, game });
    process.stderr.write(`${game.name}: ${tellMutations(figures)}\n`);
    expect(figures.bugs).toBe(0);
    expect(figures.sent).toBeGreaterThanOrEqual(100_000);
    // Most cannot be read as far as their id or change nothing of note; all of them are answered.
    expect(figures.answered).toBeGreaterThan(figures.sent * 0.9);
    expect(figures.codes["ok"]).toBeGreaterThan(1_000);
    // In a short run caches still fill; the long run holds it to 1 MB.
    const { heapSlope } = figures;
    expect(heapSlope.perUnit - 2 * heapSlope.error).toBeLessThan(5_000_000);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    expect(server.output()).not.toMatch(/"level":"(error|fatal)"/);
  });

  test.each([
    ["nested 32,000 deep", "[".repeat(32_000) + "]".repeat(32_000)],
    ["objects nested 8,000 deep", '{"a":'.repeat(8_000)],
    ["10,000 keys", `{"type":"start","data":{${Array.from({ length: 10_000 }, (_, i) => `"k":${i % 10}`).join(",")}}}`],
    ["64 KiB of quotes", '"'.repeat(65_536)],
    ["64 KiB of backslashes", `"${"\\".repeat(65_530)}`],
    ["a number of 60,000 digits", `{"type":"ping","data":{"t":${"9".repeat(60_000)}}}`],
    ["30,000 numbers in an array", `{"type":"ping","data":{"t":[${"1,".repeat(30_000)}1]}}`],
  ])("%s is answered in 10 ms", async (_name, message) => {
    const client = await connectTable(server.port);
    const times: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const answer = client.next("error");
      const startedAt = performance.now();
      client.raw(message.slice(0, 65_536));
      expect((await answer).data.code).toBe("bad-message");
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    expect(times[4]).toBeLessThan(10);
    await client.close();
  });

  test("keys that reach for the prototype are refused by name, and reach nothing", async () => {
    const client = await connectTable(server.port);
    await client.request("create", { settings: { playerCount: 2 } });
    for (const [raw, field] of [
      ['{"type":"start","data":{"__proto__":{"polluted":1}},"id":"p1"}', "data.__proto__"],
      ['{"type":"start","data":{"constructor":1},"id":"p2"}', "data.constructor"],
      ['{"type":"__proto__","data":{},"id":"p3"}', "type"],
      ['{"type":"start","__proto__":{},"id":"p4"}', "__proto__"],
      ['{"type":"updatePlayer","data":{"playerId":1,"life":"60000"},"id":"p5"}', "data.life"],
      ['{"type":"updatePlayer","data":{"playerId":1,"life":1e400},"id":"p6"}', "data.life"],
      ['{"type":"adjustTime","data":{"playerId":1,"deltaMs":0.5},"id":"p7"}', "data.deltaMs"],
      ['{"type":"adjustTime","data":{"playerId":1,"deltaMs":9007199254740993},"id":"p8"}', "data.deltaMs"],
    ] as const) {
      const answer = client.next("error");
      client.raw(raw);
      expect((await answer).data).toMatchObject({ code: "bad-message", field, retry: false });
    }
    await client.close();
  });
});
