import { expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";
import { pauseReaders, tellPaused } from "./runs/paused-readers.ts";

test("F05 200 paused readers under broadcast are cut, memory stays flat, and others do not feel them", async () => {
  const server = await startRunningServer({ env: { LIMIT_VIEWERS_PER_GAME: "1000" } });
  try {
    const figures = await pauseReaders(server, 200);
    process.stderr.write(`${tellPaused(figures)}\n`);
    expect(figures.cut).toBe(200);
    // 5 s without a byte taken; the readers' own receive buffers do not fill at the same moment.
    expect(figures.cutAfterMs).toBeLessThan(30_000);
    expect(figures.grownBytes).toBeLessThan(200 * 1_048_576 + 50_000_000);
    expect(figures.others.p99).toBeLessThan(figures.othersBoundMs);
    expect(figures.others.refused).toBe(0);
  } finally {
    await server.dispose();
  }
});
