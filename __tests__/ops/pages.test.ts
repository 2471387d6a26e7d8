// F37, L40: pages made from the program are what the program says, and documents name only what exists.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { errorsPage } from "../../scripts/write-errors.ts";

const root = resolve(import.meta.dirname, "../..");
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const text = (path: string) => readFileSync(join(root, path), "utf8");

describe("F37 the error catalogue", () => {
  test("docs/errors.md is what `npm run docs:errors` writes", () => {
    expect(text("docs/errors.md")).toBe(errorsPage());
  });
});

describe("L40 documents", () => {
  test.for(documents)("%s links only to files that exist", (path) => {
    const links = [...text(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));
    const missing = links.filter((link) => !existsSync(join(root, dirname(path), link)));
    expect(missing.map((link) => relative(root, join(root, dirname(path), link)))).toEqual([]);
  });

  test("ARCHITECTURE.md names every folder of the program and of the tests", () => {
    const folders = ["lib", "__tests__"].flatMap((top) =>
      readdirSync(join(root, top), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [`${top}/${entry.name}`] : [])),
    );
    expect(folders.length).toBeGreaterThan(20);
    expect(folders.filter((folder) => !text("ARCHITECTURE.md").includes(`\`${folder}\``))).toEqual([]);
  });

  test("what a runbook or the troubleshooting page quotes is said by the program, or stands as a heading", () => {
    const files = ["lib", "scripts", "public", "deploy"].flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: "utf8" })
        .filter((path) => /\.(tsx?|mjs|json|yml)$/.test(path))
        .map((path) => join(top, path)),
    );
    const headings = documents.flatMap((path) => [...text(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading));
    const said = [...files.map(text), text("server.ts"), ...headings].join("\n");
    // Node's own words.
    const foreign = ["heap out of memory"];
    const quoted = documents
      .filter((path) => path.startsWith("docs/runbooks/") || path === "docs/troubleshooting.md")
      .flatMap((path) =>
        [
          ...text(path)
            .replace(/`[^`\n]*`/g, "")
            .matchAll(/"([^"\n]+)"/g),
        ].map(([, quote = ""]) => quote.replace(/ \.\.\.$/, "")),
      );
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter((quote) => !said.includes(quote) && !foreign.includes(quote))).toEqual([]);
  });

  test("every `npm run` they name is a script", () => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    const named = documents.flatMap((path) => [...text(path).matchAll(/npm run ([a-z][a-z:]*)/g)].map(([, name = ""]) => name));
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });

  test("every file of the program they name exists", () => {
    const named = documents.flatMap((path) =>
      [...text(path).matchAll(/`((?:lib|server|scripts|public|deploy|load|__tests__)\/[\w./-]+)`/g)].map(([, name = ""]) => name),
    );
    expect(named.length).toBeGreaterThan(20);
    // Recipes say NAME where a newcomer puts his own.
    expect([...new Set(named)].filter((name) => !name.includes("NAME") && !existsSync(join(root, name)))).toEqual([]);
  });
});
