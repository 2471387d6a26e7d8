// What is absent from the program, kept absent: clocks outside ambient.ts, state in modules, long files and functions, switches as
// parameters, console output, parts that only tests use.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const fileLinesMax = 350;
const testLinesMax = 500;
const functionLinesMax = 70;
const parametersMax = 3;

/** Functions longer than the limit, and why they may be. The list may only shrink. */
const longFunctions: Readonly<Record<string, string>> = {};
/** Functions with more parameters than the limit, and why they may. The list may only shrink. */
const manyParameters: Readonly<Record<string, string>> = {
  "lib/ops/admin.ts handleError": "express knows an error handler by its four parameters",
  "lib/gateway/http.ts handleError": "express knows an error handler by its four parameters",
  "lib/store/chain.ts chainHash": "the four parts that are hashed, in their order",
  "lib/store/sqlite-batch.ts #resolve": "the columns of one row, in their order",
};
/** Files longer than the limit, and why they may be. The list may only shrink. */
const longFiles: Readonly<Record<string, string>> = {};
/** Functions that take a yes or no, and why they may. The list may only shrink. */
const switches: Readonly<Record<string, string>> = {
  "lib/chsh/invariants.ts check": "what is checked",
  "scripts/smoke.ts check": "what is checked",
  "lib/chsh/items.ts isWin": "whether two answers were the same: data",
  "public/app/chsh/words.ts answerWord": "a player's answer is true or false: data",
  "lib/gateway/gateway.ts #received": "as ws says it",
  "scripts/coverage-program.ts generateReports": "as vitest says it",
};
/** Parts that no running program imports, and why they are there. The list may only shrink. */
const forTests: Readonly<Record<string, string>> = {
  "lib/game/invariants.ts": "what every state has to hold, asked after each step of the tests",
  "lib/chsh/invariants.ts": "the same of the second game",
};

interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

function sources(folders: readonly string[]): readonly Source[] {
  const paths = folders.flatMap((folder) =>
    folder.endsWith(".ts")
      ? [folder]
      : readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith(".d.ts"))
          .map((path) => join(folder, path)),
  );
  return paths.flatMap((path) => {
    try {
      const text = readFileSync(join(root, path), "utf8");
      return [{ path: relative(root, join(root, path)), text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) }];
    } catch {
      return [];
    }
  });
}

const server = sources(["lib", "server.ts"]);
const all = [...server, ...sources(["public", "scripts", "__tests__", "load"].filter((folder) => readdirSync(root).includes(folder)))];

function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** Uses of time, timers and randomness in one file, as "path:line what". */
function clockUses(source: Source): string[] {
  const found: string[] = [];
  const note = (node: ts.Node, what: string) => found.push(`${source.path}:${lineOf(source, node)} ${what}`);
  const globals = new Set(["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance", "hrtime"]);
  const random = new Set(["randomBytes", "randomUUID", "randomInt", "getRandomValues", "randomFillSync"]);
  const visit = (node: ts.Node): void => {
    const isMember =
      (ts.isPropertyAccessExpression(node.parent ?? node) && (node.parent as ts.PropertyAccessExpression).name === node) || false;
    if (ts.isIdentifier(node) && !isMember && globals.has(node.text)) note(node, node.text);
    if (ts.isIdentifier(node) && random.has(node.text)) note(node, node.text);
    if (ts.isPropertyAccessExpression(node) && ["Date.now", "Math.random", "process.hrtime", "process.uptime"].includes(node.getText()))
      note(node, node.getText());
    if (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) note(node, "new Date()");
    if (ts.isCallExpression(node) && node.expression.getText() === "Date") note(node, "Date()");
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source.tree, visit);
  return found;
}

/** What can be made once for all: it holds nothing that changes. */
const constants = new Set(["Intl.Segmenter", "Uint8Array", "RegExp"]);

