// More taps than a server can take: the host of each table passes the turn again and again without waiting for anything. What is done
// per second is what the versions say; what is refused is counted by its error messages.
import { setTimeout as pause } from "node:timers/promises";
import { isError, type OpenTable, type Reader } from "./contestant.ts";

export interface FloodFigures {
  readonly offeredPerSecond: number;
  /** Changes that were made and shown to the host. */
  readonly donePerSecond: number;
  readonly refusedPerSecond: number;
  /** Offered, but the server took no more bytes at the moment. */
  readonly heldBackPerSecond: number;
  /** Codes of the refusals, counted. */
  readonly codes: Readonly<Record<string, number>>;
  /** Connections that the server closed. */
  readonly closed: number;
}

const tickMs = 2;
/** Taps in one write, at most. */
const burstMax = 64;
/** A socket that has so much waiting is given no more: the server does not take it. */
const waitingBytesMax = 16_384;
const afterMs = 500;

export interface FloodOrder {
  readonly tables: readonly OpenTable[];
  readonly perSecond: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

export async function flood({ tables, perSecond, warmMs, measureMs }: FloodOrder): Promise<FloodFigures> {
  const bursts = Array.from({ length: burstMax }, (_, more) =>
    Buffer.concat(Array.from({ length: more + 1 }, () => tables[0]?.tap ?? Buffer.alloc(0))),
  );
  let [done, refused, offered, heldBack] = [0, 0, 0, 0];
  const codes: Record<string, number> = {};
  let closed = 0;
  const noteRefusal = (text: string): void => {
    const { code } = (JSON.parse(text) as { readonly data: { readonly code: string } }).data;
    codes[code] = (codes[code] ?? 0) + 1;
    refused += 1;
  };
  for (const { seats, readers } of tables) {
    const [host, read] = [seats[0], readers[0] as Reader];
    for (const socket of seats) {
      socket.onFrame = () => {};
      socket.onClose = () => {
        closed += 1;
      };
    }
    if (host === undefined) continue;
    host.onFrame = (bytes, start, end) => {
      if (isError(bytes, start)) noteRefusal(bytes.toString("utf8", start, end));
      else if (read(bytes, start, end).v > 0) done += 1;
    };
  }
  const startedAt = performance.now();
  const measuredFrom = startedAt + warmMs;
  const endAt = measuredFrom + measureMs;
  let before: readonly number[] | null = null;
  let given = 0;
  let turn = 0;
  for (let now = startedAt; now < endAt; now = performance.now()) {
    if (before === null && now >= measuredFrom) before = [done, refused, offered, heldBack];
    const dueUntilNow = ((now - startedAt) * perSecond) / 1_000;
    const each = Math.max(1, Math.min(burstMax, Math.ceil((dueUntilNow - given) / tables.length)));
    for (; given + each <= dueUntilNow; given += each) {
      const host = tables[turn % tables.length]?.seats[0];
      turn += 1;
      offered += each;
      if (host === undefined || host.waitingBytes > waitingBytesMax) heldBack += each;
      else host.send(bursts[each - 1] as Buffer);
    }
    await pause(tickMs);
  }
  const seconds = (performance.now() - measuredFrom) / 1_000;
  const [done0 = 0, refused0 = 0, offered0 = 0, heldBack0 = 0] = before ?? [];
  const figures = {
    offeredPerSecond: (offered - offered0) / seconds,
    donePerSecond: (done - done0) / seconds,
    refusedPerSecond: (refused - refused0) / seconds,
    heldBackPerSecond: (heldBack - heldBack0) / seconds,
    codes,
    closed,
  };
  // What is still on its way is not the next measurement's.
  for (let last = -1; last !== done + refused; ) {
    last = done + refused;
    await pause(afterMs);
  }
  return figures;
}
