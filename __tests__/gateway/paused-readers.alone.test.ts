import { describe, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";
import { pausedReadersEnv, pauseReaders, type ReaderKind, tellPaused } from "./runs/paused-readers.ts";

const mib = 1_048_576;

describe("F05 SAFETY 17: readers who stop reading under broadcast are cut, memory stays flat, and others do not feel them", () => {
  test.each<[number, ReaderKind]>([
    [200, "sockets"],
    [50, "event streams"],
  ])("%i %s", async (readers, kind) => {
    const server = await startRunningServer({ env: pausedReadersEnv });
    try {
      const figures = await pauseReaders(server, { kind, readers });
      process.stderr.write(`${tellPaused(figures)}\n`);
      expect(figures.cut).toBe(readers);
      // What waits for them is seen, whichever way they read.
      expect(figures.outboxBytesMost).toBeGreaterThan(100_000);
      // Some may take a little more while their own receive buffers grow; a stopwatch on a busy machine may be late too.
      expect(figures.cutIn6s).toBeGreaterThan(0.9 * readers);
      expect(figures.allCutAfterMs).toBeLessThan(30_000);
      expect(figures.grownBytes).toBeLessThan(readers * mib + 50_000_000);
      expect(figures.others.p99).toBeLessThan(figures.othersBoundMs);
      expect(figures.others.refused).toBe(0);
    } finally {
      await server.dispose();
    }
  });
});
