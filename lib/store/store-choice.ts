// Which store and bus a server gets: Redis when there is an address for it, else one SQLite file. Chosen once, at start; a store
// that fails later is never replaced in silence.
import type { Bus } from "../bus/bus.ts";
import { localBus } from "../bus/bus-local.ts";
import { openRedisSide, type RedisSide, tryRedis } from "../bus/bus-redis-side.ts";
import type { Ambient } from "../ops/ambient.ts";
import type { Config } from "../ops/config.ts";
import type { RootLog } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { trySqlite } from "./sqlite-try.ts";
import type { Store } from "./store.ts";
import { openSqliteStore } from "./store-sqlite.ts";

/** Where games are kept, and who else serves them. */
export interface Storage {
  readonly store: Store;
  readonly bus: Bus;
  /** The other instances; null for a server that is alone. */
  readonly instances: RedisSide["live"] | null;
}

interface StorageParts {
  readonly config: Config;
  readonly ambient: Ambient;
  readonly log: RootLog;
  readonly metrics: Metrics;
  readonly instanceId: string;
  readonly crash: (kind: "uncaughtException", error: Error) => void;
}

/** Redis when there is an address for it, else one SQLite file and nobody to talk to. */
export async function openStorage({ config, ambient, log, metrics, instanceId, crash }: StorageParts): Promise<Storage> {
  const { limits, secrets } = config;
  const noted = (level: "info" | "warn" | "error", message: string, facts?: object) => log[level]({ ...facts }, message);
  if (secrets.redisUrl !== null) {
    const { redisCommandMs: commandMs, redisStartMs: startMs, storeQueueChangesMax: inFlightMax } = limits;
    const redis = await openRedisSide({
      url: secrets.redisUrl,
      ambient,
      instanceId,
      limits: { ...limits, commandMs, startMs, inFlightMax },
      log: noted,
      onGap: () => metrics.busGaps.add(),
    });
    return { store: redis.store, bus: redis.bus, instances: redis.live };
  }
  const store = await openSqliteStore({
    dataDir: config.dataDir,
    ambient,
    limits: {
      queueChangesMax: limits.storeQueueChangesMax,
      queueBytesMax: limits.storeQueueBytesMax,
      batchChangesMax: limits.storeBatchChangesMax,
      answerMsMax: limits.storeCallMs,
    },
    log: noted,
    observer: { onBatch: ({ changes }) => metrics.commitBatchChanges.observe(changes) },
    onFatal: (message) => crash("uncaughtException", new Error(message)),
  });
  return { store, bus: localBus(), instances: null };
}

/** Whether a server could start with this storage: throws one line when not. */
export async function tryStorage({ secrets, dataDir }: Config, ambient: Ambient): Promise<void> {
  if (secrets.redisUrl === null) await trySqlite(dataDir, ambient);
  else await tryRedis(secrets.redisUrl, ambient);
}
