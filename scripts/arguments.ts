// The command line of a program that people call: `--help` says how it is called, and what it does not understand ends it with one line.
import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** One line on standard error, and 2: it was called in a way that it does not understand. */
export function misused(problem: string): never {
  process.stderr.write(`${problem.replace(/\.?$/, ".")} --help says how it is called.\n`);
  process.exit(2);
}

/** A usage that was asked for is no mistake. */
export function helpWhenAsked(usage: string): void {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  if (!(end < 0 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h")) return;
  process.stdout.write(`${usage.trimEnd()}\n`);
  process.exit(0);
}

/** The words and options of this program's command line. */
export function readArguments<const Known extends Options>(usage: string, options: Known, mostWords = Number.POSITIVE_INFINITY) {
  helpWhenAsked(usage);
  const read = () => parseArgs({ allowPositionals: true, options });
  try {
    const { values, positionals } = read();
    if (positionals.length > mostWords) throw new Error(`${positionals[mostWords]} is one word too many.`);
    return { values, positionals };
  } catch (error) {
    // What Node adds about words that begin with a dash helps nobody here.
    return misused(error instanceof Error ? `${error.message.split(/\.\s/)[0]?.replace(/\.$/, "")}.` : String(error));
  }
}

/** A whole number from `least` on. */
export function wholeNumber(name: string, text: string, least = 0): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least && text.trim() !== ""
    ? value
    : misused(`--${name} is a whole number from ${least} on.`);
}
