// Several whole servers on one Redis, each a process of its own, and tables whose players sit at different ones.
import { type RunningServer, type ServerOptions, startRunningServer } from "../support/running-server.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";

export async function startInstances(count: number, redisUrl: string, options: ServerOptions = {}): Promise<RunningServer[]> {
  const start = () => startRunningServer({ ...options, env: { REDIS_URL: redisUrl, ...options.env } });
  return Promise.all(Array.from({ length: count }, start));
}

export interface SpreadTable {
  readonly gameId: string;
  readonly hostToken: string;
  /** The player of seat n at place n - 1; the first is also the host. */
  readonly players: readonly TableClient[];
  readonly tokens: readonly string[];
}

/** A game whose player of seat n is connected to port n of `ports`, over and over. */
export async function spreadTable(ports: readonly number[], seats: number, settings: object = {}): Promise<SpreadTable> {
  const portOf = (seat: number) => ports[(seat - 1) % ports.length] as number;
  const host = await connectTable(portOf(1));
  await host.request("create", { settings: { playerCount: Math.max(2, seats), ...settings } });
  const created = host.heard.find((message) => message.type === "claimed");
  const gameId = String(created?.data.gameId);
  const players: TableClient[] = [];
  const tokens: string[] = [];
  for (let seat = 1; seat <= seats; seat += 1) {
    const player = seat === 1 ? host : await connectTable(portOf(seat));
    players.push(player);
    if (seat > 1) await player.request("join", { gameId });
    const since = player.heard.length;
    await player.request("claim", { playerId: seat });
    tokens.push((await player.next("claimed", since)).data.token);
  }
  return { gameId, hostToken: String(created?.data.token), players, tokens };
}

/** Waits until every client has heard version `v` or more. */
export async function allAt(v: number, clients: readonly TableClient[], withinMs = 5_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (clients.some((client) => client.v < v)) {
    if (performance.now() > until)
      throw new Error(`Not all reached v ${v} within ${withinMs} ms: ${clients.map((client) => client.v).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits until `holds` does; for things a client is not told. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<number> {
  const startedAt = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedAt > withinMs) throw new Error(`Did not come true within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - startedAt;
}
