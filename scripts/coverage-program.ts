// Vitest's V8 coverage, with what the program's own processes and threads ran added to what ran inside the tests.
// It must not guess: a process that was killed has written nothing, and nothing is added for it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ScriptCoverageWithOffset, V8CoverageProvider } from "@vitest/coverage-v8/dist/provider.js";

type CoverageMap = Awaited<ReturnType<V8CoverageProvider["generateCoverage"]>>;
type FileCoverage = ReturnType<CoverageMap["fileCoverageFor"]>["data"];
type Range = FileCoverage["statementMap"][string];

/** The scripts of one process; none when it was killed while it wrote the file. */
function scriptsIn(file: string): readonly ScriptCoverageWithOffset[] {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { result: ScriptCoverageWithOffset[] }).result;
  } catch {
    return [];
  }
}

/** What Node runs is the source with its types blanked: positions are the source's own, and no source map is needed. */
function outsideVite(script: Pick<ScriptCoverageWithOffset, "url" | "functions">): ScriptCoverageWithOffset {
  return { scriptId: "0", ...script, startOffset: 0, isExtendedContext: true };
}

const place = ({ start, end }: Range): string => `${start.line}:${start.column}-${end.line}:${end.column}`;

/** Takes out of `counts` and `ranges` what is at no place of `shape`. */
function keepPlaces<T>(
  counts: Record<string, unknown>,
  ranges: Record<string, T>,
  [shape, at]: [Record<string, T>, (item: T) => Range],
): void {
  const places = new Set(Object.values(shape).map((item) => place(at(item))));
  for (const [key, item] of Object.entries(ranges)) {
    if (places.has(place(at(item)))) continue;
    delete counts[key];
    delete ranges[key];
  }
}

export class WholeProgramCoverage extends V8CoverageProvider {
  readonly #processFolder: (reportsDirectory: string) => string;
  #processFiles: readonly string[] | null = null;

  constructor(processFolder: (reportsDirectory: string) => string) {
    super();
    this.#processFolder = processFolder;
  }

  override initialize(ctx: Parameters<V8CoverageProvider["initialize"]>[0]): void {
    super.initialize(ctx);
    // Inside a test Vite has rewritten the source; outside it has not. The flag keeps the two apart.
    this.options.autoAttachSubprocess = true;
    // Threads started by a test's thread write nothing unless the main thread has the variable too.
    process.env["NODE_V8_COVERAGE"] = join(this.#processFolder(this.options.reportsDirectory), "main");
  }

  /** Vite's source maps lose the ends of statements, so every count is brought to the places of the source itself. */
  override async generateCoverage(context: Parameters<V8CoverageProvider["generateCoverage"]>[0]): Promise<CoverageMap> {
    const shapes = await super.generateCoverage(context);
    const folder = this.#processFolder(this.options.reportsDirectory);
    this.#processFiles = (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, name));
    const counted = await super.generateCoverage(context);
    for (const file of counted.files()) {
      const { data } = counted.fileCoverageFor(file);
      const shape = shapes.fileCoverageFor(file).data;
      keepPlaces(data.s, data.statementMap, [shape.statementMap, (range) => range]);
      keepPlaces(data.f, data.fnMap, [shape.fnMap, ({ loc }) => loc]);
      keepPlaces(data.b, data.branchMap, [shape.branchMap, ({ loc, locations }) => locations[0] ?? loc]);
    }
    this.ctx.logger.log(`\nWith what ${this.#processFiles.length} processes and threads of the program ran:`);
    return counted;
  }

  override async generateReports(map: CoverageMap, allTestsRun?: boolean): Promise<void> {
    await super.generateReports(map, allTestsRun);
    for (const folder of ["lib/game", "lib"]) {
      const part = this.createCoverageMap();
      const files = map.files().filter((file) => relative(this.ctx.config.root, file).startsWith(`${folder}/`));
      for (const file of files) part.addFileCoverage(map.fileCoverageFor(file));
      const { statements, branches, functions, lines } = part.getCoverageSummary();
      const figures = Object.entries({ lines, statements, functions, branches }).map(([name, { pct }]) => `${name} ${pct} %`);
      this.ctx.logger.log(`${folder}: ${figures.join(", ")}`);
    }
  }

  /** First every file with nothing run, for its shape; then also what the tests, and the processes and threads they started, ran. */
  override async readCoverageFiles(reading: Parameters<V8CoverageProvider["readCoverageFiles"]>[0]): Promise<void> {
    if (this.#processFiles !== null) await super.readCoverageFiles(reading);
    const files = await this.getUntestedFiles([]);
    reading.onFileRead({ result: files.map((file) => outsideVite({ url: pathToFileURL(file).href, functions: [] })) });
    for (const name of this.#processFiles ?? []) {
      const own = scriptsIn(name).filter(({ url }) => url.startsWith("file://") && this.isIncluded(fileURLToPath(url)));
      reading.onFileRead({ result: own.map(outsideVite) });
    }
    await reading.onFinished(this.ctx.getRootProject(), "ssr");
  }
}
