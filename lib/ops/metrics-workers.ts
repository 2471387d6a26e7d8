// The metrics of several servers on one machine, added up: what a worker tells, and what the process above makes of it. Only it and
// metrics.ts import prom-client.
import { AggregatorRegistry, type Registry } from "prom-client";

/** One metric of one worker, as it is sent between processes. */
export interface Figure {
  readonly name: string;
  readonly type: string;
}

/** Counted where workers die; a server without workers has it, too, and never loses one. */
export const lostWorkers = { name: "tapotarp_workers_lost_total", help: "Workers that ended without being asked to." };
const oneLost = { ...lostWorkers, type: "counter", aggregator: "sum", values: [{ value: 1, labels: {} }] };

/** Everything this registry knows now; `setters` run before. */
export function figuresOf(registry: Registry, setters: readonly (() => void)[]): () => Promise<readonly Figure[]> {
  return async () => {
    for (const set of setters) set();
    return (await registry.getMetricsAsJSON()) as unknown as readonly Figure[];
  };
}

/** Of the event loops of all workers the latest is told: their mean, prom-client's choice, hides one that is stuck among eight. */
export function tellLatestLoop(registry: Registry, prefix: string): void {
  for (const share of ["p50", "p90", "p99"]) {
    const metric = registry.getSingleMetric(`${prefix}nodejs_eventloop_lag_${share}_seconds`);
    if (metric !== undefined) Object.assign(metric, { aggregator: "max" });
  }
}

const addUp = (figures: readonly (readonly Figure[])[]) => AggregatorRegistry.aggregate(figures as unknown as object[]);
/** What only rises. What is there now, such as open connections, is gone with the process that said it. */
const isCount = ({ type }: Figure): boolean => type !== "gauge";

/**
 * What the workers said last. A counter that falls is taken for a restart, and all it had counted for new: so who does not answer is
 * counted with what it said before, and what a dead worker counted stays.
 */
export class WorkerFigures {
  readonly #living = new Map<string, readonly Figure[]>();
  /** Of all lives that are over, as one. */
  #over: Promise<readonly Figure[]> = Promise.resolve([]);

  told(worker: string, figures: readonly Figure[]): void {
    this.#living.set(worker, figures);
  }

  /** It left as it was told to. */
  ended(worker: string): void {
    const counts = this.#living.get(worker)?.filter(isCount) ?? [];
    this.#living.delete(worker);
    this.#keep(counts);
  }

  lost(worker: string): void {
    this.ended(worker);
    this.#keep([oneLost]);
  }

  #keep(counts: readonly Figure[]): void {
    const add = async (over: readonly Figure[]) => (await addUp([over, counts]).getMetricsAsJSON()) as unknown as readonly Figure[];
    this.#over = this.#over.then(add);
  }

  async text(): Promise<string> {
    // Both of the same moment: who ends meanwhile is counted once.
    const [living, over] = [[...this.#living.values()], this.#over];
    return addUp([...living, await over]).metrics();
  }
}
