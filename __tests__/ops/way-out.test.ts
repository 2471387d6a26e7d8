// The order in which a whole server leaves: what each step closes, and what it has to find closed or open.
import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { noAudit } from "../../lib/ops/audit.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { wayOut } from "../../lib/ops/way-out.ts";
import { heldAmbient } from "../support/held-ambient.ts";

/** Everything a way out closes, each noting when it is its turn. */
async function scene(env: Readonly<Record<string, string>> = {}) {
  const order: string[] = [];
  const ambient = heldAmbient();
  const closes = (what: string) => ({ close: async () => void order.push(what) });
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
  onTestFinished(() => {
    exit.mockRestore();
    server.close();
  });
  const parts: Parameters<typeof wayOut>[0] = {
    config: readConfig({ NODE_ENV: "test", ...env }),
    ambient,
    log: silentLog(),
    audit: { ...noAudit(), note: (event: string) => void order.push(event) },
    store: { close: async () => void order.push(`store, ${server.listening ? "in" : "not in"} reach`) },
    bus: closes("bus"),
    server,
    gateway: { drain: async () => void order.push("drain"), close: () => void order.push("gateway") },
    rooms: closes("rooms"),
    operations: closes("operations"),
    timers: [{ cancel: () => void order.push("timer") }],
    leaving: () => void order.push("not ready"),
  };
  return { order, ambient, exit, parts };
}

test("SAFETY 22 players are let go first; the store closes last, when its port takes nobody any more and no timer asks it anything", async () => {
  const { order, exit, parts } = await scene();
  wayOut(parts).begin("SIGTERM");
  await vi.waitFor(() => expect(exit).toHaveBeenCalled(), { timeout: 10_000 });
  expect(exit.mock.calls[0]).toEqual([0]);
  expect(order).toEqual(["not ready", "server-stopping", "drain", "timer", "gateway", "rooms", "bus", "operations", "store, not in reach"]);
});

test("SAFETY 22 with the longest time for players, and neither players nor rooms that come to an end, the store is flushed in order", async () => {
  const { ambient, exit, parts } = await scene({ LIMIT_DRAIN_MS: "25000" });
  const waves: number[] = [];
  const never = () => new Promise<void>(() => undefined);
  const drain = (overMs: number) => {
    waves.push(overMs);
    return never();
  };
  const slowly = () => new Promise<void>((resolve) => void ambient.after(2_900, resolve));
  const stop = wayOut({ ...parts, gateway: { ...parts.gateway, drain }, rooms: { close: never }, store: { close: slowly } });
  stop.begin("SIGTERM");
  await ambient.advance(29_000);
  expect(exit.mock.calls[0]).toEqual([0]);
  // The last of a wave still has time to leave.
  expect(waves).toEqual([20_000]);
});
