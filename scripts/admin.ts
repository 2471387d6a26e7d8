// `npm run admin -- <command>`: the operator's hand on a running server, through its admin API. ADMIN_URL says where, ADMIN_TOKEN opens it.
// Answers are JSON on standard output, so that other programs can read them. Exit 0 done, 1 refused, 2 misused.
import { plainJson } from "../lib/store/plain-json.ts";
import { helpWhenAsked, misused } from "./arguments.ts";
import { askAdmin } from "./ask-admin.ts";

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  readonly limitMs?: number;
}

/** For a year of records that are hashed again, and a queue's worth of changes. */
const slowMs = 300_000;

interface Command {
  readonly words: readonly string[];
  readonly about: string;
  call(words: readonly string[]): Call;
}

const code = (text: string | undefined) => encodeURIComponent(text ?? "");

const commands: Readonly<Record<string, Command>> = {
  overview: { words: [], about: "health, connections, games by status", call: () => ({ method: "GET", path: "/overview" }) },
  games: {
    words: ["[cursor]"],
    about: "all games, newest change first",
    call: ([cursor]) => ({ method: "GET", path: `/games?limit=100${cursor === undefined ? "" : `&cursor=${code(cursor)}`}` }),
  },
  game: { words: ["CODE"], about: "one game as a spectator sees it", call: ([id]) => ({ method: "GET", path: `/games/${code(id)}` }) },
  log: {
    words: ["CODE", "[after]"],
    about: "its changes",
    call: ([id, after = "0"]) => ({ method: "GET", path: `/games/${code(id)}/log?after=${code(after)}` }),
  },
  close: {
    words: ["CODE", "REASON"],
    about: "end a game for everybody",
    call: ([id, reason]) => ({ method: "POST", path: `/games/${code(id)}/close`, body: { reason } }),
  },
  feedback: {
    words: ["[cursor]"],
    about: "what players wrote",
    call: ([cursor]) => ({ method: "GET", path: `/feedback${cursor === undefined ? "" : `?cursor=${code(cursor)}`}` }),
  },
  audit: {
    words: ["[event]"],
    about: "security events, newest first",
    call: ([event]) => ({ method: "GET", path: `/audit${event === undefined ? "" : `?event=${code(event)}`}` }),
  },
  "audit-check": {
    words: [],
    about: "is the audit log whole?",
    call: () => ({ method: "GET", path: "/audit/check", limitMs: slowMs }),
  },
  "dead-letters": { words: [], about: "what could not be written", call: () => ({ method: "GET", path: "/dead-letters" }) },
  "replay-dead-letters": {
    words: [],
    about: "write them now; what has been overtaken is left out",
    call: () => ({ method: "POST", path: "/dead-letters/replay", body: {}, limitMs: slowMs }),
  },
  "log-level": {
    words: ["LEVEL"],
    about: "fatal, error, warn, info, debug, trace or silent",
    call: ([level]) => ({ method: "POST", path: "/log-level", body: { level } }),
  },
  drain: { words: [], about: "send everybody away and stop", call: () => ({ method: "POST", path: "/drain", body: {} }) },
};

function usage(): string {
  const lines = Object.entries(commands).map(([name, { words, about }]) => `  ${[name, ...words].join(" ").padEnd(24)} ${about}`);
  return `npm run admin -- <command>\n\n${lines.join("\n")}\n\nADMIN_URL (http://localhost:3000) says where, ADMIN_TOKEN or ADMIN_TOKEN_FILE opens it.\n`;
}

async function main([name = "", ...words]: readonly string[]): Promise<number> {
  helpWhenAsked(usage());
  if (name.startsWith("-")) misused(`There is no option ${name}.`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(usage());
    return 2;
  }
  const missing = command.words[words.length];
  if (missing !== undefined && !missing.startsWith("[")) misused(`${missing} is missing.`);
  if (words.length > command.words.length) misused(`${words[command.words.length]} is one word too many.`);
  const { method, path, body, limitMs } = command.call(words);
  const response = await askAdmin(process.env["ADMIN_URL"] || "http://localhost:3000", path, {
    method,
    ...(limitMs === undefined ? {} : { limitMs }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const shown = plainJson(await response.json(), 2);
  if (response.ok) process.stdout.write(`${shown}\n`);
  else process.stderr.write(`${response.status} ${shown}\n`);
  return response.ok ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  process.stderr.write(`The server could not be asked: ${error instanceof Error ? error.message : error}${cause}\n`);
  process.exitCode = 1;
}
