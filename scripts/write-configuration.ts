// `npm run docs:config`: writes docs/configuration.md and .env.example from the table of variables. A test compares both.
import { mkdirSync, writeFileSync } from "node:fs";
import { limits as rules } from "../lib/game/limits.ts";
import { limitVariables, settingVariables } from "../lib/ops/variables.ts";

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const code = (text: string) => (text === "" ? "(empty)" : `\`${text}\``);

/** docs/configuration.md, whole. */
export function configurationPage(): string {
  const settings = Object.values(settingVariables);
  const limits = Object.values(limitVariables);
  return [
    "# Configuration",
    "",
    "Made from `lib/ops/variables.ts` by `npm run docs:config`; a test keeps it true. Every setting is an environment variable. All are checked at",
    "start, and every problem is told in one message; `node server.ts --validate` only checks. An empty variable counts as not set.",
    "",
    "## Settings",
    "",
    "Those marked *secret* may also come from a file: set `NAME_FILE` to its path instead of `NAME`. Secret files are read again on SIGHUP;",
    "a REDIS_URL or SENTRY_DSN that has changed is in force after the next start. A worker that is started again is given what was good last, whatever is in the files by then.",
    "",
    row(["variable", "unit", "default", "allowed", "what it does"]),
    row(["---", "---", "---", "---", "---"]),
    ...settings.map(({ variable, unit, initial, range, secret, about }) =>
      row([`\`${variable}\`${secret ? " *secret*" : ""}`, unit, code(initial), range, about]),
    ),
    "",
    "## Limits",
    "",
    "Whole numbers. A variable that begins with `LIMIT_` and is not in this table is refused, so a spelling mistake is noticed.",
    "One that may be at most another is lowered with it where it is not set.",
    "",
    "Numbers of the rules are not among them, because a game must be the same on every server that plays it. They stand in `lib/game/limits.ts`:",
    `a seat is free again when its holder is away for ${rules.seatAwayMs / 60_000} min, a host is followed by another player after ${rules.hostAwayMs / 60_000} min.`,
    "",
    row(["variable", "unit", "default", "from", "to", "what it does"]),
    row(["---", "---", "---", "---", "---", "---"]),
    ...limits.map(({ variable, unit, initial, min, max, about }) =>
      row([`\`${variable}\``, unit, `${initial}`, `${min}`, `${max}`, about]),
    ),
    "",
  ].join("\n");
}

/** .env.example, whole: every variable with its default, those without one commented out. */
export function environmentExample(): string {
  const lines = ["# Every setting with its default; see docs/configuration.md. Use it with: node --env-file=.env server.ts", ""];
  for (const { variable, initial, about, range } of Object.values(settingVariables)) {
    lines.push(`# ${about} Allowed: ${range}.`, initial === "" ? `# ${variable}=` : `${variable}=${initial}`);
  }
  for (const { variable, initial, about, unit, min, max } of Object.values(limitVariables)) {
    lines.push(`# ${about} ${unit}, ${min} to ${max}.`, `${variable}=${initial}`);
  }
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) {
  mkdirSync("docs", { recursive: true });
  writeFileSync("docs/configuration.md", configurationPage());
  writeFileSync(".env.example", environmentExample());
}
