// 2,000 simulated evenings, and the proof that they reached what they are about. More by `npm run sim`.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

test("2,000 simulated evenings keep every promise and reach every state they are about", () => {
  const script = resolve(import.meta.dirname, "play-seeds.ts");
  const played = spawnSync(process.execPath, [script, "--seeds", "2000"], { encoding: "utf8", maxBuffer: 64 * 1_024 * 1_024 });
  process.stdout.write(played.stdout);
  expect(played.status, played.stdout.slice(-2_000)).toBe(0);
}, 600_000);
