// Socket.IO and Colyseus as contestants: their wire spoken over raw sockets, because their own clients cost more than their servers.
import type { Contestant, FrameNote, OpenTable, Reader, TableOrder } from "./contestant.ts";
import { jsonReader, seatCount } from "./contestant.ts";
import { maskedFrame, RawSocket } from "./raw-socket.ts";
import { startServer } from "./server-process.ts";

const ready = /ready on port:(\d+)/;
const heardMsMax = 20_000;

/** The next frame `wanted` accepts. Sets `onFrame`; the driver takes it over later. */
function frame(socket: RawSocket, wanted: (bytes: Buffer, start: number) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("A frame did not come while a table was set up.")), heardMsMax);
    socket.onFrame = (bytes, start) => {
      if (!wanted(bytes, start)) return;
      clearTimeout(timer);
      resolve();
    };
  });
}

const begins = (text: string) => (bytes: Buffer, start: number) => bytes.toString("latin1", start, start + text.length) === text;

/** Engine.IO 4 packets "0" open, "40" connected, and Socket.IO events "42[name,data]". */
async function openSocketIoTable(port: number, { name, updates, ...connect }: TableOrder): Promise<OpenTable> {
  const seats: RawSocket[] = [];
  for (let seat = 1; seat <= seatCount; seat += 1) {
    const socket = await RawSocket.open({ port, ...connect, path: "/socket.io/?EIO=4&transport=websocket" });
    seats.push(socket);
    const connected = frame(socket, begins("40"));
    socket.send(maskedFrame("40"));
    await connected;
    const joined = frame(socket, begins('42["state"'));
    socket.send(maskedFrame(`42${JSON.stringify(["join", { gameId: name, updates }])}`));
    await joined;
  }
  return { seats, tap: maskedFrame('42["passTurn"]'), readers: seats.map(() => jsonReader('42["'.length)) };
}

/** Protocol bytes of Colyseus 0.18. */
const colyseus = { joinRoom: 10, roomData: 13, roomState: 14, roomStatePatch: 15 } as const;

/** Patches are counted instead of decoded: one comes for each tap. */
function patchReader(): Reader {
  const note: FrameNote = { v: 0, active: 0 };
  const nothing: FrameNote = { v: 0, active: 0 };
  return (bytes, start) => {
    if (bytes[start] !== colyseus.roomStatePatch) return nothing;
    note.v += 1;
    note.active = (note.v % seatCount) + 1;
    return note;
  };
}

interface Reservation {
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
}

async function openColyseusTable(port: number, { name, updates: _, ...connect }: TableOrder): Promise<OpenTable> {
  const seats: RawSocket[] = [];
  for (let seat = 1; seat <= seatCount; seat += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/table`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ gameId: name }),
    });
    const { sessionId, roomId, processId } = (await response.json()) as Reservation;
    const socket = await RawSocket.open({ port, ...connect, path: `/${processId}/${roomId}?sessionId=${sessionId}` });
    seats.push(socket);
    const joined = frame(socket, (bytes, start) => bytes[start] === colyseus.roomState);
    socket.send(maskedFrame(new Uint8Array([colyseus.joinRoom]), "binary"));
    await joined;
  }
  const type = Buffer.from("passTurn");
  const tap = maskedFrame(Buffer.concat([Buffer.from([colyseus.roomData, 0xa0 | type.length]), type]), "binary");
  return { seats, tap, readers: seats.map(patchReader) };
}

export function socketIo(): Contestant {
  return {
    name: "Socket.IO 4.8 rooms",
    durable: "no",
    async start() {
      const server = await startServer({ args: ["load/bench/rival-socketio.ts"], ready });
      return { server, openTable: (order) => openSocketIoTable(server.port, order) };
    },
  };
}

/** It sends patches whatever is asked for. */
export function colyseusServer(): Contestant {
  return {
    name: "Colyseus 0.18, patch at once",
    durable: "no",
    async start() {
      const server = await startServer({ args: ["load/bench/rival-colyseus.ts"], ready });
      return { server, openTable: (order) => openColyseusTable(server.port, order) };
    },
  };
}