/** Top-level bindings that can change: `let`, `var`, static fields, and whatever is made with `new` or empty and not declared read-only. */
function moduleState(source: Source): string[] {
  const found: string[] = [];
  for (const statement of source.tree.statements) {
    if (ts.isClassDeclaration(statement)) found.push(...staticState(source, statement));
    if (!ts.isVariableStatement(statement)) continue;
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of statement.declarationList.declarations) {
      const where = `${source.path}:${lineOf(source, declaration)} ${declaration.name.getText()}`;
      if (!isConst) found.push(where);
      const value = declaration.initializer;
      const type = declaration.type?.getText() ?? "";
      const isMade = value !== undefined && ts.isNewExpression(value) && !constants.has(value.expression.getText());
      const isEmptyList = value !== undefined && ts.isArrayLiteralExpression(value) && value.elements.length === 0;
      const isEmptyObject = value !== undefined && ts.isObjectLiteralExpression(value) && value.properties.length === 0;
      if ((isMade || isEmptyList) && !/^(Readonly(Set|Map)|readonly )/.test(type)) found.push(where);
      if (isEmptyObject && (type === "" || /^(Record|Partial|\{)/.test(type))) found.push(where);
    }
  }
  return found;
}

function staticState(source: Source, statement: ts.ClassDeclaration): readonly string[] {
  return statement.members
    .filter((member) => ts.isPropertyDeclaration(member))
    .filter(({ modifiers }) => {
      const kinds = (modifiers ?? []).map(({ kind }) => kind);
      return kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.ReadonlyKeyword);
    })
    .map((member) => `${source.path}:${lineOf(source, member)} ${member.name.getText()}`);
}

interface FunctionSize {
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
  /** A parameter is declared as a yes or no, or is one when it is left out. */
  readonly isSwitched: boolean;
}

function isSwitch({ type, initializer }: ts.ParameterDeclaration): boolean {
  const kinds = [ts.SyntaxKind.BooleanKeyword, ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword];
  return [type, initializer].some((node) => node !== undefined && kinds.includes(node.kind));
}

function functions(source: Source): FunctionSize[] {
  const found: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const named =
        node.name?.getText() ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : `line ${lineOf(source, node)}`);
      const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
      const isSwitched = node.parameters.some(isSwitch);
      found.push({
        name: `${source.path} ${named}`,
        lines: end - lineOf(source, node) + 1,
        parameters: node.parameters.length,
        isSwitched,
      });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source.tree, visit);
  return found;
}

function parse(text: string): Source {
  return { path: "planted.ts", text, tree: ts.createSourceFile("planted.ts", text, ts.ScriptTarget.Latest, true) };
}

