// The composition root: reads the configuration, builds every part, only then listens, and takes it all down again in order.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Bus } from "./lib/bus/bus.ts";
import { addressKey } from "./lib/gateway/address.ts";
import { Edge } from "./lib/gateway/edge.ts";
import { type Gateway, openGateway } from "./lib/gateway/gateway.ts";
import { gamesByKind, type HostedGame } from "./lib/gateway/hosted-game.ts";
import { httpApp } from "./lib/gateway/http.ts";
import { pipelinesCut } from "./lib/gateway/http-guard.ts";
import { listen } from "./lib/gateway/listen.ts";
import { asksForSocket } from "./lib/gateway/upgrade-gate.ts";
import { hostedGames } from "./lib/hosted-games.ts";
import { type Ambient, type Cancellable, realAmbient, type SteadyClock } from "./lib/ops/ambient.ts";
import { runPrimary } from "./lib/ops/cluster.ts";
import { type Config, ConfigError, readConfig, type SecretSource, secretSource } from "./lib/ops/config.ts";
import { type Audit, openAudit } from "./lib/ops/audit.ts";
import { auditFolder } from "./lib/ops/audit-files.ts";
import { countAsAway } from "./lib/ops/away.ts";
import { createCrash, exitSurely, watchProcess } from "./lib/ops/crash.ts";
import { fileLimitLevel, fileLimitWarning } from "./lib/ops/file-limit.ts";
import { countGames, setGauges } from "./lib/ops/gauges.ts";
import { damageRecord, type NoteDamage } from "./lib/ops/damage.ts";
import { createLiveGames, type LiveGames } from "./lib/ops/live-games.ts";
import { openLog, type RootLog } from "./lib/ops/log.ts";
import { createMetrics, type Metrics } from "./lib/ops/metrics.ts";
import { roomObserver } from "./lib/ops/room-observer.ts";
import { openOperations, type Operations } from "./lib/ops/operations.ts";
import { noReporter, type Reporter, sentryReporter } from "./lib/ops/report.ts";
import { keepRetention } from "./lib/ops/retention.ts";
import { type Condition, healthOf } from "./lib/ops/server-health.ts";
import { watchSignals } from "./lib/ops/signals.ts";
import { type StandstillWatch, standstillWatch } from "./lib/ops/standstill.ts";
import type { Stop } from "./lib/ops/stop.ts";
import { ringTogether } from "./lib/ops/together.ts";
import { wayOut } from "./lib/ops/way-out.ts";
import { type Above, connectAbove, isWorker, secretsFromAbove } from "./lib/ops/worker.ts";
import { limitYoungSpace } from "./lib/ops/young-space.ts";
import { gameLock } from "./lib/room/lock.ts";
import { Rooms } from "./lib/room/rooms.ts";
import type { OnSaved, Store } from "./lib/store/store.ts";
import { openStorage, type Storage, tryStorage } from "./lib/store/store-choice.ts";

/** Time for headers and for a whole request, ms; how often Node looks. */
const httpTimes = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 1_000 };
/** Plain HTTP beside the sockets, so that probes are answered when the sockets are full. */
const spareConnections = 1_000;
const aliveEveryMs = 1_000;
const lagEveryMs = 500;
const countEveryMs = 5_000;
/** Viewers who have to come back are sent away over this time. */
const recallMs = 1_000;

/** Filled once there are players. */
interface Serving {
  /** Cuts them off: what a crash does before it reports. */
  halt: () => void;
  saved: OnSaved;
}

/** What a server is made of before it listens. */
interface Parts {
  readonly config: Config;
  readonly secrets: SecretSource;
  readonly ambient: Ambient;
  /** The same, for timers of which there are only a few. */
  readonly slow: Ambient;
  readonly log: RootLog;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  readonly store: Store;
  readonly bus: Bus;
  /** The other instances; null for a server that is alone. */
  readonly instances: Storage["instances"];
  readonly sharedCounts?: NonNullable<Storage["sharedCounts"]>;
  /** The process that started this one beside others; null for a server that runs by itself. */
  readonly above: Above | null;
  readonly deadLetters: Storage["deadLetters"];
  readonly serving: Serving;
  readonly audit: Audit;
  readonly noteDamage: NoteDamage;
  readonly live: LiveGames;
  readonly standstill: StandstillWatch;
  readonly clock: SteadyClock;
  readonly instanceId: string;
  readonly version: string;
}

export interface RunningServer {
  readonly port: number;
  readonly gateway: Gateway;
  readonly rooms: Rooms;
  readonly store: Store;
  readonly stop: Stop;
  readonly operations: Operations;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")) as { version: string }).version;
}

/** Of a process that was given no name. */
const defaultName = "server";

/** Never the same twice, even when it has a name: viewers of a former life must not be taken for those of this one. */
function instanceName(config: Config, ambient: Ambient): string {
  const drawn = Buffer.from(ambient.bytes(6)).toString("hex");
  return config.instanceId === null ? drawn : `${config.instanceId}-${drawn}`;
}

