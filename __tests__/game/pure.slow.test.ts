import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

test("LE3 lib/game compiles on its own, with no Node and no DOM types", () => {
  const folder = resolve(import.meta.dirname, "../../lib/game");
  const { config } = ts.readConfigFile(resolve(folder, "tsconfig.json"), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  expect(parsed.options.types).toEqual([]);
  expect(parsed.options.lib).toEqual(["lib.es2024.d.ts"]);
  const program = ts.createProgram(parsed.fileNames, parsed.options);
  const problems = ts.getPreEmitDiagnostics(program).map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
  expect(problems).toEqual([]);
  const outside = program
    .getSourceFiles()
    .filter((file) => !file.fileName.startsWith(folder) && !file.fileName.includes("/typescript/lib/"));
  expect(outside.map((file) => file.fileName)).toEqual([]);
});
