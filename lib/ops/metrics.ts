// Every metric the program has, by name, unit and label. Only it and metrics-workers.ts import prom-client. Labels come from closed lists, so the
// number of series is bounded; a game id, an address or a name is never a label. Children are bound once and counts
// are handed over at each scrape: the hot path allocates nothing.
import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, collectDefaultMetrics, Registry } from "prom-client";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { By, Counter, Gauge, Histogram, Metrics } from "./metric-shapes.ts";
import { BucketHistogram } from "./bucket-histogram.ts";
import {
  closeReasons,
  commandOutcomes,
  commitOutcomes,
  limitKinds,
  sharedCommandTypes,
  shedKinds,
  storeFaultKinds,
  upgradeRefusals,
} from "./metric-labels.ts";
import { figuresOf, lostWorkers, tellLatestLoop } from "./metrics-workers.ts";

export type { By, Counter, Gauge, Histogram, Metrics } from "./metric-shapes.ts";

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const slowSeconds = [0.1, 1, 2, 5, 6, 8, 10, 30];
const prefix = "tapotarp_";
/**
 * How often the event loop is looked at. Each look wakes an idle process, and a delay that matters is several times as long. Node's
 * figures hold this time too: alerts and dashboard take it off.
 */
export const loopResolutionMs = 50;

/** Gauges that prom-client names `_total`, which a gauge must not be. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

type LabelValues = readonly [label: string, values: readonly string[]];

function builders(registry: Registry, setters: (() => void)[]) {
  const registers = [registry];
  /** Counts in a plain number, which is handed to prom-client at each scrape. */
  const counting = (to: { inc(count: number): void }): Counter => {
    let pending = 0;
    setters.push(() => {
      if (pending > 0) to.inc(pending);
      pending = 0;
    });
    return {
      add(count = 1) {
        pending += count;
      },
    };
  };
  const bind = <Child>(values: readonly string[], child: (value: string) => Child): By<Child> => {
    const children = new Map(values.map((value) => [value, child(value)]));
    const other = child("other");
    return (value) => children.get(value) ?? other;
  };
  const counter = (name: string, help: string): Counter => counting(new PromCounter({ name: prefix + name, help, registers }));
  /** `aggregator`: how the workers of one machine make one number. */
  const gauge = (name: string, help: string, aggregator: "sum" | "max" | "min" = "sum"): Gauge => {
    const metric = new PromGauge({ name: prefix + name, help, registers, aggregator });
    return { set: (value) => metric.set(value) };
  };
  const histogram = (name: string, help: string, buckets: readonly number[]): Histogram => {
    const metric = new BucketHistogram({ name: prefix + name, help, buckets });
    registry.registerMetric(metric as unknown as PromHistogram);
    return metric;
  };
  const counterBy = (name: string, help: string, [label, values]: LabelValues): By<Counter> => {
    const metric = new PromCounter({ name: prefix + name, help, registers, labelNames: [label] });
    return bind(values, (value) => {
      const child = metric.labels(value);
      child.inc(0);
      return counting(child);
    });
  };
  /** Every worker sees the same games: the most any of them counted is the number. */
  const gaugeBy = (name: string, help: string, [label, values]: LabelValues): By<Gauge> => {
    const metric = new PromGauge({ name: prefix + name, help, registers, labelNames: [label], aggregator: "max" });
    return bind(values, (value) => {
      const child = metric.labels(value);
      return { set: (to) => child.set(to) };
    });
  };
  return { registers, bind, counting, counter, gauge, histogram, counterBy, gaugeBy };
}

type Builders = ReturnType<typeof builders>;

