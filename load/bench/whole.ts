// `npm run bench:all`: every promise about speed, bytes and memory, piece by piece. Each piece is kept as load/results/whole-<piece>.json; the page
// whole.md and its chart are made of all that are kept, so that single pieces can be measured again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { misused, readArguments } from "../../scripts/arguments.ts";
import { type Machine, machine } from "./machine.ts";
import { crowd } from "./pieces/crowd.ts";
import { goodput } from "./pieces/goodput.ts";
import { idle } from "./pieces/idle.ts";
import { open } from "./pieces/open.ts";
import { people } from "./pieces/people.ts";
import type { Piece, PieceResult } from "./pieces/piece.ts";
import { storedGames } from "./pieces/stored.ts";
import { taps } from "./pieces/taps.ts";
import { workers } from "./pieces/workers.ts";
import { machineLine } from "./report.ts";
import { linesChart, pageOf } from "./whole-page.ts";
import { root } from "./server-process.ts";

const pieces: Readonly<Record<string, Piece>> = { taps, open, goodput, stored: storedGames, crowd, idle, people, workers };

export interface Kept extends PieceResult {
  readonly piece: string;
  readonly machine: Machine;
  /** CPU of the machine that neither server nor tester used is in the figures; this is how long the piece took. */
  readonly seconds: number;
}

const folder = join(root, "load/results");
const fileOf = (piece: string): string => join(folder, `whole-${piece}.json`);

/** Whole, or small enough to see in a minute that every piece works; what a small one measures is kept nowhere. */
const parts = { whole: (count: number) => count, small: (count: number) => Math.max(10, Math.round(count / 20)) } as const;

async function measured(name: string, piece: Piece, part: (whole: number) => number): Promise<Kept> {
  const found = machine();
  console.log(`\n== ${name}, about ${piece.seconds} s`);
  const startedAt = performance.now();
  const result = await piece.run({ say: (line) => console.log(line), part });
  return { piece: name, machine: found, seconds: Math.round((performance.now() - startedAt) / 1_000), ...result };
}

const usage = `npm run bench:all -- [--small] [PIECE ...]

Measures every piece, or those that are named: ${Object.keys(pieces).join(", ")}.
  --small  as little of each as shows that it works; keeps nothing`;

async function main(): Promise<void> {
  const { positionals, values } = readArguments(usage, { small: { type: "boolean", default: false } });
  const part = values.small ? parts.small : parts.whole;
  const wanted = positionals.length === 0 ? Object.keys(pieces) : positionals;
  const unknown = wanted.filter((name) => !Object.hasOwn(pieces, name));
  if (unknown.length > 0) misused(`There is no piece ${unknown.join(", ")}. There are: ${Object.keys(pieces).join(", ")}.`);
  const seconds = wanted.reduce((sum, name) => sum + (pieces[name]?.seconds ?? 0), 0);
  console.log(`${wanted.join(", ")}: about ${Math.ceil(seconds / 60)} minutes`);
  mkdirSync(folder, { recursive: true });
  for (const name of wanted) {
    try {
      const kept = await measured(name, pieces[name] as Piece, part);
      for (const { what, target, figure, holds } of kept.lines)
        console.log(`${holds === null ? "n/a " : holds ? "yes " : "NO  "} ${what}: ${figure} (${target})`);
      if (!values.small) writeFileSync(fileOf(name), `${JSON.stringify(kept, null, 1)}\n`);
    } catch (error) {
      // The other pieces are measured all the same.
      console.error(`${name} failed: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
  if (values.small) return;
  const kept = Object.keys(pieces).flatMap((name) =>
    existsSync(fileOf(name)) ? [JSON.parse(readFileSync(fileOf(name), "utf8")) as Kept] : [],
  );
  writeFileSync(
    join(folder, "whole.md"),
    pageOf(
      kept.map((entry) => ({ ...entry, measuredOn: machineLine(entry.machine) })),
      "whole.svg",
    ),
  );
  writeFileSync(join(folder, "whole.svg"), linesChart(kept));
  console.log("\nkept in load/results/whole.md");
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
