// What other parts may do with metrics: count, set, observe. Types only; metrics.ts makes them real, tests may hand in their own.
import type { commitOutcomes, limitKinds, storeFaultKinds, upgradeRefusals } from "./metric-labels.ts";
import type { Figure } from "./metrics-workers.ts";
import type { Work } from "./shedding.ts";

export interface Counter {
  /** Adds `count` (1 when left out); never negative. */
  add(count?: number): void;
}

export interface Gauge {
  set(value: number): void;
}

export interface Histogram {
  /** In the unit the metric's name ends with. */
  observe(value: number): void;
}

/**
 * One metric per label value, bound ahead. A value that is not in the list is counted under the last one, `other`; where the program itself
 * chooses the value, one that is not in the list does not compile.
 */
export type By<Metric, Label extends string = string> = (label: Label) => Metric;

type Own<Labels extends readonly string[]> = Exclude<Labels[number], "other">;

export interface Metrics {
  // Sockets
  readonly connections: Gauge;
  readonly connectionsOpened: Counter;
  readonly connectionsClosed: By<Counter>;
  readonly framesReceived: Counter;
  readonly bytesReceived: Counter;
  readonly framesSent: Counter;
  readonly bytesSent: Counter;
  readonly badMessages: Counter;
  readonly originsRefused: Counter;
  readonly upgradesRefused: By<Counter, Own<typeof upgradeRefusals>>;
  readonly rateLimited: By<Counter, Own<typeof limitKinds>>;
  readonly shed: By<Counter, Work>;
  readonly outboxBytes: Gauge;
  readonly outboxOverflows: Counter;
  readonly slowReaderSeconds: Histogram;
  readonly outboxCoalesced: Counter;
  readonly resyncs: Counter;
  readonly eventStreams: Gauge;
  // Commands
  /** First the type, then "ok" or the code of the refusal. */
  command(type: string, outcome: string): Counter;
  readonly commandSeconds: Histogram;
  /** How many durations were observed and their sum, for the operator's charts. */
  commandTotals(): { readonly count: number; readonly ms: number };
  readonly lockWaitSeconds: Histogram;
  readonly broadcastConnections: Histogram;
  // Games
  readonly games: By<Gauge>;
  readonly rooms: Gauge;
  readonly subscriptions: Gauge;
  readonly alarmLateSeconds: Histogram;
  readonly quarantined: Counter;
  // Store
  readonly commits: By<Counter, Own<typeof commitOutcomes>>;
  readonly commitSeconds: Histogram;
  readonly commitBatchChanges: Histogram;
  readonly commitBatchSeconds: Histogram;
  readonly storeLogBytes: Gauge;
  readonly storeFaults: By<Counter, Own<typeof storeFaultKinds>>;
  readonly storeQueueChanges: Gauge;
  readonly storeQueueAgeSeconds: Gauge;
  readonly storeReady: Gauge;
  readonly storeTier: (tier: string) => void;
  readonly deadLetters: Gauge;
  readonly clockAheadSeconds: Gauge;
  readonly busGaps: Counter;
  readonly standstills: Counter;
  readonly versionStepsBack: Counter;
  // The process
  readonly health: Gauge;
  readonly draining: Gauge;
  readonly bugs: Counter;
  readonly auditRecords: Counter;
  readonly httpSeconds: By<Histogram>;
  /** The longest delay of the event loop since the last call, ms. For one caller that samples it regularly. */
  readonly loopLagMs: () => number;
  /** Runs before each scrape, to set gauges from what is there. */
  onScrape(set: () => void): void;
  /** Prometheus text format 0.0.4. */
  text(): Promise<string>;
  /** The same for the process above, which adds up those of all workers. */
  figures(): Promise<readonly Figure[]>;
  readonly contentType: string;
  /** Stops the measuring of the event loop. */
  close(): void;
}
