// The titles of tests and of groups of tests, as they are written in their files, for the tests that compare them with documents.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const folder = resolve(import.meta.dirname, "..");
const declaring = new Set(["test", "it", "describe"]);

/** Every file of tests, of all folders. */
export function testFiles(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(test|spec)\.tsx?$|^store\/contract-\w+\.ts$/.test(path))
    .map((path) => join(folder, path));
}

/** `test(...)`, `test.each([...])(...)`, `describe.skipIf(...)(...)`: the name on the left of it all. */
function calledName(call: ts.CallExpression): string {
  let callee: ts.Expression = call.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  return ts.isIdentifier(callee) ? callee.text : "";
}

/** Titles as written: what is filled in (`%s`, `$name`, `${...}`) stays as it is. */
export function titlesOf(file: string): readonly string[] {
  const tree = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node | undefined): void => {
    if (node !== undefined && (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))) found.push(node.getText().slice(1, -1));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && declaring.has(calledName(node))) note(node.arguments[0]);
    if (ts.isPropertyAssignment(node) && node.name.getText() === "title") note(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}
