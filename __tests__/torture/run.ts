// `npm run torture`: the long forms of the killing and disk runs, and of what is done to the edge. Each run prints one line of figures; the
// last line says whether all held.
import { misused, readArguments, wholeNumber } from "../../scripts/arguments.ts";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { edgeRuns } from "./edge.ts";
import { redisRuns, tortureRedis } from "./redis.ts";
import { type Run, sqliteRuns } from "./sqlite-runs.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

const areas: Readonly<Record<string, Readonly<Record<string, Run>>>> = { sqlite: sqliteRuns, edge: edgeRuns };

const usage = `npm run torture -- ${Object.keys(areas).join(" | ")} | redis [--rounds N] [--seed N] [--only RUN,RUN]

  --rounds N  how often each is done (300; redis has its own number)
  --seed N    what is drawn by chance is drawn from this
  --only      some of the runs
              ${[...Object.entries(areas).map(([area, runs]) => [area, Object.keys(runs)] as const), ["redis", redisRuns] as const]
                .map(([area, names]) => `${area}: ${names.join(", ")}`)
                .join("\n              ")}

Exit 0 when all runs held, 1 when one broke.`;

async function main(): Promise<void> {
  const options = { rounds: { type: "string", default: "300" }, seed: { type: "string" }, only: { type: "string" } } as const;
  const { values, positionals } = readArguments(usage, options, 1);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : wholeNumber("seed", values.seed);
  const rounds = wholeNumber("rounds", values.rounds, 1);
  if (positionals[0] === "redis") {
    process.exitCode = await tortureRedis(seed, values.only?.split(",") ?? null);
    return;
  }
  const runs = Object.hasOwn(areas, positionals[0] ?? "") ? areas[positionals[0] ?? ""] : undefined;
  if (runs === undefined) return misused(`Say what: ${Object.keys(areas).join(", ")} or redis.`);
  const order = { rounds, seed };
  const names = values.only?.split(",") ?? Object.keys(runs);
  const unknown = names.find((name) => !Object.hasOwn(runs, name));
  if (unknown !== undefined) return misused(`There is no run ${unknown}; there are ${Object.keys(runs).join(", ")}.`);
  say(`seed ${order.seed}, ${order.rounds} rounds`);
  let broken = 0;
  for (const name of names) {
    const run = runs[name] as Run;
    const folder = newFolder();
    const startedAt = performance.now();
    try {
      const [line, held] = await run(folder, order);
      broken += held ? 0 : 1;
      say(`${held ? "held  " : "BROKEN"} ${line} (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
    } catch (error) {
      broken += 1;
      say(`BROKEN ${name}: ${error instanceof Error ? error.stack : error}`);
    } finally {
      dropFolder(folder);
    }
  }
  say(broken === 0 ? `all ${names.length} runs held` : `${broken} of ${names.length} runs broke`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
