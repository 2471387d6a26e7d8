// What a running server keeps in memory once all garbage is collected, and how that grows with the work it was given.
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { type RunningServer, type ServerOptions, startRunningServer } from "./running-server.ts";

export interface Kept {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** A server that can be asked with `keptBy`. */
export function startMeasuredServer(options: ServerOptions = {}): Promise<RunningServer> {
  const preload = join(import.meta.dirname, "collects-garbage.ts");
  return startRunningServer({ ...options, nodeArgs: ["--expose-gc", "--import", preload] });
}

/** Collects the server's garbage and gives what is left, in bytes. */
export async function keptBy(server: RunningServer): Promise<Kept> {
  const lines = () => server.output().match(/^memory .*$/gm) ?? [];
  const before = lines().length;
  server.signal("SIGUSR2");
  await eventually("what is kept in memory", async () => (lines().length > before ? true : null));
  return JSON.parse(lines().at(-1)?.slice("memory ".length) ?? "") as Kept;
}

export interface Slope {
  readonly perUnit: number;
  /** One standard error of it. */
  readonly error: number;
}

/** Least squares through points (work done, bytes kept). At least three. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const perUnit = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const left = points.reduce((sum, [x, y]) => sum + (y - meanY - perUnit * (x - meanX)) ** 2, 0);
  return { perUnit, error: Math.sqrt(left / Math.max(1, n - 2) / spread) };
}
