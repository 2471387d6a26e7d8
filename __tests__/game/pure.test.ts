// What the rules must not reach is absent from their sources: a clock, chance, the machine, anything outside of lib/game.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const game = resolve(import.meta.dirname, "../../lib/game");
const forbidden = new Set([
  "Date",
  "performance",
  "process",
  "globalThis",
  "global",
  "window",
  "self",
  "crypto",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "fetch",
  "require",
  "eval",
  "Function",
  "console",
  "Temporal",
  "Promise",
  "WeakRef",
]);

/** Of these only what is the same everywhere and at any time may be asked for, by its name. */
const partly = new Map([
  ["Math", (name: string) => name !== "" && name !== "random"],
  ["Intl", (name: string) => name === "Segmenter"],
]);

/** Everything in this text that reaches outside, as "line: what". */
function reaches(text: string, from: string): string[] {
  const found: string[] = [];
  const tree = ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true);
  const note = (node: ts.Node, what: string) => found.push(`${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const target = node.moduleSpecifier.text;
      const inside = target.startsWith(".") && !relative(game, resolve(dirname(from), target)).startsWith("..");
      if (!inside) note(node, `import ${target}`);
    }
    if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) note(node, "dynamic import");
    if (ts.isIdentifier(node) && forbidden.has(node.text)) {
      const { parent } = node;
      const isKey = (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
      const isType = ts.isTypeReferenceNode(node.parent);
      if (!isKey && !isType) note(node, node.text);
    }
    const allows = ts.isIdentifier(node) ? partly.get(node.text) : undefined;
    if (allows?.(ts.isPropertyAccessExpression(node.parent) ? node.parent.name.text : "") === false) note(node, node.parent.getText());
    if (ts.isAwaitExpression(node)) note(node, "await");
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const files = readdirSync(game, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));

describe("purity", () => {
  test("LE3 no clock, no chance, no machine and no import is reachable from lib/game", () => {
    expect(files.length).toBeGreaterThan(25);
    const found = files.flatMap((path) =>
      reaches(readFileSync(join(game, path), "utf8"), join(game, path)).map((what) => `${path}:${what}`),
    );
    expect(found).toEqual([]);
  });

  test.each([
    "const now = Date.now();",
    "const chance = Math.random();",
    'import { createHash } from "node:crypto";',
    'import { room } from "../room/room.ts";',
    'export * from "zod";',
    'const late = await import("./clock.ts");',
    "setTimeout(() => {}, 5);",
    "const id = crypto.randomUUID();",
    "const zone = Intl.DateTimeFormat();",
    "const machine = { clock: Date };",
    "const { random } = Math;",
  ])("LE3 the test itself notices %s", (line) => {
    expect(reaches(line, join(game, "planted.ts")).length).toBeGreaterThan(0);
  });
});
