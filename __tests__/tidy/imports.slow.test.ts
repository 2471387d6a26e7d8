// The import directions of ARCHITECTURE.md hold, and the rules that say so really bite.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

interface Cruised {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly { readonly resolved: string }[] }[];
  readonly summary: { readonly violations: readonly Violation[] };
}

function cruise(cwd: string, paths: readonly string[]): Cruised {
  const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const args = [bin, "--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json", ...paths];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Cruised;
}

const partOf = (path: string): string => /^(lib\/[^/]+|[^/]+)/.exec(path)?.[0] ?? "";

/** From, what it imports, the rule that forbids it (null: allowed). */
const planted: readonly (readonly [string, string, string | null])[] = [
  ["lib/game/a.ts", "../room/x.ts", "game-imports-nothing"],
  ["lib/game/b.ts", "node:os", "game-is-pure"],
  ["lib/game/c.ts", "zod", "game-is-pure"],
  ["lib/protocol/a.ts", "../gateway/x.ts", "protocol-imports-game"],
  ["lib/protocol/b.ts", "node:crypto", "protocol-runs-in-the-browser"],
  ["lib/store/b.ts", "../room/x.ts", "store-port"],
  ["lib/store/store-a.ts", "../room/x.ts", "adapters-know-stores-and-buses"],
  ["lib/bus/bus-a.ts", "../store/store.ts", null],
  ["lib/room/a.ts", "../store/store-sqlite.ts", "adapters-only-in-the-composition-root"],
  ["lib/room/b.ts", "../gateway/x.ts", "room-imports-game-and-ports"],
  ["lib/room/c.ts", "preact", "production-needs-no-dev-dependency"],
  ["lib/room/d.ts", "../store/store.ts", null],
  ["lib/room/e.ts", "./f.ts", "no-circular"],
  ["lib/gateway/a.ts", "../bus/bus-redis.ts", "adapters-only-in-the-composition-root"],
  ["lib/gateway/b.ts", "../room/x.ts", null],
  ["lib/ops/a.ts", "../gateway/x.ts", "ops-imports-ports"],
  ["public/app/a.ts", "../../lib/room/x.ts", "public-imports-game-and-protocol"],
  ["lib/chsh/a.ts", "../game/x.ts", "second-game-stands-alone"],
  ["public/app/b.ts", "../../lib/chsh/x.ts", "only-its-own-screens-know-the-second-game"],
  ["public/app/chsh/a.ts", "../../../lib/chsh/x.ts", null],
  ["server.ts", "./lib/store/store-sqlite.ts", null],
  ["lib/bus/a.ts", "../room/x.ts", "bus-port"],
  ["lib/gateway/c.ts", "../chsh/x.ts", "gateway-imports-protocol-and-room"],
  ["lib/gateway/d.ts", "./not-there.ts", "not-resolvable"],
  ["lib/ops/b.ts", "../../server.ts", "nothing-imports-the-server"],
  ["lib/ops/c.ts", "../../__tests__/x.ts", "nothing-imports-tests"],
];

const targets = [
  "lib/room/x.ts",
  "lib/gateway/x.ts",
  "lib/game/x.ts",
  "lib/chsh/x.ts",
  "lib/store/store.ts",
  "lib/store/store-sqlite.ts",
  "lib/bus/bus-redis.ts",
  "__tests__/x.ts",
];

describe("import directions", () => {
  const broken = new Map<string, string[]>();

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "tapotarp-imports-"));
    const write = (path: string, text: string) => {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const path of targets) write(path, "export const x = 1;\n");
    for (const [from, to] of planted) write(from, `import * as it from "${to}";\nexport const y = it;\n`);
    write("lib/room/f.ts", 'import { y } from "./e.ts";\nexport const x = y;\n');
    write("tsconfig.json", JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["**/*.ts"] }));
    write("package.json", JSON.stringify({ type: "module", dependencies: { zod: "*" }, devDependencies: { preact: "*" } }));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const { from, rule } of cruise(folder, ["lib", "public", "server.ts"]).summary.violations)
      broken.set(from, [...(broken.get(from) ?? []), rule.name]);
    rmSync(folder, { recursive: true, force: true });
  });

  test.for(planted)("%s importing %s: %s", ([from, , rule]) => {
    if (rule === null) expect(broken.get(from)).toBeUndefined();
    else expect(broken.get(from)).toContain(rule);
  });

  test("the program keeps them, and docs/imports.svg shows each", () => {
    const { modules, summary } = cruise(
      root,
      ["lib", "public", "scripts", "server.ts"].filter((path) => existsSync(join(root, path))),
    );
    expect(summary.violations).toEqual([]);
    const pairs = modules.flatMap(({ source, dependencies }) => dependencies.map(({ resolved }) => [partOf(source), partOf(resolved)]));
    const isShown = (part = ""): boolean => /^(lib\/|public$|server\.ts$)/.test(part);
    const arrows = pairs.filter(([from, to]) => from !== to && isShown(from) && isShown(to)).map(([from, to]) => `${from}-&gt;${to}`);
    const svg = readFileSync(join(root, "docs/imports.svg"), "utf8");
    const drawn = [...svg.matchAll(/<title>([^<]+&gt;[^<]+)<\/title>/g)].map(([, arrow = ""]) => arrow.replaceAll("&#45;", "-"));
    expect(drawn.toSorted(), "npm run docs:imports").toEqual([...new Set(arrows)].toSorted());
  });
});
