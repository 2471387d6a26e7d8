// `npm run dev`: the client is rebuilt and the server restarted whenever a source file changes. Ctrl-C ends both.
import { spawn } from "node:child_process";

const children = [
  spawn(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--watch", "--mode", "development"], { stdio: "inherit" }),
  spawn(process.execPath, ["--watch", "server.ts"], { stdio: "inherit" }),
];

function stop() {
  for (const child of children) child.kill("SIGTERM");
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
for (const child of children) child.on("exit", stop);
