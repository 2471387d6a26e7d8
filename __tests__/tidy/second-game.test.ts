// The second game is hosted without a word about it in the shell, and docs/second-game.md names all that had to be written.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(folder, path));

/** Its name, its folder and the words that only it has. */
const ofTheClass = /chsh|createTeam|joinTeam/i;

describe("the second game", () => {
  test("room, store, bus and gateway do not know that it exists", () => {
    const knowing = ["lib/room", "lib/store", "lib/bus", "lib/gateway"].flatMap(filesIn).filter((path) => ofTheClass.test(read(path)));
    expect(knowing).toEqual([]);
  });

  test("the list of hosted games names it in one import and one entry; the composition root, the operator's parts and the scripts do not", () => {
    const list = read("lib/hosted-games.ts");
    const lines = list.split("\n").filter((line) => ofTheClass.test(line));
    // Beside how many others is no matter.
    expect(lines).toEqual(['import { chshGame } from "./protocol/chsh-game.ts";', expect.stringContaining("hosted(chshGame)")]);
    expect(list.match(/chshGame/g)).toHaveLength(2);
    // The picture of the imports names folders.
    const others = ["server.ts", ...["lib/ops", "scripts"].flatMap(filesIn)].filter((path) => path !== "scripts/draw-imports.ts");
    expect(others.filter((path) => ofTheClass.test(read(path)))).toEqual([]);
  });

  test("it takes from the clock game's folder what decision 18 names and the import rules allow, no more and no less", () => {
    const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
    const taken = filesIn("lib/chsh").flatMap((path) =>
      [...read(path).matchAll(/"\.\.\/game\/([\w-]+)\.ts"/g)].map(([, name = ""]) => name),
    );
    const named = [...read("docs/decisions/0018-second-game-shares-a-kit.md").matchAll(/`([\w-]+)\.ts`/g)].map(([, name = ""]) => name);
    const allowed = /"\^lib\/chsh\/\|\^lib\/game\/\(([\w|-]+)\)/.exec(read(".dependency-cruiser.cjs"))?.[1]?.split("|") ?? [];
    expect(sorted(named)).toEqual(sorted(taken));
    expect(sorted(allowed)).toEqual(sorted(taken));
  });

  test("docs/second-game.md names every file that was written for it, and none that is not there", () => {
    const page = read("docs/second-game.md");
    const named = new Set([...page.matchAll(/`([\w./-]+\.tsx?)`/g)].map((found) => found[1] ?? ""));
    const written = [
      ...filesIn("lib/chsh").map((path) => path.slice("lib/chsh/".length)),
      ...filesIn("public/app/chsh").map((path) => path.slice("public/app/chsh/".length)),
      ...filesIn("lib/protocol").filter((path) => path.includes("chsh")),
      ...filesIn("public/app/i18n")
        .filter((path) => path.includes("-class"))
        .map((path) => path.slice("public/app/".length)),
    ];
    expect(written.filter((path) => !named.has(path))).toEqual([]);
    const others = ["lib/hosted-games.ts", "__tests__/tidy/second-game.test.ts"];
    expect([...named].filter((path) => !written.includes(path) && !others.includes(path))).toEqual([]);
  });
});
