// What is absent from the program, kept absent: clocks outside ambient.ts, state in modules, long files and functions, console output.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
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
  "public/app/model/step.ts remembered": "two pairs of before and after",
  "public/app/screens/lobby.tsx seatNote": "what one line of the lobby is made of",
  "lib/gateway/http.ts handleError": "express knows an error handler by its four parameters",
  "lib/store/chain.ts chainHash": "the four parts that are hashed, in their order",
  "lib/store/sqlite-batch.ts #resolve": "the columns of one row, in their order",
};
/** Files longer than the limit, and why they may be. The list may only shrink. */
const longFiles: Readonly<Record<string, string>> = {};

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

/** Top-level bindings that can change: `let`, `var`, and containers that are not declared read-only. */
function moduleState(source: Source): string[] {
  const found: string[] = [];
  for (const statement of source.tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of statement.declarationList.declarations) {
      const where = `${source.path}:${lineOf(source, declaration)} ${declaration.name.getText()}`;
      if (!isConst) found.push(where);
      const value = declaration.initializer;
      const isContainer = value !== undefined && ts.isNewExpression(value) && /^(Weak)?(Map|Set)$/.test(value.expression.getText());
      const isEmptyList = value !== undefined && ts.isArrayLiteralExpression(value) && value.elements.length === 0;
      if ((isContainer || isEmptyList) && !/^(Readonly(Set|Map)|readonly )/.test(declaration.type?.getText() ?? "")) found.push(where);
    }
  }
  return found;
}

interface FunctionSize {
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
}

function functions(source: Source): FunctionSize[] {
  const found: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const named =
        node.name?.getText() ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : `line ${lineOf(source, node)}`);
      const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
      found.push({ name: `${source.path} ${named}`, lines: end - lineOf(source, node) + 1, parameters: node.parameters.length });
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
    const planted = "let a = 1; const b = new Map(); const c: ReadonlySet<string> = new Set(['x']); const d = []; const e = 2; var f;";
    expect(moduleState(parse(planted)).map((text) => text.split(" ").at(-1))).toEqual(["a", "b", "d", "f"]);
  });

  test(`files have at most ${fileLinesMax} lines, tests ${testLinesMax}`, () => {
    const most = (path: string) => (path.startsWith("__tests__/") ? testLinesMax : fileLinesMax);
    const long = all.filter(({ path, text }) => text.split("\n").length - 1 > most(path)).map(({ path }) => path);
    expect(long.filter((path) => !(path in longFiles))).toEqual([]);
    expect(Object.keys(longFiles).filter((path) => !long.includes(path))).toEqual([]);
  });

  test(`functions have at most ${functionLinesMax} lines and ${parametersMax} parameters`, () => {
    const program = sources(["lib", "server.ts", "scripts"].concat(readdirSync(root).includes("public") ? ["public"] : [])).flatMap(
      functions,
    );
    const long = program.filter(({ lines }) => lines > functionLinesMax).map(({ name }) => name);
    expect(long.filter((name) => !(name in longFunctions))).toEqual([]);
    expect(Object.keys(longFunctions).filter((name) => !long.includes(name))).toEqual([]);
    const many = program.filter(({ parameters }) => parameters > parametersMax).map(({ name }) => name);
    expect(many.filter((name) => !(name in manyParameters))).toEqual([]);
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