async function reporterOf(
  { environment, secrets }: Config,
  how: Pick<Parameters<typeof sentryReporter>[0], "release" | "instanceId" | "ambient">,
) {
  const dsn = secrets.sentryDsn;
  return dsn === null ? noReporter() : sentryReporter({ dsn, environment, ...how });
}

/** What a worker counts the process above it is told of, and says for all. */
function metricsOf(games: readonly HostedGame[], above: Above | null): Metrics {
  const commands = games.flatMap((game) => Object.keys(game.commands));
  const own = createMetrics({}, commands);
  above?.onAsked(() => own.figures());
  return above === null ? own : { ...own, text: () => above.metricsText() };
}

async function openParts(config: Config, secrets: SecretSource, games: readonly HostedGame[]): Promise<Parts> {
  const clock = realAmbient();
  // One time for all: were it asked in two places, a standstill could be noticed in one of them too late.
  const standstill = standstillWatch(clock);
  const { ambient } = standstill;
  const slow = ringTogether(ambient);
  const instanceId = instanceName(config, ambient);
  const version = config.release ?? packageVersion();
  const log = openLog({
    ambient,
    level: config.logLevel,
    pretty: config.environment === "development",
    base: { instance: instanceId, release: version },
    sampleEvery: config.logSampleEvery,
  });
  const reporter = await reporterOf(config, { release: version, instanceId, ambient });
  const above = connectAbove(ambient);
  const metrics = metricsOf(games, above);
  const serving: Serving = { halt: () => undefined, saved: () => undefined };
  const crash = createCrash({
    halt: () => serving.halt(),
    ambient,
    log,
    reporter,
    base: { instance: instanceId, release: version },
    exit: exitSurely,
  });
  watchProcess(process, crash);
  // The store is opened first, as it may refuse; it has nothing to tell before it serves.
  const noteDamage: NoteDamage = (gameId, reason) => damages(gameId, reason);
  const storage = await openStorage({
    ...{ config, ambient: slow, log, metrics, instanceId, noteDamage, crash },
    noteDeadLetters: (figures) => audit.note("dead-letter", "server", figures),
    onSaved: (fromAt, untilAt) => serving.saved(fromAt, untilAt),
  });
  clock.notBefore(storage.livedUntil + 1);
  const audit = openAudit({
    folder: auditFolder(config.dataDir),
    chain: config.instanceId ?? defaultName,
    retentionMs: config.limits.auditRetentionMs,
    monthBytesMax: config.limits.auditMonthBytesMax,
    ambient,
    log,
    onRecord: () => metrics.auditRecords.add(),
  });
  const damages = damageRecord({ metrics, audit, log });
  const live = createLiveGames(ambient);
  return {
    config,
    secrets,
    ambient,
    slow,
    log,
    metrics,
    reporter,
    ...storage,
    serving,
    above,
    audit,
    noteDamage,
    live,
    standstill,
    clock,
    instanceId,
    version,
  };
}

function openRooms(parts: Parts, games: readonly HostedGame[]): Rooms {
  const { config, ambient, slow, store, bus, instanceId } = parts;
  const { limits } = config;
  const observer = roomObserver(parts);
  const lock = gameLock({ lockWaitMsMax: limits.lockWaitMs, lockPendingMax: limits.lockQueueMax }, ambient, observer.lockWaited);
  const rules = games.map((game) => game.rules);
  return new Rooms(rules, limits, { store, bus, lock, ambient: slow, observer, instanceId });
}

function keepWatch(
  { slow: ambient, clock, store, audit, metrics, config, log }: Parts,
  { condition, edge, rooms }: { readonly condition: Condition; readonly edge: Edge; readonly rooms: Rooms },
): readonly Cancellable[] {
  const onForgotten = (gameIds: readonly string[]) => {
    log.info({ gameIds }, "games past retention are forgotten");
    rooms.forgotten(gameIds);
  };
  return [
    ambient.every(aliveEveryMs, () => void store.beat(ambient.now()).catch(() => {})),
    ambient.every(lagEveryMs, () => {
      condition.lagMs = metrics.loopLagMs();
      edge.overload.sample(condition.lagMs);
      condition.pressure = edge.overload.pressure;
    }),
    ambient.every(countEveryMs, () => void countGames(store, metrics)),
    keepRetention({
      store,
      audit,
      ambient: { ...ambient, now: () => Math.min(ambient.now(), clock.machineNow()) },
      limits: config.limits,
      onForgotten,
    }),
  ];
}

