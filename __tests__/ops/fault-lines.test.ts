// F39: a store that is away fails every tap, and the log does not become a second flood.
import { describe, expect, test } from "vitest";
import { faultLines } from "../../lib/ops/fault-lines.ts";
import { LockFault } from "../../lib/room/lock.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { heldAmbient } from "../support/held-ambient.ts";

function scene() {
  const ambient = heldAmbient();
  const lines: unknown[][] = [];
  const write =
    (level: string) =>
    ({ err, ...fields }: Readonly<Record<string, unknown>>, message: string) =>
      void lines.push([level, message, fields]);
  return { ambient, lines, fault: faultLines({ ambient, log: { warn: write("warn"), debug: write("debug") } }) };
}

describe("F39 lines about games that could not be served", () => {
  test("the first at once, then one every 10 s with how many there were since; at debug all of them", async () => {
    const { ambient, lines, fault } = scene();
    const away = new StoreFault("unavailable", "Redis is away");
    for (let tap = 0; tap < 200; tap++) {
      fault("K7MWPX", away);
      await ambient.advance(100);
    }
    const served = "a game could not be served";
    expect(lines.filter(([level]) => level === "warn")).toEqual([
      ["warn", served, { gameId: "K7MWPX" }],
      ["warn", served, { gameId: "K7MWPX", untold: 99 }],
    ]);
    expect(lines).toHaveLength(200);
  });

  test("one kind of trouble does not hide another, and the look for what is due names no game", () => {
    const { lines, fault } = scene();
    fault("K7MWPX", new StoreFault("unavailable", "Redis is away"));
    fault("K7MWPX", new StoreFault("busy", "too much waits"));
    fault("K7MWPX", new LockFault("waited too long"));
    fault(null, new StoreFault("unavailable", "Redis is away"));
    expect(lines.map(([level, message, fields]) => [level, message, fields])).toEqual([
      ["warn", "a game could not be served", { gameId: "K7MWPX" }],
      ["warn", "a game could not be served", { gameId: "K7MWPX" }],
      ["warn", "a game could not be served", { gameId: "K7MWPX" }],
      ["warn", "games that are due could not be looked for", {}],
    ]);
  });
});
