// `npm run docs:imports`: draws which part imports which into docs/imports.svg, from what dependency-cruiser finds. Needs graphviz
// (`apt-get install graphviz`) for the layout.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

interface Cruised {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string; readonly dependencyTypes: readonly string[] }[];
  }[];
}

/** Each part, what it is in four words, and its row from the top. */
const parts: Readonly<Record<string, readonly [about: string, row: number, colour: string]>> = {
  "server.ts": ["composition root", 0, "#f4e3c1"],
  public: ["browser client", 0, "#d8ead3"],
  "lib/gateway": ["sockets and HTTP", 1, "#d6e4f0"],
  "lib/hosted-games.ts": ["the games by name", 1, "#f4e3c1"],
  "lib/ops": ["configuration, logs, health", 2, "#e9e2f2"],
  "lib/room": ["shell around one game", 2, "#d6e4f0"],
  "lib/store": ["games kept safe", 3, "#f2dede"],
  "lib/bus": ["instances tell each other", 3, "#f2dede"],
  "lib/protocol": ["what goes over the wire", 3, "#d6e4f0"],
  "lib/chsh": ["second game, pure", 4, "#d8ead3"],
  "lib/game": ["rules of the clock, pure", 5, "#d8ead3"],
};

function partOf(path: string): string | null {
  return Object.keys(parts).find((part) => path === part || path.startsWith(`${part}/`)) ?? null;
}

/** Imports between parts, counted; those for types alone are counted apart. */
function countImports({ modules }: Cruised): ReadonlyMap<string, { readonly values: number; readonly types: number }> {
  const counts = new Map<string, { values: number; types: number }>();
  for (const { source, dependencies } of modules) {
    for (const { resolved, dependencyTypes } of dependencies) {
      const [from, to] = [partOf(source), partOf(resolved)];
      if (from === null || to === null || from === to) continue;
      const count = counts.get(`${from} ${to}`) ?? { values: 0, types: 0 };
      if (dependencyTypes.includes("type-only")) count.types += 1;
      else count.values += 1;
      counts.set(`${from} ${to}`, count);
    }
  }
  return counts;
}

function run(program: string, args: readonly string[], input = ""): string {
  const { stdout, stderr, status, error } = spawnSync(program, args, { cwd: root, encoding: "utf8", input, maxBuffer: 64 * 1024 * 1024 });
  if (error !== undefined || status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return stdout;
}

function graphOf(counts: ReturnType<typeof countImports>): string {
  const rows = Map.groupBy(Object.entries(parts), ([, [, row]]) => row);
  const nodes = [...rows.values()].map((row) => {
    const drawn = row.map(([name, [about, , colour]]) => {
      const label = `<<b>${name}</b><br/><font point-size="10" color="#555555">${about}</font>>`;
      return `"${name}" [label=${label} fillcolor="${colour}"]`;
    });
    return `{ rank=same; ${drawn.join("; ")} }`;
  });
  const edges = [...counts].map(([pair, { values, types }]) => {
    const [from, to] = pair.split(" ");
    const all = values + types;
    const look = values === 0 ? 'style=dashed color="#9aa5b1"' : 'color="#5b6b7b"';
    return `"${from}" -> "${to}" [${look} penwidth=${(0.8 + Math.log2(all) / 4).toFixed(2)}]`;
  });
  return `digraph imports {
    graph [rankdir=TB nodesep=0.5 ranksep=0.7 bgcolor=white pad=0.3 fontname="Helvetica" fontsize=11 fontcolor="#555555" labelloc=b
      label="Arrows point to what is imported. Dashed: types alone. Thicker: more files."]
    node [shape=box style="rounded,filled" color="#5b6b7b" penwidth=0.8 fontname="Helvetica" fontsize=13 fontcolor="#1f2933" margin="0.22,0.12"]
    edge [arrowsize=0.6]
    ${nodes.join("\n    ")}
    ${edges.join("\n    ")}
  }`;
}

const cruise = [
  "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
  "--config",
  ".dependency-cruiser.cjs",
  "--output-type",
  "json",
];
const found = JSON.parse(run(process.execPath, [...cruise, "lib", "public/app", "server.ts"])) as Cruised;
const drawn = run("dot", ["-Tsvg"], graphOf(countImports(found)));
const titled = drawn.replace(/<svg [^>]*>/, "$&\n<title>Which part imports which</title>");
writeFileSync(join(root, "docs/imports.svg"), titled.replaceAll(/<!--.*?-->\n?/gs, ""));
