// Opens many tables on one server, some at a time and from several loopback addresses. Knows nothing of what is done with them.
import type { OpenTable, RunningContestant, Updates } from "./contestant.ts";
import type { RawSocket } from "./raw-socket.ts";

export interface Crowd {
  readonly games: number;
  readonly updates: Updates;
  /** Connections of each table, at most four; four when left out. */
  readonly seats?: number;
  /** Told apart from other crowds on the same server. */
  readonly name?: string;
}

const readBytes = 262_144;
/** Tables that are being opened at the same time. */
const openersMax = 16;
/** One address has about 28,000 ports to connect from. */
const connectionsPerAddress = 4_000;

/** A loopback address for the `place`-th connection, 127.0.0.2 and up. */
export const addressOf = (place: number): string => `127.0.0.${2 + Math.floor(place / connectionsPerAddress)}`;

/** Opens so many, `width` of them at the same time. In the order in which they were open. */
export async function openMany<T>(count: number, width: number, open: (place: number) => Promise<T>): Promise<readonly T[]> {
  const opened: T[] = [];
  let next = 0;
  const openOnes = async (): Promise<void> => {
    while (next < count) {
      const place = next;
      next += 1;
      opened.push(await open(place));
    }
  };
  await Promise.all(Array.from({ length: width }, openOnes));
  return opened;
}

export function openCrowd(on: RunningContestant, { games, updates, seats, name = updates }: Crowd): Promise<readonly OpenTable[]> {
  const readBuffer = Buffer.alloc(readBytes);
  return openMany(games, openersMax, (game) => {
    const localAddress = addressOf(game * (seats ?? 4));
    return on.openTable({ name: `${name}-${game}`, updates, readBuffer, localAddress, ...(seats === undefined ? {} : { seats }) });
  });
}

/** Throws when one of them was lost: a connection that is gone costs nothing and hears nothing. */
export function assertAllThere(sockets: readonly RawSocket[]): void {
  const lost = sockets.filter(({ isClosed }) => isClosed).length;
  if (lost > 0) throw new Error(`${lost} of ${sockets.length} connections were lost during the run.`);
}

export function closeCrowd(tables: readonly OpenTable[]): void {
  for (const { seats } of tables) for (const socket of seats) socket.close();
}
