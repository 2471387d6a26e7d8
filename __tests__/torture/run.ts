// `npm run torture -- sqlite|edge|redis [--rounds 300] [--seed n] [--only kills,places,...]`: the long forms of the killing and disk
// runs, and of what is done to the edge. Each run prints one line of figures; the last line says whether all held.
import { parseArgs } from "node:util";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { edgeRuns } from "./edge.ts";
import { type Run, sqliteRuns } from "./sqlite-runs.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

const areas: Readonly<Record<string, Readonly<Record<string, Run>>>> = { sqlite: sqliteRuns, edge: edgeRuns };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "300" }, seed: { type: "string" }, only: { type: "string" } },
  });
  if (positionals[0] === "redis") {
    const { tortureRedis } = await import("./redis.ts");
    process.exitCode = await tortureRedis(Number(values.seed ?? Math.floor(Math.random() * 1e6)), values.only?.split(",") ?? null);
    return;
  }
  const runs = areas[positionals[0] ?? ""];
  if (runs === undefined) throw new Error(`say what: npm run torture -- ${Object.keys(areas).join(" | ")} | redis`);
  const order = { rounds: Number(values.rounds), seed: Number(values.seed ?? Math.floor(Math.random() * 1e6)) };
  const names = values.only?.split(",") ?? Object.keys(runs);
  say(`seed ${order.seed}, ${order.rounds} rounds`);
  let broken = 0;
  for (const name of names) {
    const run = runs[name];
    if (run === undefined) throw new Error(`there is no run ${name}; there are ${Object.keys(runs).join(", ")}`);
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
