import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boundOf } from "../support/healthy-table.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";
import { floodAll, tellFloods } from "./runs/floods.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startRunningServer();
});
afterAll(() => server.dispose());

describe("SAFETY 13: floods", () => {
  test("floods of messages, nonsense, pings, pongs, fragments and bytes are cut within 1 s, and others do not feel them", async () => {
    const figures = await floodAll(server.port, 2);
    process.stderr.write(`${tellFloods(figures)}\n`);
    for (const { code, tookMs } of figures.floods) {
      // The sender may find the line cut before it has read why.
      expect([1008, null]).toContain(code);
      expect(tookMs).toBeLessThan(1_000);
    }
    expect(figures.others.p99).toBeLessThan(boundOf(figures.quiet));
    expect(figures.others.refused).toBe(0);
  });

  test("a client in a hurry is told to wait, with its id, and goes on afterwards", async () => {
    const client = await connectTable(server.port);
    // More than the 400 that may come at once, fewer than the 800 that close the connection.
    const frames = 700;
    const answers = Array.from({ length: frames }, (_, i) =>
      client.until((message) => message.type === "error" && message.data.id === `fast-${i}`),
    );
    for (let i = 0; i < frames; i += 1) client.send("start", {}, `fast-${i}`);
    const codes = (await Promise.all(answers)).map(({ data }) => ({ code: data.code, retry: data.retry, wait: data.retryAfterMs }));
    const limited = codes.filter(({ code }) => code === "rate-limited");
    expect(codes.filter(({ code }) => code === "not-joined").length).toBeGreaterThanOrEqual(400);
    expect(limited.length).toBeGreaterThan(50);
    expect(limited.every(({ retry, wait }) => retry && wait > 0 && wait < 2_000)).toBe(true);
    // As long as it was told, and a little for the clocks.
    await new Promise((resolve) => setTimeout(resolve, Math.max(...limited.map(({ wait }) => wait)) + 100));
    expect((await client.request("start")).data.code).toBe("not-joined");
    await client.close();
  });
});
