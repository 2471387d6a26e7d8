// Makes the ioredis client for an address: one server, or the nodes of a Redis Cluster when the address names several. Here are the
// options without which ioredis would run a command twice, or keep it for later, or never answer.
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from "ioredis";
import type { Ambient } from "../ops/ambient.ts";

export interface ClientWish {
  readonly ambient: Ambient;
  /** Redis has this long to answer, ms. */
  readonly commandMs: number;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** Sharded channels are listened to, on whichever node owns each. */
  readonly listens?: true;
}

const reconnectMsMax = 1_000;
const reconnectMsMin = 50;
const connectMs = 3_000;
/** Nodes a command may be sent on to. A node that sends it on has not run it. */
const redirectionsMax = 4;
const slotsRefreshMs = 2_000;

function retryOf(ambient: Ambient): (times: number) => number {
  return (times) => Math.min(reconnectMsMax, reconnectMsMin * 2 ** Math.min(times, 10)) + ambient.below(reconnectMsMin);
}

/** The first four belong together; a cluster needs its own two delays of 0 beside them. */
export function clientOptions({ ambient, commandMs, name }: ClientWish) {
  return {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: commandMs,
    connectTimeout: connectMs,
    disconnectTimeout: 500,
    maxLoadingRetryTime: 500,
    lazyConnect: true,
    protocol: 2 as const,
    connectionName: name,
    disableClientInfo: true,
    // Who listens does it himself: whatever was missed has to be read again.
    autoResubscribe: false,
    retryStrategy: retryOf(ambient),
  } satisfies RedisOptions;
}

type Credentials = { readonly username?: string; readonly password?: string; readonly tls?: object };

export function clusterOptions(wish: ClientWish, credentials: Credentials) {
  const { retryStrategy, enableOfflineQueue, lazyConnect, ...redisOptions } = clientOptions(wish);
  return {
    enableOfflineQueue,
    lazyConnect,
    maxRedirections: redirectionsMax,
    // A command whose connection went may have been run: it is never sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: wish.commandMs,
    slotsRefreshInterval: slotsRefreshMs,
    clusterRetryStrategy: retryStrategy,
    clusterNodeRetryStrategy: retryStrategy,
    shardedSubscribers: wish.listens === true,
    redisOptions: { ...redisOptions, ...credentials },
  } satisfies ClusterOptions;
}

/** `url`: redis:// or rediss://, or several of them with commas between: nodes of one cluster, with one user for all. */
export function redisClient(url: string, wish: ClientWish): Redis {
  const [first = "", ...more] = url.split(",").map((part) => part.trim());
  if (more.length === 0) return new Redis(first, clientOptions(wish));
  const { protocol, username, password } = new URL(first);
  const credentials = {
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  };
  const nodes = [first, ...more].map((part) => {
    const { hostname, port } = new URL(part);
    // An IPv6 address stands in brackets in a URL, and nowhere else.
    return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 6_379) };
  });
  // Commands, events, status and connecting are alike in both; what is not goes through `nodesOf`.
  return new Cluster(nodes, clusterOptions(wish, credentials)) as unknown as Redis;
}

export function isCluster(client: Redis): boolean {
  return (client as unknown) instanceof Cluster;
}

/**
 * Sends without the client's own limit, which costs a timer for each command: for who watches over his commands himself. What the
 * client says of its own accord, to connect, keeps it, and so do the nodes of a cluster.
 */
export function withoutLimit<T>(client: Redis, send: (client: Redis) => T): T {
  const options: { commandTimeout?: number | undefined } = client.options;
  const { commandTimeout } = options;
  options.commandTimeout = undefined;
  try {
    return send(client);
  } finally {
    options.commandTimeout = commandTimeout;
  }
}

/** The servers that hold keys. */
export function nodesOf(client: Redis): readonly Redis[] {
  const either: unknown = client;
  return either instanceof Cluster ? either.nodes("master") : [client];
}
