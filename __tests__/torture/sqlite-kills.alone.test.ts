// The fast form of the killing runs; the long form is `npm run torture -- sqlite`. SAFETY rules 1-6.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { killRounds, runningPlaces, tell } from "./kills.ts";
import { olderCopies } from "./older.ts";
import { preload } from "./preload.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

const say = (line: string) => process.stderr.write(`${line}\n`);

describe("kill -9", () => {
  test("F07: 25 kills at random moments under load, 10,000 games stored: nothing acknowledged is lost, nothing refused is there, nothing is twice", async () => {
    const seed = 20_261_120;
    await preload(folder, 10_000);
    const figures = await killRounds({ dataDir: folder, seed, rounds: 25, lifeMsMax: 120, startingOneIn: 7, places: [] });
    say(tell(`random kills, seed ${seed}`, figures));
    expect(figures.verdict.violations).toEqual([]);
    expect(figures.verdict.result).toBe("pass");
    expect(figures.inFlight / (figures.killed - figures.killedWhileStarting)).toBeGreaterThanOrEqual(0.3);
    expect(figures.verdict.figures.ok).toBeGreaterThan(500);
    // In CPU time, and the median in time by the clock, so that one slow moment of the machine does not decide.
    expect(figures.recoveryCpuMsP99).toBeLessThan(2_000);
    expect(figures.recoveryMsP50).toBeLessThan(2_000);
  });

  test("an older copy put in place after a kill is refused, at whichever place the kill came", async () => {
    const { places, acknowledgedSince, refused, served } = await olderCopies(5);
    say(`older copies: ${places} places, ${acknowledgedSince} acknowledged since the copy, ${refused} refused, ${served.length} served`);
    expect(served).toEqual([]);
    expect(refused).toBe(places);
    expect(places).toBeGreaterThanOrEqual(10);
  });

  test("kills at each named place of the running store, 5 times each", async () => {
    const seed = 7;
    const rounds = runningPlaces.length * 5;
    const figures = await killRounds({ dataDir: folder, seed, rounds, lifeMsMax: 0, startingOneIn: 0, places: runningPlaces });
    say(tell(`kills at ${runningPlaces.length} places, seed ${seed}`, figures));
    expect(runningPlaces.length).toBeGreaterThanOrEqual(10);
    expect(figures.killed).toBe(rounds);
    expect(figures.verdict).toMatchObject({ result: "pass", violations: [] });
  });
});