function socketMetrics({ counter, gauge, counterBy }: Builders) {
  return {
    connections: gauge("connections", "Open WebSocket connections."),
    connectionsOpened: counter("connections_opened_total", "WebSocket connections that were opened."),
    connectionsClosed: counterBy("connections_closed_total", "WebSocket connections that ended, by close code.", ["code", closeReasons]),
    framesReceived: counter("frames_received_total", "Messages received from clients."),
    bytesReceived: counter("received_bytes_total", "Bytes of messages received from clients."),
    framesSent: counter("frames_sent_total", "Messages sent to clients."),
    bytesSent: counter("sent_bytes_total", "Bytes of messages sent to clients."),
    badMessages: counter("bad_messages_total", "Messages that were not understood."),
    originsRefused: counter("origins_refused_total", "Upgrades refused for their Origin."),
    upgradesRefused: counterBy("upgrades_refused_total", "Upgrades refused, by reason.", ["reason", upgradeRefusals]),
    rateLimited: counterBy("rate_limited_total", "Requests refused by a rate limit, by kind.", ["kind", limitKinds]),
    shed: counterBy("shed_total", "Work refused because of overload, by kind.", ["kind", shedKinds]),
    outboxBytes: gauge("outbox_bytes", "Bytes waiting for slow readers."),
    outboxOverflows: counter("outbox_overflows_total", "Connections closed because they read too slowly."),
    outboxCoalesced: counter("outbox_coalesced_total", "Unsent states that were replaced by a newer one."),
    resyncs: counter("resyncs_total", "Whole states sent because a client had missed changes."),
    eventStreams: gauge("event_streams", "Open Server-Sent Event streams."),
  };
}

/** Codes that are more than a plain refusal. */
const outcomeOfCode: ReadonlyMap<string, (typeof commandOutcomes)[number]> = new Map([
  ["ok", "ok"],
  ["busy", "busy"],
  ["rate-limited", "busy"],
  ["no-free-code", "busy"],
  ["store-unavailable", "unavailable"],
  ["draining", "unavailable"],
  ["internal", "bug"],
]);

function commandMetrics({ registers, counting, histogram }: Builders, ofGames: readonly string[]) {
  const commands = new PromCounter({
    name: `${prefix}commands_total`,
    help: "Commands by type and outcome.",
    registers,
    labelNames: ["type", "outcome"],
  });
  const children = new Map<string, Map<string, Counter>>();
  const bound = (type: string): Map<string, Counter> => {
    const known = children.get(type);
    if (known !== undefined) return known;
    const made = new Map(
      commandOutcomes.map((outcome) => {
        return [outcome as string, counting(commands.labels(type, outcome))];
      }),
    );
    children.set(type, made);
    return made;
  };
  const types = new Set([...sharedCommandTypes, ...ofGames]);
  const none: Counter = { add: () => undefined };
  const durations = histogram("command_duration_seconds", "From a command's arrival to its answer.", seconds);
  let count = 0;
  let ms = 0;
  return {
    command: (type: string, outcome: string): Counter => {
      const outcomes = children.get(type) ?? bound(types.has(type) ? type : "other");
      return outcomes.get(outcomeOfCode.get(outcome) ?? "refused") ?? none;
    },
    commandSeconds: {
      observe(value: number) {
        durations.observe(value);
        count += 1;
        ms += value * 1000;
      },
    },
    commandTotals: () => ({ count, ms }),
    slowReaderSeconds: histogram("slow_reader_seconds", "How long bytes waited for a slow reader before it was cut.", slowSeconds),
    lockWaitSeconds: histogram("lock_wait_seconds", "How long commands waited for their game's turn.", seconds),
    broadcastConnections: histogram("broadcast_connections", "Connections told of one change.", counts),
  };
}

function gameMetrics({ counter, gauge, gaugeBy, histogram }: Builders) {
  return {
    games: gaugeBy("games", "Games in the store by status, as last seen.", [
      "status",
      ["waiting", "running", "paused", "finished", "other"],
    ]),
    rooms: gauge("rooms", "Games held in memory."),
    subscriptions: gauge("bus_subscriptions", "Games whose changes elsewhere are listened to."),
    alarmLateSeconds: histogram("alarm_late_seconds", "How late deadlines were acted upon.", seconds),
    quarantined: counter("games_quarantined_total", "Games whose record was found damaged."),
  };
}

