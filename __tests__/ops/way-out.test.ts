// The order in which a whole server leaves: what each step closes, and what it has to find closed or open.
import { createServer } from "node:http";
import { expect, test, vi } from "vitest";
import { noAudit } from "../../lib/ops/audit.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { wayOut } from "../../lib/ops/way-out.ts";
import { heldAmbient } from "../support/held-ambient.ts";

test("SAFETY 22 players are let go first; the store closes last, when its port takes nobody any more and no timer asks it anything", async () => {
  const order: string[] = [];
  const closes = (what: string) => ({ close: async () => void order.push(what) });
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
  try {
    const stop = wayOut({
      config: readConfig({ NODE_ENV: "test" }),
      ambient: heldAmbient(),
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
    });
    stop.begin("SIGTERM");
    await vi.waitFor(() => expect(exit).toHaveBeenCalled(), { timeout: 10_000 });
    expect(exit.mock.calls[0]).toEqual([0]);
  } finally {
    exit.mockRestore();
    server.close();
  }
  expect(order).toEqual(["not ready", "server-stopping", "drain", "timer", "gateway", "rooms", "bus", "operations", "store, not in reach"]);
});
