// Everybody comes back at once after a restart, as browsers do it: with jitter, through a new connection, with a token. When each is in
// its seat again is measured.
import { percentile } from "../../support/healthy-table.ts";
import { startRunningServer } from "../../support/running-server.ts";
import { connectTable, type TableClient } from "../../support/table-client.ts";

export interface StormFigures {
  readonly clients: number;
  readonly back: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
  readonly retries: number;
  readonly stopMs: number;
  /** Between the twentieth part that was closed first and the one that was closed last, ms. */
  readonly closeSpreadMs: number;
  /** When each was asked to come back, ms: what the warnings said. */
  readonly comeBackMs: readonly number[];
}

interface Phone {
  readonly gameId: string;
  readonly playerId: number;
  readonly token: string;
}

const seats = 8;
const seatingAtOnce = 50;
const jitterMs = 2_000;
const giveUpMs = 60_000;

/** How the server let one of them go. */
interface Farewell {
  readonly at: number;
  readonly comeBackMs: readonly number[];
}

async function farewellOf(client: TableClient): Promise<Farewell> {
  await client.closed;
  const warnings = client.heard.filter(({ type }) => type === "shutdown_warning");
  return { at: performance.now(), comeBackMs: warnings.map(({ data }) => data.retryAfterMs) };
}

async function seatAll(port: number, clients: number): Promise<{ readonly phones: Phone[]; readonly closed: Promise<Farewell>[] }> {
  const phones: Phone[] = [];
  const closed: Promise<Farewell>[] = [];
  async function seatOne(): Promise<void> {
    const host = await connectTable(port);
    closed.push(farewellOf(host));
    await host.request("create", { settings: { playerCount: seats }, updates: "changes" });
    const gameId: string = host.heard.find(({ type }) => type === "claimed")?.data.gameId;
    for (let playerId = 1; playerId <= seats; playerId += 1) {
      const phone = playerId === 1 ? host : await connectTable(port);
      if (playerId > 1) {
        closed.push(farewellOf(phone));
        await phone.request("join", { gameId, updates: "changes" });
      }
      const since = phone.heard.length;
      await phone.request("claim", { playerId });
      phones.push({ gameId, playerId, token: phone.heard.slice(since).find(({ type }) => type === "claimed")?.data.token });
      // What was heard is not needed any more, and there are thousands.
      (phone.heard as unknown[]).length = 0;
    }
  }
  const tables = Math.ceil(clients / seats);
  for (let done = 0; done < tables; done += seatingAtOnce) {
    await Promise.all(Array.from({ length: Math.min(seatingAtOnce, tables - done) }, seatOne));
  }
  return { phones, closed };
}

async function comeBack(port: number, phone: Phone, tally: { retries: number }): Promise<number | null> {
  const startedAt = performance.now();
  for (let attempt = 0; performance.now() - startedAt < giveUpMs; attempt += 1) {
    const waitMs = Math.random() * Math.min(30_000, jitterMs * 1.5 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      const client = await connectTable(port);
      const answer = await client.request("reconnect", { ...phone, updates: "changes" });
      if (answer.type === "ack") return performance.now() - startedAt;
      client.cut();
    } catch {
      // Refused, or cut while waiting: as a browser would, it tries again later.
    }
    tally.retries += 1;
  }
  return null;
}

export async function reconnectStorm(clients: number): Promise<StormFigures> {
  const first = await startRunningServer();
  const { phones, closed } = await seatAll(first.port, clients);
  const { tookMs: stopMs } = await first.stop();
  const farewells = await Promise.all(closed);
  const closedAt = farewells.map(({ at }) => at).sort((a, b) => a - b);
  const second = await startRunningServer({ dataDir: first.dataDir, port: first.port });
  const tally = { retries: 0 };
  const times = (await Promise.all(phones.map((phone) => comeBack(second.port, phone, tally)))).filter((time) => time !== null);
  await second.dispose();
  await first.dispose();
  times.sort((a, b) => a - b);
  return {
    clients: phones.length,
    back: times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    lastMs: times.at(-1) ?? 0,
    retries: tally.retries,
    stopMs,
    closeSpreadMs: percentile(closedAt, 0.95) - percentile(closedAt, 0.05),
    comeBackMs: farewells.flatMap(({ comeBackMs }) => comeBackMs),
  };
}

export function tellStorm({ clients, back, p50Ms, p99Ms, lastMs, retries, stopMs }: StormFigures): string {
  const s = (ms: number) => (ms / 1_000).toFixed(1);
  return `${back} of ${clients} clients back after a restart (stopped in ${s(stopMs)} s): p50 ${s(p50Ms)} s, p99 ${s(p99Ms)} s, last ${s(lastMs)} s, ${retries} further attempts`;
}
