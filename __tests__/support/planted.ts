// Loaded before a whole server (`node --import`), in its main thread and in its writer thread: plants the trouble that a file names
// when SIGUSR2 comes. Nothing in the program itself knows of it, so no running server can be told to fail.
import { readFileSync } from "node:fs";
import { BroadcastChannel, isMainThread } from "node:worker_threads";
import { clockRules } from "../../lib/game/rules.ts";

/**
 * `throw`, `reject`, `odd`: an error nobody catches. `bug`: the rules throw at the next roll of dice. `block MS TIMES`: the event
 * loop stands still. `writer-throw`, `writer-sleep MS`: the writer thread dies, or stands still as over a disk that hangs.
 */
function plant(order: string, tell: (order: string) => void): void {
  const [what = "", ms = "0", times = "1"] = order.split(" ");
  if (what.startsWith("writer-")) return tell(order);
  if (what === "throw") {
    setImmediate(() => {
      throw new Error("planted throw with token=hunter2hunter2");
    });
  }
  if (what === "reject") void Promise.reject(new Error("planted rejection"));
  if (what === "odd") void Promise.reject("not an error");
  if (what === "bug") breakDice();
  if (what === "block") block(Number(ms), Number(times));
}

function breakDice(): void {
  const rules = clockRules as unknown as { decide: (state: unknown, input: { command: { type: string } }) => unknown };
  const { decide } = rules;
  rules.decide = (state, input) => {
    if (input.command.type !== "rollDice") return decide(state, input);
    rules.decide = decide;
    throw new Error("planted bug of the rules");
  };
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Half the time still, half the time free. */
function block(ms: number, times: number): void {
  sleep(ms);
  if (times > 1) setTimeout(() => block(ms, times - 1), ms);
}

const channel = new BroadcastChannel("planted");
if (isMainThread) {
  process.on("SIGUSR2", () => plant(readFileSync(process.env["PLANTED"] ?? "", "utf8"), (order) => channel.postMessage(order)));
} else {
  channel.onmessage = (event) => {
    const [what, ms] = String((event as { data: unknown }).data).split(" ");
    if (what === "writer-sleep") sleep(Number(ms));
    if (what === "writer-throw") throw new Error("planted end of the writer");
  };
}
channel.unref();
