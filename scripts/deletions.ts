// `npm run deletions`: takes import rules, limits and checks away, one at a time, in copies of the tree, and demands that the tests named
// for them fail. Ends with 1 when one survives, or when the list is stale. `-- WORD` tries only those with this word in the name.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { misused, readArguments } from "./arguments.ts";
import { type Deletion, deletions } from "./deletion-list.ts";

interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly title: string }[] }[];
}

interface Outcome {
  readonly deletion: Deletion;
  readonly caught: boolean;
  /** The first test that failed, or why it is not caught. */
  readonly words: string;
}

const root = resolve(import.meta.dirname, "..");
const left = new Set(["node_modules", ".git", "coverage", "data", ".vite"]);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function copyTree(): string {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-deletions-"));
  cpSync(root, folder, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Runs these tests in the copy; null when not even a report came of it. */
async function play(folder: string, files: readonly string[], title?: string): Promise<Report | null> {
  const file = join(folder, "deletions.json");
  rmSync(file, { force: true });
  const only = title === undefined ? [] : ["-t", title];
  const args = ["node_modules/vitest/vitest.mjs", "run", ...files, ...only, "--reporter=json", `--outputFile=${file}`];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: "ignore" });
  await new Promise((done) => child.on("close", done));
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : null;
}

const failedIn = (report: Report): readonly string[] =>
  report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map(({ title }) => title),
  );

async function tryOne(folder: string, deletion: Deletion): Promise<Outcome> {
  const { file, from, to, test, title } = deletion;
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  if (text.split(from).length !== 2) return { deletion, caught: false, words: `STALE: ${file} does not hold it once` };
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const report = await play(folder, [test], title);
  writeFileSync(path, text);
  if (report === null) return { deletion, caught: false, words: "NO REPORT" };
  const [first] = failedIn(report);
  if (first !== undefined) return { deletion, caught: true, words: first };
  return { deletion, caught: false, words: report.numPassedTests === 0 ? "NOTHING RAN: the program does not load without it" : "SURVIVED" };
}

/** What is to fail without its check has to pass with it. */
async function passBefore(folder: string, chosen: readonly Deletion[]): Promise<readonly string[]> {
  const whole = [...new Set(chosen.filter(({ title }) => title === undefined).map(({ test }) => test))];
  const titled = [
    ...new Map(chosen.filter(({ title }) => title !== undefined).map((each) => [`${each.test} ${each.title}`, each])).values(),
  ];
  const reports = [whole.length > 0 ? await play(folder, whole) : undefined];
  for (const { test, title } of titled) reports.push(await play(folder, [test], title));
  return reports.flatMap((report) => (report === undefined ? [] : report === null ? ["no report"] : failedIn(report)));
}

async function work(folder: string, waiting: Deletion[], done: Outcome[]): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const outcome = await tryOne(folder, next);
    done.push(outcome);
    say(`${outcome.caught ? "caught  " : "NOT     "} ${next.name.padEnd(56)} ${outcome.words.slice(0, 90)}`);
  }
}

const usage = `npm run deletions -- [WORD]

Takes each of ${deletions.length} lines away, one at a time, and demands that tests fail; with WORD only those that have it in their name.
Exit 0 when all were caught, 1 when one was not.`;

async function main(): Promise<number> {
  const { positionals } = readArguments(usage, {}, 1);
  const word = positionals[0] ?? "";
  const chosen = deletions.filter(({ name }) => name.includes(word));
  if (chosen.length === 0) misused(`No deletion has ${word} in its name.`);
  const folders = Array.from({ length: Math.min(availableParallelism(), chosen.length) }, copyTree);
  try {
    const broken = folders[0] === undefined ? ["no deletion has that name"] : await passBefore(folders[0], chosen);
    if (broken.length > 0) {
      say(`These fail before anything is deleted:\n  ${broken.join("\n  ")}`);
      return 1;
    }
    const done: Outcome[] = [];
    const waiting = [...chosen];
    await Promise.all(folders.map((folder) => work(folder, waiting, done)));
    const caught = done.filter((outcome) => outcome.caught).length;
    say(`\n${done.length} deletions, ${caught} caught, ${done.length - caught} not`);
    return caught === done.length ? 0 : 1;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