function storeMetrics({ registers, counter, gauge, counterBy, histogram }: Builders) {
  const tiers = new PromGauge({
    name: `${prefix}store_tier_info`,
    help: "What an acknowledgement promises.",
    registers,
    labelNames: ["tier"],
    aggregator: "max",
  });
  return {
    commits: counterBy("commits_total", "Commits by outcome.", ["outcome", commitOutcomes]),
    commitSeconds: histogram("commit_duration_seconds", "From handing a change to the store to its durable answer.", seconds),
    commitBatchChanges: histogram("commit_batch_changes", "Changes written in one transaction.", counts),
    commitBatchSeconds: histogram("commit_batch_duration_seconds", "Writing one transaction and forcing it to the disk.", seconds),
    storeLogBytes: gauge("store_log_bytes", "Size of the write-ahead log that is not yet in the data file."),
    storeFaults: counterBy("store_faults_total", "Troubles of the store, by kind.", ["kind", storeFaultKinds]),
    storeQueueChanges: gauge("store_queue_changes", "Changes waiting to be written."),
    storeQueueAgeSeconds: gauge("store_queue_age_seconds", "How long the oldest of them has waited.", "max"),
    storeReady: gauge("store_ready", "1 when a commit can be expected to succeed.", "min"),
    storeTier: (tier: string) => {
      tiers.reset();
      tiers.labels(tier).set(1);
    },
    deadLetters: gauge("dead_letters", "Changes set aside because they could not be written."),
    clockAheadSeconds: gauge("clock_ahead_seconds", "How far this machine's clock is ahead of Redis'; 0 for an instance alone.", "max"),
    standstills: counter("standstills_total", "Times when this server did nothing for so long that it counts as having been away."),
    busGaps: counter("bus_gaps_total", "Times when messages between instances may have been missed."),
    versionStepsBack: counter("version_steps_back_total", "Games found at an older version than was acknowledged."),
  };
}

function processMetrics({ registers, bind, counter, gauge }: Builders) {
  const http = new PromHistogram({
    name: `${prefix}http_request_duration_seconds`,
    help: "HTTP requests by kind of answer.",
    registers,
    labelNames: ["status"],
    buckets: seconds,
  });
  // Counted by the process above; here it is the 0 that a first death rises from.
  new PromCounter({ ...lostWorkers, registers });
  return {
    health: gauge("health_level", "0 healthy, 1 degraded, 2 unhealthy.", "max"),
    draining: gauge("draining", "1 while the server is leaving.", "max"),
    bugs: counter("bugs_total", "Commands, messages and requests that made the program throw."),
    auditRecords: counter("audit_records_total", "Security events written to the audit log."),
    httpSeconds: bind(["2xx", "3xx", "4xx", "5xx", "other"], (status): Histogram => {
      const child = http.labels(status);
      return { observe: (value) => child.observe(value) };
    }),
  };
}

/**
 * Metrics of one server, in a registry of their own: two servers in one process do not mix. `labels` are put on every series;
 * `ofGames`: the commands of the games it hosts, each of which has a series of its own.
 */
export function createMetrics(labels: Readonly<Record<string, string>> = {}, ofGames: readonly string[] = []): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry, prefix, eventLoopMonitoringPrecision: loopResolutionMs });
  tellLatestLoop(registry, prefix);
  for (const name of misnamed) registry.removeSingleMetric(prefix + name);
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  const setters: (() => void)[] = [];
  const build = builders(registry, setters);
  return {
    ...socketMetrics(build),
    ...commandMetrics(build, ofGames),
    ...gameMetrics(build),
    ...storeMetrics(build),
    ...processMetrics(build),
    loopLagMs() {
      const worst = loop.count === 0 ? 0 : Math.max(0, loop.max / 1e6 - loopResolutionMs);
      loop.reset();
      return worst;
    },
    onScrape(set) {
      setters.push(set);
    },
    async text() {
      for (const set of setters) set();
      return registry.metrics();
    },
    figures: figuresOf(registry, setters),
    contentType: registry.contentType,
    close() {
      loop.disable();
      registry.clear();
    },
  };
}
