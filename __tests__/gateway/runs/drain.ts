// SIGTERM under load, with readers who are stuck: how fast the server stops being ready, how long it takes to leave, and whether
// everything it acknowledged is there when it comes back.
import { startRunningServer } from "../../support/running-server.ts";
import { connectTable, seatTable, type Table } from "../../support/table-client.ts";

export interface DrainFigures {
  readonly tables: number;
  readonly stuckReaders: number;
  readonly acknowledged: number;
  /** Acknowledged commands that are not in the log afterwards. */
  readonly lost: number;
  readonly notReadyAfterMs: number;
  readonly exitAfterMs: number;
  readonly exitCode: number | null;
  readonly closeCodes: Readonly<Record<string, number>>;
  readonly warned: number;
  readonly refusedUpgrade: boolean;
}

interface Tapping {
  readonly acknowledged: Map<string, number[]>;
  going: boolean;
}

/** Rolls dice as fast as they are acknowledged: each acknowledgement names the version that must be in the log. */
async function tapOn({ gameId, players }: Table, tapping: Tapping): Promise<void> {
  const versions: number[] = [];
  tapping.acknowledged.set(gameId, versions);
  await Promise.all(
    players.map(async (player) => {
      while (tapping.going) {
        try {
          const answer = await player.request("rollDice", { sides: 6 });
          if (answer.type === "ack") versions.push(answer.data.v);
        } catch {
          return;
        }
      }
    }),
  );
}

/** When the last question was asked that was still answered "ready", ms from now: the answer's own way takes nothing from it. */
async function notReadyAfter(url: string): Promise<number> {
  const startedAt = performance.now();
  for (let lastReadyMs = 0; ; ) {
    const askedMs = performance.now() - startedAt;
    const status = await fetch(`${url}/ready`).then(
      (response) => response.status,
      () => 0,
    );
    if (status !== 200) return lastReadyMs;
    lastReadyMs = askedMs;
  }
}

async function versionsOf(url: string, gameId: string): Promise<Set<number>> {
  const versions = new Set<number>();
  for (let after: number | null = 0; after !== null; ) {
    const page = (await (await fetch(`${url}/api/games/${gameId}/log?after=${after}`)).json()) as {
      readonly changes: readonly { readonly v: number }[];
      readonly next: number | null;
    };
    for (const { v } of page.changes) versions.add(v);
    after = page.next;
  }
  return versions;
}

export async function drainUnderLoad({
  tables,
  stuckReaders,
}: {
  readonly tables: number;
  readonly stuckReaders: number;
}): Promise<DrainFigures> {
  const server = await startRunningServer();
  const seated: Table[] = [];
  for (let i = 0; i < tables; i += 1) seated.push(await seatTable(server.port, 4));
  for (let i = 0; i < stuckReaders; i += 1) {
    const reader = await connectTable(server.port);
    await reader.request("join", { gameId: seated[i % tables]?.gameId });
    reader.socket.pause();
  }
  const closeCodes: Record<string, number> = {};
  const players = seated.flatMap((table) => table.players);
  const closed = players.map((player) =>
    player.closed.then(({ code }) => {
      closeCodes[code] = (closeCodes[code] ?? 0) + 1;
    }),
  );
  const tapping: Tapping = { acknowledged: new Map(), going: true };
  const loops = seated.map((table) => tapOn(table, tapping));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const stopping = server.stop();
  const notReadyAfterMs = await notReadyAfter(server.url);
  const refusedUpgrade = await connectTable(server.port).then(
    () => false,
    () => true,
  );
  const { code, tookMs } = await stopping;
  tapping.going = false;
  await Promise.all([...closed, ...loops]);
  const warned = players.filter(({ heard }) => heard.some(({ type }) => type === "shutdown_warning")).length;
  const again = await startRunningServer({ dataDir: server.dataDir });
  let acknowledged = 0;
  let lost = 0;
  for (const [gameId, versions] of tapping.acknowledged) {
    const kept = await versionsOf(again.url, gameId);
    acknowledged += versions.length;
    lost += versions.filter((v) => !kept.has(v)).length;
  }
  await again.dispose();
  await server.dispose();
  const figures = { tables, stuckReaders, acknowledged, lost, notReadyAfterMs, exitAfterMs: tookMs, exitCode: code };
  return { ...figures, closeCodes, warned, refusedUpgrade };
}

export function tellDrain(figures: DrainFigures): string {
  const { tables, stuckReaders, acknowledged, lost, notReadyAfterMs, exitAfterMs, exitCode, closeCodes, warned } = figures;
  return `drain of ${tables} tables under load with ${stuckReaders} stuck readers: not ready after ${notReadyAfterMs.toFixed(0)} ms, exit ${exitCode} after ${(exitAfterMs / 1_000).toFixed(1)} s, ${acknowledged} acknowledged, ${lost} lost, ${warned} warned, closed with ${JSON.stringify(closeCodes)}`;
}
