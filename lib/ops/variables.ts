// Every setting and limit that can be changed: its environment variable, unit, range, default and what it does. config.ts reads values by this
// table and the documents are made from it; nothing else in the server may look at the environment.

/** A whole number within a range. Its key in the table is the name used in the code, with the unit last. */
export interface LimitVariable {
  readonly variable: string;
  readonly unit: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly about: string;
}

/** Variable, unit, default, [least, greatest] (both included), what it does. */
type LimitRow = readonly [variable: string, unit: string, initial: number, range: readonly [number, number], about: string];

function limit(...[variable, unit, initial, [min, max], about]: LimitRow): LimitVariable {
  return { variable, unit, initial, min, max, about };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const mib = 1024 * 1024;
const retention = [hourMs, 3650 * dayMs] as const;

export const limitVariables = {
  // The socket
  frameBytesMax: limit(
    "LIMIT_FRAME_BYTES",
    "bytes",
    65_536,
    [1024, mib],
    "Largest message a client may send, at most LIMIT_OUTBOX_BYTES. A larger one closes the connection with 1009.",
  ),
  connectionsMax: limit(
    "LIMIT_CONNECTIONS",
    "connections",
    50_000,
    [1, 200_000],
    "Open sockets in all. Past it an upgrade is answered with 503.",
  ),
  connectionsPerAddressMax: limit(
    "LIMIT_CONNECTIONS_PER_ADDRESS",
    "connections",
    12_000,
    [1, 200_000],
    "Open sockets and event streams from one client address (IPv6: one /64), at most LIMIT_CONNECTIONS. Past it 429; lines of any kind are cut past 500 more.",
  ),
  upgradesPerAddressPerMinuteMax: limit(
    "LIMIT_UPGRADES_PER_ADDRESS",
    "per minute",
    30_000,
    [1, 1_000_000],
    "New sockets from one address. A ceiling that a load test on one machine stays under; lower it at a public edge.",
  ),
  upgradeMs: limit("LIMIT_UPGRADE_MS", "ms", 5000, [100, minuteMs], "Time a client has to finish the upgrade."),
  framesPerSecondMax: limit(
    "LIMIT_FRAMES_PER_SECOND",
    "per second",
    200,
    [1, 100_000],
    "Frames, control frames included, from one connection, averaged over 2 s. Past it messages are refused; twice as many close it.",
  ),
  bytesPerSecondMax: limit(
    "LIMIT_BYTES_PER_SECOND",
    "bytes per second",
    262_144,
    [1024, 64 * mib],
    "Bytes from one connection, averaged over 5 s. Past it messages are refused; twice as many close it.",
  ),
  commandsPerSessionPerSecondMax: limit(
    "LIMIT_COMMANDS_PER_SESSION",
    "per second",
    150,
    [1, 100_000],
    "Commands of one seat through whichever connection, averaged over 5 s. Past it they are refused, to be tried again.",
  ),
  commandsPerGamePerSecondMax: limit(
    "LIMIT_COMMANDS_PER_GAME",
    "per second",
    600,
    [1, 100_000],
    "Commands of one game on one instance, averaged over 5 s; those who hold no seat use half of it at most. Past it they are refused, to be tried again.",
  ),
  gamesPerAddressPerMinuteMax: limit("LIMIT_GAMES_PER_ADDRESS", "per minute", 6000, [1, 1_000_000], "New games from one address."),
  joinFailuresPerAddressPerMinuteMax: limit(
    "LIMIT_JOIN_FAILURES_PER_ADDRESS",
    "per minute",
    60,
    [1, 1_000_000],
    "Lobby codes that name no game, and refused tokens, from one address.",
  ),
  feedbackPerAddressPerMinuteMax: limit(
    "LIMIT_FEEDBACK_PER_ADDRESS",
    "per minute",
    20,
    [1, 1_000_000],
    "Feedback messages from one address.",
  ),
  viewersPerGameMax: limit("LIMIT_VIEWERS_PER_GAME", "viewers", 200, [8, 100_000], "Viewers of one game on one instance, in fair shares."),
  outboxBytesMax: limit(
    "LIMIT_OUTBOX_BYTES",
    "bytes",
    mib,
    [16_384, 64 * mib],
    "Bytes waiting for one slow reader. Past it the connection is closed with 1008.",
  ),
  outboxStuckMs: limit(
    "LIMIT_OUTBOX_STUCK_MS",
    "ms",
    5000,
    [500, 5 * minuteMs],
    "How long one connection may take nothing while bytes wait, before it is closed with 1008.",
  ),
  outboxTerminateMs: limit(
    "LIMIT_OUTBOX_TERMINATE_MS",
    "ms",
    3000,
    [100, minuteMs],
    "Time between a close frame and cutting the connection.",
  ),
  heartbeatMs: limit("LIMIT_HEARTBEAT_MS", "ms", 15_000, [100, 10 * minuteMs], "Time between pings. Two missed answers end a connection."),
  keepAliveMs: limit("LIMIT_KEEP_ALIVE_MS", "ms", 5000, [1000, 15 * minuteMs], "Silence between two HTTP requests on one connection."),
  // The room
  lockWaitMs: limit(
    "LIMIT_LOCK_WAIT_MS",
    "ms",
    2000,
    [10, minuteMs],
    "How long a command waits for its game's turn before it is answered busy.",
  ),
  lockQueueMax: limit("LIMIT_LOCK_QUEUE", "commands", 200, [1, 100_000], "Commands waiting for one game. Past it: busy."),
  roomIdleMs: limit("LIMIT_ROOM_IDLE_MS", "ms", 5 * minuteMs, [100, dayMs], "A room without viewers is put out of memory after this time."),
  roomsMax: limit("LIMIT_ROOMS", "rooms", 20_000, [10, 1_000_000], "Rooms in memory. Idle ones make room for new ones, else: busy."),
  gameIdChars: limit("LIMIT_GAME_ID_CHARS", "characters", 6, [3, 8], "Length of a lobby code."),
  gameIdTriesMax: limit("LIMIT_GAME_ID_TRIES", "codes", 20, [1, 1000], "Codes tried for a new game before it is refused as no-free-code."),
  // The store
  storeQueueChangesMax: limit(
    "LIMIT_STORE_QUEUE_CHANGES",
    "changes",
    20_000,
    [1, 10_000_000],
    "Changes waiting to be written. Past it: busy. With REDIS_URL at least 512.",
  ),
  storeQueueBytesMax: limit(
    "LIMIT_STORE_QUEUE_BYTES",
    "bytes",
    128 * mib,
    [mib, 4096 * mib],
    "Bytes waiting to be written. Past it: busy.",
  ),
  storeBatchChangesMax: limit(
    "LIMIT_STORE_BATCH_CHANGES",
    "changes",
    256,
    [1, 4096],
    "Changes written in one transaction, at most LIMIT_STORE_QUEUE_CHANGES.",
  ),
  storeCallMs: limit(
    "LIMIT_STORE_CALL_MS",
    "ms",
    5000,
    [50, 2 * minuteMs],
    "Time the store has to answer. Then the outcome is unknown and resolved by the action id.",
  ),
  storeCheckBytesMax: limit(
    "LIMIT_STORE_CHECK_BYTES",
    "bytes",
    128 * mib,
    [0, 2 ** 40],
    "SQLite files up to this size are checked page by page before serving. Larger ones start at once and rely on the checksum that each row is read with.",
  ),
  storeCacheBytesMax: limit("LIMIT_STORE_CACHE_BYTES", "bytes", 4 * mib, [mib, 4096 * mib], "Pages of the SQLite file kept in memory."),
  redisCommandMs: limit(
    "LIMIT_REDIS_COMMAND_MS",
    "ms",
    1000,
    [50, minuteMs],
    "Time Redis has to answer one command. Then the outcome is unknown, and commands are refused until it answers again.",
  ),
  redisStartMs: limit("LIMIT_REDIS_START_MS", "ms", 10_000, [100, 5 * minuteMs], "How long a starting server tries to reach Redis."),
  historyChangesMax: limit(
    "LIMIT_HISTORY_CHANGES",
    "changes",
    1000,
    [300, 10_000_000],
    "Newest changes of a game that Redis keeps at least: for undo, for who was away, for its log and the files made from it.",
  ),
  retentionFinishedMs: limit("LIMIT_RETENTION_FINISHED_MS", "ms", 30 * dayMs, retention, "Finished games are forgotten after this time."),
  retentionUntouchedMs: limit("LIMIT_RETENTION_UNTOUCHED_MS", "ms", 7 * dayMs, retention, "The same, unfinished ones nobody touched."),
  retentionFeedbackMs: limit("LIMIT_RETENTION_FEEDBACK_MS", "ms", 365 * dayMs, retention, "Feedback is forgotten after this time."),
  auditRetentionMs: limit("LIMIT_AUDIT_RETENTION_MS", "ms", 365 * dayMs, [dayMs, 3650 * dayMs], "Audit records are kept for this time."),
  auditMonthBytesMax: limit("LIMIT_AUDIT_MONTH_BYTES", "bytes", 128 * mib, [mib, 4096 * mib], "A month's audit log; more is counted."),
  // HTTP
  httpRequestsPerAddressPerMinuteMax: limit(
    "LIMIT_HTTP_REQUESTS",
    "per minute",
    6000,
    [1, 1_000_000],
    "HTTP requests from one address. Past it 429 with Retry-After.",
  ),
  httpBodyBytesMax: limit("LIMIT_HTTP_BODY_BYTES", "bytes", 16_384, [1024, mib], "Largest HTTP request body."),
  eventStreamsMax: limit("LIMIT_EVENT_STREAMS", "connections", 1000, [0, 100_000], "Open Server-Sent Event streams in all."),
  // The process
  drainMs: limit(
    "LIMIT_DRAIN_MS",
    "ms",
    20_000,
    [0, 25_000],
    "Time open connections have to leave on SIGTERM, 20 s at the most: the whole stop takes 30 s, and the store needs its part.",
  ),
  standstillMs: limit(
    "LIMIT_STANDSTILL_MS",
    "ms",
    10_000,
    [5_000, 365 * dayMs],
    "A server that did nothing for longer, because its machine slept, say, or could save nothing, counts as having been away: the time is charged to nobody.",
  ),
  loopLagShedMs: limit(
    "LIMIT_LOOP_LAG_SHED_MS",
    "ms",
    200,
    [10, minuteMs],
    "Delay of the event loop past which new games are refused; at 2 times joins, at 4 times spectators, at 8 times taps.",
  ),
} as const satisfies Record<string, LimitVariable>;

/** A setting that is not a plain limit. `secret` ones may come from a file named by NAME_FILE and never appear in a log. */
export interface SettingVariable {
  readonly variable: string;
  readonly unit: string;
  readonly initial: string;
  readonly range: string;
  readonly secret: boolean;
  readonly about: string;
}

type SettingRow = readonly [variable: string, unit: string, initial: string, range: string, about: string];

function setting(...[variable, unit, initial, range, about]: SettingRow): SettingVariable {
  return { variable, unit, initial, range, secret: false, about };
}

type SecretRow = readonly [variable: string, unit: string, range: string, about: string];

function secret(...[variable, unit, range, about]: SecretRow): SettingVariable {
  return { variable, unit, initial: "", range, secret: true, about };
}

export const settingVariables = {
  environment: setting(
    "NODE_ENV",
    "word",
    "development",
    "production, development or test",
    "Production turns on JSON logs, HSTS and the strict origin check, and closes /metrics on PORT to whoever has no token.",
  ),
  port: setting("PORT", "port", "3000", "0 to 65535; 0: any free one", "Port of the game and its HTTP pages."),
  host: setting("HOST", "address", "", "an address; empty: all", "Address to listen on."),
  dataDir: setting("DATA_DIR", "folder", "./data", "a path", "Where SQLite keeps games and dead letters, and all stores the audit log."),
  redisUrl: secret(
    "REDIS_URL",
    "URL",
    "redis:// or rediss://; several with commas: nodes of one cluster",
    "Set: games live in Redis and instances talk through it. Empty: SQLite.",
  ),
  workers: setting("WORKERS", "processes", "1", "1 to 64", "Processes sharing the port. More than one needs REDIS_URL."),
  allowedOrigins: setting(
    "ALLOWED_ORIGINS",
    "list",
    "",
    "origins with commas between, a leading *. matches subdomains",
    "Pages that may open a socket, and no others. Empty: in production pages of the same host only, else any.",
  ),
  allowMissingOrigin: setting(
    "ALLOW_MISSING_ORIGIN",
    "switch",
    "",
    "true, false; empty: false in production, else true",
    "Whether clients that send no Origin (k6, native programs) may connect.",
  ),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    "list",
    "",
    "addresses or CIDR ranges with commas between; loopback, linklocal, uniquelocal",
    "Proxies whose X-Forwarded-For is believed, counted from the right.",
  ),
  clientAddressHeader: setting(
    "CLIENT_ADDRESS_HEADER",
    "name",
    "",
    "a header's name; empty: X-Forwarded-For",
    "Header in which trusted proxies put the client's address alone, for edges that add their own to X-Forwarded-For.",
  ),
  adminToken: secret(
    "ADMIN_TOKEN",
    "token",
    "16 to 512 visible ASCII characters",
    "Opens the admin API, which the page /admin asks for everything it shows. Empty: the API is off.",
  ),
  metricsToken: secret(
    "METRICS_TOKEN",
    "token",
    "16 to 512 visible ASCII characters",
    "Bearer token for /metrics. Empty: on PORT only loopback outside production may read it.",
  ),
  metricsPort: setting(
    "METRICS_PORT",
    "port",
    "",
    "0 to 65535; empty: none",
    "Serves /metrics on a port of its own, and no longer on PORT.",
  ),
  sentryDsn: secret("SENTRY_DSN", "URL", "http(s):// with a key and a project's number", "Errors go there. Empty: Sentry is not loaded."),
  logLevel: setting(
    "LOG_LEVEL",
    "word",
    "info",
    "fatal, error, warn, info, debug, trace or silent",
    "Least severe log line that is written.",
  ),
  logSampleEvery: setting(
    "LOG_SAMPLE_EVERY",
    "lines",
    "100",
    "1 to 1000000",
    "Of frequent log lines (one per command or HTTP request) one in so many is written at level info; at debug all are.",
  ),
  instanceId: setting(
    "INSTANCE_ID",
    "name",
    "",
    "1 to 64 letters, digits, . _ -",
    "Name of this process in logs, announcements and /api/server/state, with something drawn at each start behind it; workers are numbered. Audit files of processes that share DATA_DIR are kept apart by it.",
  ),
  release: setting(
    "RELEASE",
    "name",
    "",
    "up to 100 letters, digits, . _ - + @; empty: the package version",
    "Version shown in logs, error reports and /api/server/state.",
  ),
} as const satisfies Record<string, SettingVariable>;

export type LimitName = keyof typeof limitVariables;
export type SettingName = keyof typeof settingVariables;