/** Builds everything, then listens. Throws one sentence when it cannot. */
export async function startServer(config: Config, secrets: SecretSource, games = hostedGames()): Promise<RunningServer> {
  const parts = await openParts(config, secrets, games);
  const { ambient, log, metrics, store, instanceId, version } = parts;
  const rooms = openRooms(parts, games);
  const condition: Condition = { lagMs: 0, pressure: 0, draining: false };
  const health = healthOf(parts, condition, rooms);
  const ownHealth = healthOf({ ...parts, above: null }, condition, rooms);
  parts.above?.watch(() => ownHealth.report());
  const edge = new Edge({ ...parts, queueDepth: () => store.health().queueDepth });
  const drain = () => stop.begin("the operator asked for it");
  parts.above?.onDrain(drain);
  const operations = openOperations({
    ...parts,
    ambient: parts.slow,
    rooms,
    health,
    connections: () => gateway.connections,
    loopLagMs: () => condition.lagMs,
    drain: parts.above?.drain ?? drain,
    addressOf: (request) => edge.clientOf(request).address,
    countedAs: addressKey,
  });
  const publicDir = join(import.meta.dirname, "dist", "public");
  const app = httpApp({
    ...parts,
    games,
    edge,
    secrets: () => secrets.current(),
    rooms,
    health,
    operatorRoutes: operations.routes,
    publicDir,
  });
  const { keepAliveMs: keepAliveTimeout, connectionsMax, standstillMs: mostMs } = config.limits;
  const server = createServer({ ...httpTimes, keepAliveTimeout, shouldUpgradeCallback: asksForSocket }, pipelinesCut(edge, app));
  server.maxConnections = connectionsMax + spareConnections;
  const defaultGame = games[0]?.rules.kind ?? "";
  const gateway = openGateway({ server, games: gamesByKind(games), defaultGame, rooms, store, ambient, edge, instanceId });
  const leaving = () => {
    condition.draining = true;
  };
  parts.serving.halt = () => {
    leaving();
    gateway.close();
  };
  parts.instances?.listen({
    onDeath: (other, gameIds) => rooms.dropInstance(other, gameIds),
    onTakenForDead: () => gateway.recall(recallMs),
  });
  // How long the start held the loop says nothing of the load.
  metrics.loopLagMs();
  const timers = [...keepWatch(parts, { condition, edge, rooms })];
  metrics.onScrape(() => setGauges({ ...parts, gateway, rooms, health, isDraining: () => condition.draining }));
  const stop = wayOut({ ...parts, server, gateway, rooms, operations, timers, leaving });
  await operations.listen();
  const port = await listen(server, config);
  rooms.start();
  const away = countAsAway({ ...parts, gateway }, { mostMs, recallMs });
  timers.push(parts.standstill.begin(mostMs, away.stoodStill));
  parts.serving.saved = away.saved;
  parts.audit.note("server-started", "server", { version });
  parts.above?.ready();
  const fewFiles = fileLimitWarning(connectionsMax, spareConnections);
  if (fewFiles !== null) log[fileLimitLevel(connectionsMax)]({}, fewFiles);
  log.info({ port, tier: store.health().tier }, `Tap-or-Tarp is ready on http://localhost:${port}`);
  return { port, gateway, rooms, store, stop, operations };
}

function startWorkers(config: Config, secrets: SecretSource): void {
  const ambient = realAmbient();
  // The same at each start, so that a worker goes on with the audit log of its former life; each life adds something drawn.
  const name = config.instanceId ?? defaultName;
  const log = openLog({
    ambient,
    level: config.logLevel,
    pretty: config.environment === "development",
    base: { instance: name, release: config.release ?? packageVersion() },
  });
  runPrimary({ workers: config.workers, name, ambient, log, secrets, exit: exitSurely });
}

/** The whole program, for `games` instead of those of this repository: settings, `--validate`, workers, signals. A worker runs the same program again. */
export async function runServer(games = hostedGames()): Promise<void> {
  try {
    const config = readConfig(process.env, undefined, await secretsFromAbove(realAmbient()));
    const secrets = secretSource(process.env, config.secrets);
    const [word, ...rest] = process.argv.slice(2);
    // A misspelled --validate must not start a server.
    if (rest.length > 0 || (word !== undefined && word !== "--validate"))
      throw new Error(`it does not know "${[word, ...rest].join(" ")}". Settings are environment variables; --validate only checks them.`);
    gamesByKind(games);
    if (word === "--validate") {
      await tryStorage(config, realAmbient());
      return void process.stdout.write("The configuration is good, and the store can be used.\n");
    }
    limitYoungSpace(realAmbient());
    if (config.workers > 1 && !isWorker()) return startWorkers(config, secrets);
    const serve = watchSignals({ process, isWorker: isWorker(), exit: exitSurely });
    const { stop, operations } = await startServer(config, secrets, games);
    serve({ stop, reloadSecrets: () => operations.reloadSecrets() });
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : `Tap-or-Tarp cannot start: ${error instanceof Error ? error.message : error}`}\n`,
    );
    process.exit(1);
  }
}

if (process.argv[1] === import.meta.filename) await runServer();
