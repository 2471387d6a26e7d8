// The metrics of several servers on one machine, added up: what a worker answers, and what the process above asks. With metrics.ts
// the only file that imports prom-client.
import { AggregatorRegistry, type Registry } from "prom-client";

/** Lets the process above ask for this registry; `setters` run before each answer. Once per process. */
export function answerPrimary(registry: Registry, setters: readonly (() => void)[]): void {
  const collect = registry.getMetricsAsJSON.bind(registry);
  registry.getMetricsAsJSON = () => {
    for (const set of setters) set();
    return collect();
  };
  AggregatorRegistry.setRegistries([registry]);
  // Making one is what makes a worker answer.
  new AggregatorRegistry();
}

/** Of the event loops of all workers the latest is told: their mean, prom-client's choice, hides one that is stuck among eight. */
export function tellLatestLoop(registry: Registry, prefix: string): void {
  for (const share of ["p50", "p90", "p99"]) {
    const metric = registry.getSingleMetric(`${prefix}nodejs_eventloop_lag_${share}_seconds`);
    if (metric !== undefined) Object.assign(metric, { aggregator: "max" });
  }
}

/** For the process above: a function that adds up the metrics of all workers. */
export function gatherWorkers(): () => Promise<string> {
  const all = new AggregatorRegistry();
  return () => all.clusterMetrics();
}
