// `npm run sim`: plays many seeds and adds up what they reached. Ends with 1 when a seed failed, each named with the command
// that plays it again.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { misused, readArguments, wholeNumber } from "../../scripts/arguments.ts";
import { addCounts, type Counts, mustReachAlways } from "./census.ts";
import { runSeed } from "./run.ts";
import { simGames, type SimKind } from "./sim-games.ts";

const usage = `npm run sim -- [--seeds N] [--from N] [--minutes N] [--workers N] [--game NAME] | --seed N

  --seeds N    how many (100000)
  --from N     the first seed (1)
  --seed N     this one alone, with its trace
  --minutes N  stops after this long (600)
  --workers N  processes side by side (one for each core)
  --game NAME  what is played: ${Object.keys(simGames).join(", ")} (clock)

Exit 0 when every seed was good, 1 when one failed or something was never reached.`;

const options = {
  seeds: { type: "string", default: "100000" },
  from: { type: "string", default: "1" },
  seed: { type: "string" },
  minutes: { type: "string", default: "600" },
  workers: { type: "string", default: String(availableParallelism()) },
  part: { type: "boolean", default: false },
  step: { type: "string", default: "1" },
  game: { type: "string", default: "clock" },
} as const;
const { values } = readArguments(usage, options, 0);

if (!Object.hasOwn(simGames, values.game)) misused(`There is no game ${values.game}: ${Object.keys(simGames).join(", ")}.`);
const game = values.game as SimKind;
for (const name of ["seeds", "from", "seed", "workers", "step"] as const) if (values[name] !== undefined) wholeNumber(name, values[name]);
if (!(Number(values.minutes) > 0)) misused("--minutes is a number above 0.");

interface Tally {
  readonly played: number;
  readonly failed: readonly number[];
  readonly counts: Counts;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const reportEvery = 250;
const failuresShown = 20;

async function playOne(seed: number): Promise<number> {
  const result = await runSeed(seed, { game, log: say });
  for (const wrong of result.wrongs) say(`WRONG ${wrong}`);
  say(`seed ${seed} (${result.kind}): ${result.wrongs.length === 0 ? "good" : "failed"}, trace ${result.trace}`);
  return result.wrongs.length === 0 ? 0 : 1;
}

/** Every `step`-th seed from `from` on; writes a line with its tally now and then. */
async function playPart(from: number, to: number, step: number): Promise<void> {
  const endAt = performance.now() + Number(values.minutes) * 60_000;
  let tally: Tally = { played: 0, failed: [], counts: {} };
  for (let seed = from; seed < to && performance.now() < endAt; seed += step) {
    const { wrongs, counts, kind } = await runSeed(seed, { game });
    if (wrongs.length > 0) say(JSON.stringify({ seed, kind, wrongs }));
    tally = {
      played: tally.played + 1,
      failed: wrongs.length > 0 ? [...tally.failed, seed] : tally.failed,
      counts: addCounts(tally.counts, counts),
    };
    if (tally.played % reportEvery === 0) say(JSON.stringify({ played: tally.played }));
  }
  say(JSON.stringify({ tally }));
}

function startPart(place: number, workers: number, tell: (played: number) => void): Promise<Tally> {
  const from = Number(values.from);
  const to = from + Number(values.seeds);
  const args = [
    "--part",
    "--from",
    String(from + place),
    "--seeds",
    String(to - from - place),
    "--step",
    String(workers),
    "--minutes",
    values.minutes,
    "--game",
    game,
  ];
  const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const told = JSON.parse(line) as { tally?: Tally; played?: number; seed?: number; kind?: string; wrongs?: string[] };
        if (told.tally !== undefined) resolve(told.tally);
        if (told.played !== undefined) tell(told.played);
        if (told.seed !== undefined)
          say(`seed ${told.seed} (${told.kind}) failed: npm run sim -- --game ${game} --seed ${told.seed}\n  ${told.wrongs?.join("\n  ")}`);
      }
    });
    // Not at its exit: its last words may still be in the pipe then.
    child.on("close", (code) => reject(new Error(`a part ended with ${code}`)));
  });
}

async function playAll(): Promise<number> {
  const startedAt = performance.now();
  const workers = Math.max(1, Math.min(Number(values.workers), Number(values.seeds)));
  const played = new Array<number>(workers).fill(0);
  const parts = played.map((_, place) =>
    startPart(place, workers, (count) => {
      played[place] = count;
      const all = played.reduce((sum, one) => sum + one, 0);
      say(`${all} of ${values.seeds} seeds, ${Math.round((performance.now() - startedAt) / 1_000)} s`);
    }),
  );
  const tallies = await Promise.all(parts);
  const counts = tallies.reduce<Counts>((sum, tally) => addCounts(sum, tally.counts), {});
  const failed = tallies.flatMap((tally) => tally.failed).sort((a, b) => a - b);
  const all = tallies.reduce((sum, tally) => sum + tally.played, 0);
  for (const [name, count] of Object.entries(counts)) say(`${String(count).padStart(10)}  ${name}`);
  const unreached = [...mustReachAlways, ...simGames[game].mustReach].filter((name) => (counts[name] ?? 0) === 0);
  if (unreached.length > 0) say(`never reached: ${unreached.join(", ")}`);
  say(
    `${all} seeds in ${Math.round((performance.now() - startedAt) / 1_000)} s, ${failed.length} failed: ${failed.slice(0, failuresShown).join(" ")}`,
  );
  return failed.length > 0 || unreached.length > 0 ? 1 : 0;
}

if (values.seed !== undefined) process.exitCode = await playOne(Number(values.seed));
else if (values.part) await playPart(Number(values.from), Number(values.from) + Number(values.seeds), Number(values.step));
else process.exitCode = await playAll();
