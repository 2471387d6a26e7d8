// F54: what `npm run build` makes of the page: files named by their content, split, with source maps.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tapotarp-build-"));
const assets = join(folder, "assets");
const temporary = mkdtempSync(join(tmpdir(), "tapotarp-temporary-"));

describe("F54 the built page", () => {
  beforeAll(() => {
    const vite = join(root, "node_modules/vite/bin/vite.js");
    const env = { ...process.env, TMPDIR: temporary };
    const built = spawnSync(process.execPath, [vite, "build", "--outDir", folder, "--logLevel", "warn"], {
      cwd: root,
      env,
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  }, 120_000);
  afterAll(() => {
    for (const each of [folder, temporary]) rmSync(each, { recursive: true, force: true });
  });

  // The bundler's own few lines have no source to point to.
  const scripts = () => readdirSync(assets).filter((name) => name.endsWith(".js") && !name.startsWith("rolldown-runtime-"));
  /** Every script a page loads at its first request, followed through static imports. */
  const loaded = (page: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const follow = (text: string, pattern: RegExp): void => {
      for (const [, name = ""] of text.matchAll(pattern)) {
        if (found.has(name)) continue;
        found.add(name);
        follow(readFileSync(join(assets, name), "utf8"), /(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g);
      }
    };
    follow(readFileSync(join(folder, page), "utf8"), /(?:src|href)="\/assets\/([\w.-]+\.js)"/g);
    return found;
  };

  test("building leaves nothing behind in the temporary folder but what node and vite keep there for the next one", () => {
    expect(existsSync(join(folder, "sw.js"))).toBe(true);
    expect(readdirSync(temporary).filter((name) => name !== "node-compile-cache")).toEqual([]);
  });

  test("F54 every script and style is named by its content", () => {
    const names = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !/-[\w-]{8}\.(js|css)$/.test(name))).toEqual([]);
  });

  test("F54 every script with something of ours has a source map that names our files", () => {
    expect(scripts().filter((name) => !existsSync(join(assets, `${name}.map`)))).toEqual([]);
    const sources = scripts().flatMap(
      (name) => (JSON.parse(readFileSync(join(assets, `${name}.map`), "utf8")) as { sources: string[] }).sources,
    );
    for (const file of ["public/app/main.tsx", "public/admin/main.ts", "lib/game/clock-face.ts"])
      expect([file, sources.some((source) => source.endsWith(file))]).toEqual([file, true]);
  });

  test("F54 players load nothing of the operator's pages, and no page loads what it does not need", () => {
    const game = [...loaded("index.html")];
    expect(game.some((name) => name.startsWith("preact-"))).toBe(true);
    expect(game.filter((name) => /^(uplot|swagger|admin)/.test(name))).toEqual([]);
    expect([...loaded("admin/index.html")].some((name) => name.startsWith("uplot-"))).toBe(true);
    expect([...loaded("admin/index.html")].filter((name) => name.startsWith("swagger-"))).toEqual([]);
  });
});
