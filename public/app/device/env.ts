// The page's only clock, timers, randomness, storage and sockets, as one value: tests hand in their own.
import { protocols } from "../../../lib/protocol/version.ts";
import { isSpoken } from "./spoken.ts";

export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  onerror: (() => void) | null;
}

/** What is kept on this device, by key. Reading and writing never throw; what a full or forbidden storage refuses is kept as long as the page. */
export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): readonly string[];
}

export interface Env {
  /** Milliseconds of a clock that never steps. */
  readonly nowMs: () => number;
  /** Wall time, ms since 1970; may be wrong on this device. */
  readonly wallMs: () => number;
  /** Calls once after `ms`; the answer cancels. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** 0 <= n < 1, for jitter only. */
  readonly jitter: () => number;
  /** A fresh string nobody can guess. Works on plain http too, where crypto.randomUUID is missing. */
  readonly freshId: () => string;
  readonly openSocket: () => SocketLike;
  /** Whether the server speaks what this page does, as far as can be known. */
  readonly isSpoken: () => Promise<boolean>;
  readonly shelf: Shelf;
}

export function memoryShelf(): Shelf {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
    keys: () => [...kept.keys()],
  };
}

/** `storage` is asked anew each time: where it is forbidden, asking for it throws. */
export function browserShelf(storage: () => Storage): Shelf {
  const attempt = <T>(action: () => T, otherwise: T): T => {
    try {
      return action();
    } catch {
      return otherwise;
    }
  };
  // Whoever comes back after a lost line needs the key to his seat, also where it could not be stored.
  const refused = memoryShelf();
  const stored = (key: string, value: string): boolean => {
    storage().setItem(key, value);
    return true;
  };
  return {
    get: (key) => refused.get(key) ?? attempt(() => storage().getItem(key), null),
    set: (key, value) => {
      if (attempt(() => stored(key, value), false)) refused.remove(key);
      else refused.set(key, value);
    },
    remove: (key) => {
      refused.remove(key);
      attempt(() => storage().removeItem(key), undefined);
    },
    keys: () => [...new Set([...refused.keys(), ...attempt(() => Object.keys(storage()), [])])],
  };
}

/** 128 bits as hex from the browser's generator. */
export function freshHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function browserEnv(): Env {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    jitter: () => Math.random(),
    freshId: freshHex,
    openSocket: () =>
      new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, [...protocols]) as unknown as SocketLike,
    isSpoken,
    shelf: browserShelf(() => localStorage),
  };
}
