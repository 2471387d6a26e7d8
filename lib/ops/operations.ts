// The operator's side of one server: its admin routes, charts, a metrics port of its own, and secrets that rotate. Games go on
// whatever happens here.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Router } from "express";
import type { ViewerId } from "../game/ids.ts";
import type { RefusalCode } from "../game/refusals.ts";
import { presentGames } from "../room/present-games.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import { type AdminGame, type AdminHost, adminRouter } from "./admin.ts";
import type { Ambient } from "./ambient.ts";
import type { Audit } from "./audit.ts";
import { checkBearer } from "./bearer.ts";
import type { Config, SecretSource } from "./config.ts";
import type { Health } from "./health.ts";
import type { LiveGames } from "./live-games.ts";
import type { RootLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createSeries } from "./series.ts";
import { settingVariables } from "./variables.ts";

export interface OperationsParts {
  readonly config: Config;
  readonly secrets: SecretSource;
  readonly ambient: Ambient;
  readonly log: RootLog;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly rooms: Rooms;
  readonly health: Health;
  readonly audit: Audit;
  readonly live: LiveGames;
  readonly instanceId: string;
  readonly version: string;
  readonly connections: () => number;
  readonly loopLagMs: () => number;
  /** Begins the ordered stop. */
  readonly drain: () => void;
  /** The client's address as the edge knows it. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly countedAs: (address: string) => string;
  readonly deadLetters: Pick<AdminHost, "deadLetters" | "replayDeadLetters">;
}

export interface Operations {
  /** To be mounted at /admin/api. */
  readonly routes: Router;
  /** The port /metrics has for itself, null when there is none. Rejects when it is taken. */
  listen(): Promise<number | null>;
  /** Reads the secrets again; the old ones stay in force when the new ones are not good, and those that only a start uses until the next. */
  reloadSecrets(): void;
  close(): Promise<void>;
}

/** What was opened with these at the start stays so. */
const usedAtStart = ["redisUrl", "sentryDsn"] as const;
/** Nobody at the table: the operator sees what a spectator sees. */
const nobody = "" as ViewerId;

async function gameOf(rooms: Rooms, id: string): Promise<AdminGame | RefusalCode> {
  const found = await rooms.find(id);
  if ("refused" in found) return found.refused;
  const { room } = found;
  const viewers = await room.viewersEverywhere();
  let game: AdminGame | RefusalCode = "internal";
  await room.read(
    (copy, now) => {
      const view = room.rules.view(copy.state, room.rules.audienceOf(copy.state, nobody), now);
      game = { id, v: copy.v, viewers, view };
    },
    (answer) => {
      if (!answer.ok) game = answer.code;
    },
  );
  return game;
}

async function closeGame(rooms: Rooms, id: string, reason: string): Promise<"closed" | RefusalCode> {
  const found = await rooms.find(id);
  if ("refused" in found) return found.refused;
  let outcome: "closed" | RefusalCode = "internal";
  await found.room.execute({
    sender: null,
    command: { type: "close", reason },
    actionId: null,
    answered: (answer) => {
      outcome = answer.ok ? "closed" : answer.code;
    },
  });
  return outcome;
}

function hostOf(parts: OperationsParts, startedAt: number): AdminHost {
  const { store, rooms, log, instanceId, version, connections } = parts;
  return {
    about: () => ({ instance: instanceId, release: version, startedAt, connections: connections(), rooms: rooms.size }),
    counts: () => store.counts(),
    games: async (cursor, limit) => presentGames({ store, rooms }, await store.all(cursor, limit)),
    game: (id) => gameOf(rooms, id),
    changes: (id, afterV, limit) => store.changes(id, afterV, limit),
    closeGame: (id, reason) => closeGame(rooms, id, reason),
    feedback: (cursor, limit) => store.feedback(cursor, limit),
    drain: parts.drain,
    logLevel: () => log.level(),
    setLogLevel: (level) => log.setLevel(level),
    ...parts.deadLetters,
  };
}

/** A server that knows one page. With a METRICS_TOKEN it asks for it, else the port itself is the protection. */
function metricsServer({ metrics, secrets, audit, log, addressOf }: OperationsParts): Server {
  return createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
    if (request.method !== "GET" || request.url?.split("?", 1)[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    if (checkBearer(request.headers.authorization, secrets.current().metricsToken) === "denied") {
      audit.note("metrics-denied", addressOf(request));
      response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="metrics"' }).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "Content-Type": metrics.contentType, "Cache-Control": "no-store" }).end(text),
      (error: unknown) => {
        log.error({ err: error }, "the metrics cannot be made");
        response.writeHead(500).end();
      },
    );
  });
}

export function openOperations(parts: OperationsParts): Operations {
  const { config, secrets, ambient, log, metrics, store, health, audit, live } = parts;
  const host = hostOf(parts, ambient.now());
  const series = createSeries(ambient, {
    connections: parts.connections,
    commandsTotal: () => metrics.commandTotals().count,
    commandMsTotal: () => metrics.commandTotals().ms,
    queueAgeMs: () => store.health().queueAgeMs,
    loopLagMs: parts.loopLagMs,
  });
  const token = () => secrets.current().adminToken;
  const { addressOf, countedAs } = parts;
  const bodyBytesMax = config.limits.httpBodyBytesMax;
  const server = config.metricsPort === null ? null : metricsServer(parts);
  return {
    routes: adminRouter({ token, host, health, audit, live, series, addressOf, countedAs, bodyBytesMax }),
    listen: () =>
      new Promise((resolve, reject) => {
        if (server === null) return resolve(null);
        server.once("error", reject);
        server.listen({ port: config.metricsPort ?? 0, ...(config.host === null ? {} : { host: config.host }) }, () => {
          server.off("error", reject);
          const { port } = server.address() as AddressInfo;
          log.info({ metricsPort: port }, `Metrics are on port ${port}`);
          resolve(port);
        });
      }),
    reloadSecrets() {
      const problems = secrets.reload();
      audit.note("secrets-reloaded", "server", { problems: problems.length });
      if (problems.length === 0) log.info({}, "the secrets were read again");
      else log.error({ problems }, "the new secrets are not good; the old ones stay in force");
      const others = usedAtStart.filter((secret) => secrets.current()[secret] !== config.secrets[secret]);
      const variables = others.map((secret) => settingVariables[secret].variable);
      if (variables.length > 0) log.warn({ variables }, "these secrets have changed, and are in force after a restart only");
    },
    async close() {
      series.close();
      server?.close();
      server?.closeAllConnections();
      await audit.close();
    },
  };
}
