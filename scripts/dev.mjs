// `npm run dev`: the client is built and the server restarted whenever a source file changes. Ctrl-C ends both. Each build is a run of
// its own, because vite's `build --watch` cannot make the pages a second time.
import { spawn } from "node:child_process";
import { keepBuilt } from "./keep-built.ts";

const sources = ["public", "lib/game", "lib/chsh", "lib/protocol"];
const vite = ["node_modules/vite/bin/vite.js", "build", "--mode", "development", "--logLevel", "warn"];

function build() {
  return new Promise((done) => {
    spawn(process.execPath, vite, { stdio: "inherit" }).on("exit", (code) => {
      process.stdout.write(code === 0 ? "The client is built.\n" : "The client could not be built.\n");
      done();
    });
  });
}

const server = spawn(process.execPath, ["--watch", "server.ts"], { stdio: "inherit" });
const kept = keepBuilt(sources, build);

function stop() {
  kept.close();
  server.kill("SIGTERM");
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
server.on("exit", stop);
