// Which store and bus a server gets: Redis when there is an address for it, else one SQLite file. Chosen once, at start; a store
// that fails later is never replaced in silence.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Bus } from "../bus/bus.ts";
import { localBus } from "../bus/bus-local.ts";
import type { RedisSide } from "../bus/bus-redis-side.ts";
import type { Ambient } from "../ops/ambient.ts";
import { auditFolder } from "../ops/audit-files.ts";
import type { Config } from "../ops/config.ts";
import type { RootLog } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { type LetterNote, noteOf, readDeadLetters } from "./dead-letter.ts";
import { replayDeadLetters, takeBackLetters, tryLetters } from "./sqlite-replay.ts";
import { tryFolder, trySqlite } from "./sqlite-try.ts";
import type { OnSaved, Store } from "./store.ts";
import { deadLetterName, openSqliteStore, sqliteLimitsOf } from "./store-sqlite.ts";

/** Where games are kept, and who else serves them. */
export interface Storage {
  readonly store: Store;
  readonly bus: Bus;
  /** The other instances; null for a server that is alone. */
  readonly instances: RedisSide["live"] | null;
  /** What addresses use, counted over all instances. */
  readonly sharedCounts?: RedisSide["counts"];
  readonly deadLetters: DeadLetterDesk;
  /** The last moment at which an earlier server on the same file is known to have lived, server time; 0 where clocks are compared otherwise. */
  readonly livedUntil: number;
}

/** The operator's view of what could not be written. */
export interface DeadLetterDesk {
  deadLetters(): Promise<readonly LetterNote[]>;
  replayDeadLetters(): Promise<{ readonly replayed: number; readonly left: number }>;
}

/** Redis answers each change itself: nothing waits in this process that could be set aside. */
const noDeadLetters: DeadLetterDesk = {
  deadLetters: async () => [],
  replayDeadLetters: async () => ({ replayed: 0, left: 0 }),
};

/** Most dead letters shown at once; the file holds all. */
const lettersShownMax = 200;

interface StorageParts {
  readonly config: Config;
  readonly ambient: Ambient;
  readonly log: RootLog;
  readonly metrics: Metrics;
  readonly instanceId: string;
  /** A row of a game was found damaged. */
  readonly noteDamage: (gameId: string, reason: string) => void;
  readonly noteDeadLetters: (figures: { readonly changes: number; readonly reason: string }) => void;
  readonly crash: (kind: "uncaughtException", error: Error) => void;
  readonly onSaved: OnSaved;
}

/** Read when it is needed: a server with a file of its own need not carry a Redis client. */
const redisSide = () => import("../bus/bus-redis-side.ts");

/** Redis when there is an address for it, else one SQLite file and nobody to talk to. */
export async function openStorage(parts: StorageParts): Promise<Storage> {
  const { config, ambient, log, metrics, instanceId, onSaved } = parts;
  const { limits, secrets } = config;
  const noted = (level: "info" | "warn" | "error", message: string, facts?: object) => log[level]({ ...facts }, message);
  if (secrets.redisUrl !== null) {
    const { redisCommandMs: commandMs, redisStartMs: startMs, storeQueueChangesMax: inFlightMax } = limits;
    const redis = await (await redisSide()).openRedisSide({
      url: secrets.redisUrl,
      ambient,
      instanceId,
      limits: { ...limits, commandMs, startMs, inFlightMax },
      log: noted,
      onSaved,
      onGap: () => metrics.busGaps.add(),
    });
    return {
      store: redis.store,
      bus: redis.bus,
      instances: redis.live,
      sharedCounts: redis.counts,
      deadLetters: noDeadLetters,
      livedUntil: 0,
    };
  }
  return openSqliteSide(parts, noted);
}

type Noted = (level: "info" | "warn" | "error", message: string, facts?: object) => void;

async function openSqliteSide(
  { config, ambient, metrics, noteDamage, noteDeadLetters, crash, onSaved }: StorageParts,
  log: Noted,
): Promise<Storage> {
  const { dataDir } = config;
  const store = await openSqliteStore({
    dataDir,
    ambient,
    limits: sqliteLimitsOf(config.limits),
    log,
    observer: {
      onBatch({ changes, commitMs, walBytes }) {
        metrics.commitBatchChanges.observe(changes);
        metrics.commitBatchSeconds.observe(commitMs / 1_000);
        metrics.storeLogBytes.set(walBytes);
      },
      onFault: ({ trouble }) => metrics.storeFaults(trouble).add(),
      onDeadLetter(figures) {
        showLetters();
        noteDeadLetters(figures);
      },
      onDamage: noteDamage,
    },
    onFatal: (message) => crash("uncaughtException", new Error(message)),
    onSaved,
  });
  const bus = localBus();
  const takenBack = takeBackLetters(dataDir);
  if (takenBack > 0) log("warn", `a replay of dead letters was cut short: its ${takenBack} letters are among the others again`);
  const letters = () => readDeadLetters(join(dataDir, deadLetterName)).letters;
  const showLetters = () => metrics.deadLetters.set(letters().length);
  showLetters();
  const deadLetters: DeadLetterDesk = {
    deadLetters: async () => letters().slice(-lettersShownMax).map(noteOf),
    async replayDeadLetters() {
      const { written, already, left } = await replayDeadLetters(store, dataDir, `.replayed-${ambient.now()}`);
      showLetters();
      // The rooms did not write these: who watches one of the games sees it only when the room looks.
      if (written > 0) bus.lookAgain();
      return { replayed: written + already, left };
    },
  };
  return { store, bus, instances: null, deadLetters, livedUntil: store.livedUntil };
}

/** Whether a server could start with this storage: throws one line when not. */
export async function tryStorage({ secrets, dataDir, limits }: Config, ambient: Ambient): Promise<void> {
  // The one folder that a server on Redis needs as well.
  tryFolder(auditFolder(resolve(dataDir)));
  if (secrets.redisUrl === null) {
    trySqlite(dataDir, limits.storeCheckBytesMax);
    if (existsSync(dataDir)) tryLetters(dataDir);
  } else await (await redisSide()).tryRedis(secrets.redisUrl, ambient, { commandMs: limits.redisCommandMs, startMs: limits.redisStartMs });
}
