// A page's surroundings held in the hand: time that moves when told, sockets that do what they are told, storage in memory.
import { type Env, memoryShelf, type SocketLike } from "../../../public/app/device/env.ts";

export class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: { type: string; data: Record<string, unknown>; id?: string }[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  says(type: string, data: object): void {
    this.onmessage?.({ data: JSON.stringify({ type, data }) });
  }
  dies(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  /** What was sent except pings. */
  get told(): readonly { type: string; data: Record<string, unknown>; id?: string }[] {
    return this.sent.filter((message) => message.type !== "ping");
  }
}

export interface FakeEnv extends Env {
  readonly sockets: FakeSocket[];
  readonly socket: () => FakeSocket;
  readonly pass: (ms: number) => void;
}

export function fakeEnv(shelf = memoryShelf()): FakeEnv {
  let now = 0;
  let ids = 0;
  const timers = new Map<number, { readonly at: number; readonly call: () => void }>();
  const sockets: FakeSocket[] = [];
  const dueBefore = (limit: number) => [...timers].filter(([, t]) => t.at <= limit).sort((a, b) => a[1].at - b[1].at)[0];
  return {
    nowMs: () => now,
    wallMs: () => 1_700_000_000_000 + now,
    after: (ms, call) => {
      ids += 1;
      const id = ids;
      timers.set(id, { at: now + ms, call });
      return () => timers.delete(id);
    },
    jitter: () => 0.5,
    freshId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    isSpoken: async () => true,
    shelf,
    sockets,
    socket: () => {
      const last = sockets.at(-1);
      if (!last) throw new Error("no socket was opened");
      return last;
    },
    pass: (ms) => {
      const end = now + ms;
      for (let due = dueBefore(end); due; due = dueBefore(end)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].call();
      }
      now = end;
    },
  };
}
