// 2,000 simulated evenings at the table, 1,000 in class and 600 at an auction, and the proof that they reached what they are about. More by `npm run sim`.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { SimKind } from "./sim-games.ts";

test.each<[number, SimKind]>([
  [2_000, "clock"],
  [1_000, "chsh"],
  [600, "auction"],
])(
  "%i simulated evenings of %s keep every promise and reach every state they are about",
  (seeds, game) => {
    const script = resolve(import.meta.dirname, "play-seeds.ts");
    const played = spawnSync(process.execPath, [script, "--seeds", String(seeds), "--game", game], {
      encoding: "utf8",
      maxBuffer: 64 * 1_024 * 1_024,
    });
    process.stdout.write(played.stdout);
    expect(played.status, played.stdout.slice(-2_000)).toBe(0);
  },
  600_000,
);
