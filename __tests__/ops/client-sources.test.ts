// `npm start` builds the page anew when something it is made of is newer: the script has to know all of it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const imported = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;

/** Every file of the program that the page is made of, followed through imports from all that lies in public/. */
function pageSources(): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (path: string): void => {
    if (found.has(path) || !/\.(ts|tsx)$/.test(path)) return;
    found.add(path);
    for (const [, to = ""] of readFileSync(join(root, path), "utf8").matchAll(imported))
      follow(relative(root, resolve(root, dirname(path), to)));
  };
  for (const name of readdirSync(join(root, "public"), { recursive: true, encoding: "utf8" }))
    if (!name.endsWith(".d.ts")) follow(join("public", name));
  return found;
}

test("F54 whatever the page is made of, a change of it makes npm start build the page anew", () => {
  const script = readFileSync(join(root, "scripts/ensure-client.mjs"), "utf8");
  const watched = JSON.parse(/const sources = (\[[^\]]*\])/.exec(script)?.[1] ?? "[]") as string[];
  const sources = [...pageSources()];
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((path) => !watched.some((part) => path === part || path.startsWith(`${part}/`)))).toEqual([]);
});
