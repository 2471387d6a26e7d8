// SAFETY 19: whoever holds no seat may come in, look and read; however many do so at once, there is a place in the game's queue for a tap.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const crowd = 250;
const commitMs = 10;
let publicDir = "";

beforeAll(() => {
  publicDir = mkdtempSync(join(tmpdir(), "page-"));
  writeFileSync(join(publicDir, "index.html"), "<html><head><title>The page</title></head><body></body></html>");
});
afterAll(() => rmSync(publicDir, { recursive: true }));

/** A game with a commit under way that takes its time, and what its host was told of his two taps. */
async function heldGame() {
  const ambient = heldAmbient();
  const store = memoryStore();
  const commit = store.commit.bind(store);
  const edge = virtualEdge({ ambient, store, limits: { viewersPerGameMax: 2 * crowd } });
  const { gameId, host } = await edge.seated();
  const strangers = Array.from({ length: crowd }, () => edge.connect());
  for (const stranger of strangers) await stranger.ask("join", { gameId });
  store.commit = async (...how) => {
    await new Promise<void>((done) => void ambient.after(commitMs, done));
    return commit(...how);
  };
  const taps = () => host.heard.filter(({ data }) => data.id === "first" || data.id === "second").map(({ type }) => type);
  const tap = (id: "first" | "second") => host.tell("rollDice", { sides: 6 }, id);
  return { ambient, edge, gameId, strangers, tap, taps };
}

describe("SAFETY 19 a crowd at the door of a game", () => {
  test.each(["join", "sync"])("however many %s at once, a player's tap is done and all of them are answered", async (type) => {
    const { ambient, gameId, strangers, tap, taps } = await heldGame();
    tap("first");
    for (const stranger of strangers) stranger.tell(type, type === "join" ? { gameId } : {}, "look");
    await ambient.advance(1);
    tap("second");
    await ambient.advance(3 * commitMs);
    expect(taps()).toEqual(["ack", "ack"]);
    for (const { heard } of strangers) expect(heard.filter(({ data }) => data.id === "look").map((told) => told.type)).toEqual(["ack"]);
  });

  test.each(["/api/games/CODE", "/api/games/CODE/log", "/api/games/CODE/events", "/g/CODE"])(
    "however many read %s at once, a player's tap is done and all of them are answered",
    async (path) => {
      const { ambient, edge, gameId, tap, taps } = await heldGame();
      const lineOf = heldLines(edge, { publicDir });
      const lines = Array.from({ length: crowd }, () => lineOf());
      tap("first");
      for (const line of lines) line.get(path.replace("CODE", gameId));
      await ambient.advance(1);
      tap("second");
      await ambient.advance(3 * commitMs);
      expect(taps()).toEqual(["ack", "ack"]);
      expect(lines.flatMap(({ statuses }) => statuses)).toEqual(lines.map(() => 200));
      for (const line of lines) line.destroy();
    },
  );
});
