// `npm run types`: every TypeScript project of the repository, as many at once as there are processors. Exit code 1 when any has an error.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const projects = [".", "public", "__tests__/e2e", "lib/game", "load/k6"];

function check(project: string): Promise<number> {
  // What it learned is kept, so that the next time only what changed is checked.
  const kept = `node_modules/.cache/types/${project.replaceAll("/", "-")}.tsbuildinfo`;
  const args = ["node_modules/typescript/bin/tsc", "-p", project, "--noEmit", "--incremental", "--tsBuildInfoFile", kept];
  return new Promise((resolve) => spawn(process.execPath, args, { stdio: "inherit" }).on("close", (code) => resolve(code ?? 1)));
}

async function work(waiting: string[]): Promise<number> {
  let worst = 0;
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) worst = Math.max(worst, await check(project));
  return worst;
}

const waiting = [...projects];
process.exitCode = Math.max(...(await Promise.all(Array.from({ length: availableParallelism() }, () => work(waiting)))));
