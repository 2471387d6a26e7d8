// `npm run bench`: the tap workload on the real server beside the bare relay, in one run. Prints a table and keeps it in
// load/results. `--guard` only checks that CPU per tap, in relation to the relay's, has not risen past the limit.
import { helpWhenAsked, misused } from "../../scripts/arguments.ts";
import { compare } from "./compare.ts";
import { bareRelay, clockServer, raisedLimits } from "./contestant.ts";
import { guardRatio } from "./figures.ts";
import { socketIo, colyseusServer } from "./rivals.ts";
import { machine } from "./machine.ts";
import { type BenchOptions, readOptions, usage, wholeSecondsOf } from "./options.ts";
import { type Report, tableOf, writeReport } from "./report.ts";

const relay = bareRelay();
const server = clockServer();

async function run(options: BenchOptions): Promise<Report> {
  const { games, rounds, modes, preset } = options;
  const found = machine();
  console.log(`${games} games of 4 connections, about ${Math.ceil(wholeSecondsOf(options))} s`);
  const entries = await compare({
    contestants: [relay, server, ...(preset === "rivals" ? [socketIo(), colyseusServer()] : [])],
    modes,
    games,
    rounds,
    warmMs: options.warmSeconds * 1000,
    measureMs: options.seconds * 1000,
    say: (line) => console.log(line),
  });
  const raised = Object.entries(raisedLimits).map(([name, value]) => `${name}=${value}`);
  const notes = [
    `${games} games of 4 connections; in each the seat whose turn it is taps as soon as the new state reaches it; closed loop, one tester process over raw sockets`,
    `medians of ${rounds} rounds of ${options.seconds} s, contestants in turn; all rules, limits, metrics and logs on, only raised: ${raised.join(", ")}`,
    "the relay sends the same bytes per change as the server, and whole states of 1.4 kB",
  ];
  return { title: `Closed-loop taps, ${preset}`, machine: found, notes, baseName: relay.name, entries };
}

function checkGuard({ entries }: Report, guardRatioMax: number): boolean {
  const ratio = guardRatio(entries, server.name, relay.name);
  const holds = ratio <= guardRatioMax;
  console.log(
    `CPU per tap is ${ratio.toFixed(2)} times the bare relay's; at most ${guardRatioMax} is allowed: ${holds ? "good" : "TOO DEAR"}`,
  );
  return holds;
}

function asked(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<void> {
  helpWhenAsked(usage);
  const options = asked();
  const report = await run(options);
  console.log(`\n${tableOf(report)}\n`);
  if (options.out !== null) console.log(`Kept in ${writeReport(options.out, options.preset, report)}`);
  const gaps = report.entries.some((entry) => entry.rounds.some((round) => round.gaps > 0));
  if (gaps) console.log("Some frames came out of order: this run is not valid.");
  if (gaps || (options.guard && !checkGuard(report, options.guardRatioMax))) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
