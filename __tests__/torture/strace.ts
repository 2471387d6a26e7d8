// Proof from outside: in the system calls of a running store, each acknowledgement comes after an fsync that began after
// the change had been written to the log, and after the high-water mark was written behind that fsync.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlayOrder } from "./play.ts";

export interface OrderFigures {
  readonly acknowledged: number;
  readonly syncs: number;
  readonly marks: number;
  readonly markSyncs: number;
  /** Acknowledged before an fsync of the log had followed the write of the change, or before the mark told of it. */
  readonly early: readonly string[];
}

interface Call {
  readonly name: string;
  readonly text: string;
  readonly startedAt: number;
  endedAt: number;
}

interface TracedLife {
  readonly dataDir: string;
  readonly seed: number;
  readonly forMs: number;
}

/** Runs the playing process under strace for `forMs`, then ends it. */
export async function traceLife(strace: string, { dataDir, seed, forMs }: TracedLife): Promise<OrderFigures> {
  const notes = join(dataDir, "notes.jsonl");
  const stage = { dataDir, notes, life: 1, seed, games: 6, clientsPerGame: 2, thinkMsMax: 8 };
  const order: PlayOrder = { ...stage, failpoints: [], limits: {}, unanswered: [] };
  const out = join(dataDir, "trace.txt");
  const play = join(import.meta.dirname, "play.ts");
  const watchedCalls = "trace=pwrite64,write,fsync,fdatasync";
  const args = ["-f", "-ttt", "-y", "-s", "9000", "-e", watchedCalls, "-o", out, process.execPath, play, JSON.stringify(order)];
  const child = spawn(strace, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const ended = new Promise((resolve) => child.on("close", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, forMs));
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await ended;
  return readTrace(readFileSync(out, "latin1"));
}

function parseCalls(trace: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const line of trace.split("\n")) {
    const found = /^(\d+) +(\d+\.\d+) (.*)$/s.exec(line);
    const [, thread = "", time = "", text = ""] = found ?? [];
    const at = Number(time);
    if (text.startsWith("<...")) {
      const call = open.get(thread);
      if (call !== undefined) call.endedAt = at;
      open.delete(thread);
      continue;
    }
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name === undefined) continue;
    const isOpen = text.includes("<unfinished ...>");
    const call = { name, text, startedAt: at, endedAt: isOpen ? Number.POSITIVE_INFINITY : at };
    if (isOpen) open.set(thread, call);
    calls.push(call);
  }
  return calls;
}

function readTrace(trace: string): OrderFigures {
  const calls = parseCalls(trace);
  const writes = calls.filter((call) => call.name === "pwrite64" && call.text.includes("-wal>"));
  const syncs = calls.filter((call) => /^f(data)?sync$/.test(call.name) && call.text.includes("-wal>") && Number.isFinite(call.endedAt));
  const marks = calls.filter((call) => call.name === "pwrite64" && call.text.includes(".mark>"));
  const markSyncs = calls.filter((call) => /^f(data)?sync$/.test(call.name) && call.text.includes(".mark>"));
  const writtenAt = new Map<string, number>();
  for (const write of writes) {
    for (const [, action = ""] of write.text.matchAll(/\\"action\\":\\"([\w.]+)\\"/g)) {
      if (!writtenAt.has(action)) writtenAt.set(action, write.endedAt);
    }
  }
  const early: string[] = [];
  let acknowledged = 0;
  for (const call of calls) {
    if (call.name !== "write" || !call.text.includes("notes.jsonl>")) continue;
    for (const [, action = ""] of call.text.matchAll(/\{\\"type\\":\\"ok\\",[^}]*?\\"action\\":\\"([\w.]+)\\"/g)) {
      acknowledged += 1;
      const written = writtenAt.get(action) ?? Number.POSITIVE_INFINITY;
      const sync = syncs.find(({ startedAt }) => startedAt >= written);
      const mark = marks.find(({ startedAt }) => startedAt >= (sync?.endedAt ?? Number.POSITIVE_INFINITY));
      if (mark === undefined || mark.endedAt > call.startedAt) early.push(action);
    }
  }
  return { acknowledged, syncs: syncs.length, marks: marks.length, markSyncs: markSyncs.length, early };
}
