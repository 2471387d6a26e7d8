// `npm start` keeps compiled code: what the first life compiled, the second one takes as it is.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";

const root = resolve(import.meta.dirname, "../..");
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

test("a server that npm start started takes its code compiled from the life before, in both of its threads", async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
  const nodeArgs = scripts.start.split(" ").slice(2, -1);
  const live = async () => {
    const server = await startRunningServer({ nodeArgs, env: { NODE_DEBUG_NATIVE: "COMPILE_CACHE" } });
    cleanUp.push(() => server.dispose());
    expect((await server.stop()).code).toBe(0);
    return server.output();
  };
  await live();
  const second = await live();
  for (const file of ["lib/room/room.ts", "lib/store/sqlite-writer.ts", "node_modules/express/index.js"])
    expect(second).toMatch(new RegExp(`cache for \\S+ \\S*${file.replaceAll(".", "\\.")} was accepted`));
});
