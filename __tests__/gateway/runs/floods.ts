// Every kind of flood against one server while a table plays on: how long each lasted, and what the others felt.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type Feelings, feltQuietly, playHealthy, tellFeelings, worseOf } from "../../support/healthy-table.ts";
import type { FloodEnd, FloodKind, FloodOrder } from "./flood-worker.ts";

export const floodKinds: readonly FloodKind[] = [
  "messages",
  "nonsense",
  "pings",
  "pongs",
  "empty fragments",
  "one-byte fragments",
  "bytes",
  "commands",
];

export interface FloodFigures {
  readonly floods: readonly (FloodEnd & { readonly kind: FloodKind })[];
  readonly quiet: Feelings;
  readonly others: Feelings;
}

async function floodOnce(order: FloodOrder): Promise<FloodEnd> {
  const worker = new Worker(new URL("./flood-worker.ts", import.meta.url), { workerData: order });
  const [end] = (await once(worker, "message")) as [FloodEnd];
  await worker.terminate();
  return end;
}

/** Each kind so many times, one after the other. */
export async function floodAll(port: number, times: number): Promise<FloodFigures> {
  const healthy = await playHealthy(port);
  const quiet = await feltQuietly(healthy);
  const floods: (FloodEnd & { readonly kind: FloodKind })[] = [];
  for (const kind of floodKinds) {
    for (let i = 0; i < times; i += 1) floods.push({ kind, ...(await floodOnce({ port, kind })) });
  }
  const others = healthy.felt();
  const quietAgain = await feltQuietly(healthy);
  await healthy.stop();
  return { floods, quiet: worseOf(quiet, quietAgain), others };
}

export function tellFloods({ floods, quiet, others }: FloodFigures): string {
  const lines = floods.map(
    ({ kind, frames, tookMs, code }) => `  ${kind}: ${frames} frames sent in ${tookMs.toFixed(0)} ms, close code ${code}`,
  );
  return [`without: ${tellFeelings(quiet)}`, `during ${floods.length} floods: ${tellFeelings(others)}`, ...lines].join("\n");
}