describe("tidy", () => {
  test("only ambient.ts reads a clock, sets a timer or draws at random", () => {
    expect(server.filter(({ path }) => path !== "lib/ops/ambient.ts").flatMap(clockUses)).toEqual([]);
  });

  test("the scan for clocks finds each kind", () => {
    const planted =
      "Date.now(); new Date(); Date(); Math.random(); setTimeout(f, 1); performance.now(); crypto.randomUUID(); randomBytes(2); new Date(5); a.setTimeout(1);";
    expect(clockUses(parse(planted)).map((text) => text.split(" ").slice(1).join(" "))).toEqual([
      "Date.now",
      "new Date()",
      "Date()",
      "Math.random",
      "setTimeout",
      "performance",
      "randomUUID",
      "randomBytes",
    ]);
  });

  test("no module holds state that can change: two servers can live in one process", () => {
    expect(server.flatMap(moduleState)).toEqual([]);
  });

  test("the scan for state finds each kind", () => {
    const planted =
      "let a = 1; const b = new Map(); const c: ReadonlySet<string> = new Set(['x']); const d = []; const e = 2; var f; const g = new LRUCache({}); const h = {}; const i: Record<string, number> = {}; class J { static k = 1; static readonly l = 2; m = 3 } const n = new Intl.Segmenter();";
    expect(moduleState(parse(planted)).map((text) => text.split(" ").at(-1))).toEqual(["a", "b", "d", "f", "g", "h", "i", "k"]);
  });

  test(`files have at most ${fileLinesMax} lines, tests ${testLinesMax}`, () => {
    const most = (path: string) => (path.startsWith("__tests__/") ? testLinesMax : fileLinesMax);
    const long = all.filter(({ path, text }) => text.split("\n").length - 1 > most(path)).map(({ path }) => path);
    expect(long.filter((path) => !(path in longFiles))).toEqual([]);
    expect(Object.keys(longFiles).filter((path) => !long.includes(path))).toEqual([]);
  });

  test(`functions have at most ${functionLinesMax} lines and ${parametersMax} parameters, and none of those is a switch`, () => {
    const program = sources(["lib", "server.ts", "scripts"].concat(readdirSync(root).includes("public") ? ["public"] : [])).flatMap(
      functions,
    );
    const long = program.filter(({ lines }) => lines > functionLinesMax).map(({ name }) => name);
    expect(long.filter((name) => !(name in longFunctions))).toEqual([]);
    expect(Object.keys(longFunctions).filter((name) => !long.includes(name))).toEqual([]);
    const many = program.filter(({ parameters }) => parameters > parametersMax).map(({ name }) => name);
    expect(many.filter((name) => !(name in manyParameters))).toEqual([]);
    expect(Object.keys(manyParameters).filter((name) => !many.includes(name))).toEqual([]);
    const switched = program.filter(({ isSwitched }) => isSwitched).map(({ name }) => name);
    expect(switched.filter((name) => !(name in switches))).toEqual([]);
    expect(Object.keys(switches).filter((name) => !switched.includes(name))).toEqual([]);
  });

  test("L45 every part is reached from what runs: one that only its tests import is dead", () => {
    const pages = ["index.html", "admin/index.html", "api-docs/index.html"].flatMap((page) =>
      [...readFileSync(join(root, "public", page), "utf8").matchAll(/<script type="module" src="([^"]+)"/g)].map(([, path = ""]) =>
        join("public", path.startsWith("/") ? "" : dirname(page), path),
      ),
    );
    expect(pages).toHaveLength(3);
    const byPath = new Map(all.map((source) => [source.path, source]));
    const commands = readFileSync(join(root, "package.json"), "utf8").match(/\blib\/\S+\.ts/g) ?? [];
    const waiting = ["server.ts", ...pages, ...commands, ...all.map(({ path }) => path).filter((path) => path.startsWith("scripts/"))];
    const reached = new Set<string>();
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const source = byPath.get(path);
      if (source === undefined || reached.has(path)) continue;
      reached.add(path);
      for (const [, to = ""] of source.text.matchAll(/["'](\.{1,2}\/[^"'\n]+\.(?:tsx?|mjs))["']/g)) waiting.push(join(dirname(path), to));
    }
    const unreached = all.map(({ path }) => path).filter((path) => /^(lib|public)\//.test(path) && !reached.has(path));
    expect(unreached.toSorted()).toEqual(Object.keys(forTests).toSorted());
  });

  test("F59 the program writes nothing to the console, and no TODO stays behind", () => {
    const console = server.filter(({ text }) => /\bconsole\.\w+\(/.test(text)).map(({ path }) => path);
    const undone = [...server, ...sources(["scripts"])].filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path);
    expect([console, undone]).toEqual([[], []]);
  });

  test("every file of the program opens by saying what it owns", () => {
    const silent = server
      .filter(({ text }) => !text.startsWith("//") && !text.startsWith("/**") && !text.startsWith("#!"))
      .map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  test("L45 no test replaces a part of the program, tries again until it passes, or is forced to end", () => {
    const tests = sources(["__tests__", "vitest.config.ts", "playwright.config.ts"]).filter(
      ({ path }) => path !== "__tests__/tidy/tidy.test.ts",
    );
    const forbidden = /\bvi\.(do)?mock\(|\b(test|it|describe)\.only\(|forceExit|dangerouslyIgnoreUnhandledErrors|\bretr(y|ies): *[1-9]\b/;
    expect(tests.filter(({ text }) => forbidden.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("L41 the page may be enlarged, and neither it nor its styles ask another host for anything", () => {
    const page = ["index.html", "admin/index.html", "api-docs/index.html"].map((name) => readFileSync(join(root, "public", name), "utf8"));
    const styles = readdirSync(join(root, "public/styles")).map((name) => readFileSync(join(root, "public/styles", name), "utf8"));
    expect(page.filter((text) => /user-scalable|maximum-scale/.test(text))).toEqual([]);
    expect([...page, ...styles].flatMap((text) => text.match(/(?:https?:)?\/\/[a-z][\w.-]*\.[a-z]{2,}[^\s"')]*/gi) ?? [])).toEqual([]);
  });
});
