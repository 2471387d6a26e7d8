// Loaded into a server under test by `--expose-gc --import`: on SIGUSR2 it collects all garbage and says on standard output what is left.
import { isMainThread } from "node:worker_threads";

function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ rss, heapUsed, external, arrayBuffers })}\n`);
}

if (isMainThread) process.on("SIGUSR2", collect);
