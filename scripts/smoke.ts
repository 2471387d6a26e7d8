// `npm run smoke -- URL`: is this deployment well? Probes, page, headers, a whole game over the socket, metrics. One line each;
// exit 1 when one fails. SMOKE_METRICS_TOKEN opens the metrics, SMOKE_METRICS_URL says where they are when not on the same port.
import { once } from "node:events";
import WebSocket from "ws";
import { misused, readArguments } from "./arguments.ts";

interface Message {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const waitMs = 10_000;

function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

/** Rejects with one sentence when `work` takes longer than it may. */
async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: no answer within ${waitMs} ms`)), waitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A socket that sends commands with ids and gives their answers. */
async function player(base: URL) {
  const address = new URL("/ws", base);
  address.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, ["tapotarp.v1"], { origin: base.origin, perMessageDeflate: false });
  const heard: Message[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (text) => {
    heard.push(JSON.parse(String(text)) as Message);
    for (const look of [...waiting]) look();
  });
  // What the line complains of ends what is waited for; heard by nobody it would end this program.
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  socket.on("error", reject);
  try {
    await inTime(once(socket, "open"), "the socket");
  } catch (error) {
    // One that is still being opened would keep the command from ending.
    socket.terminate();
    throw error;
  }
  const until = (matches: (message: Message) => boolean, what: string): Promise<Message> => {
    const found = new Promise<Message>((resolve) => {
      const look = () => {
        const message = heard.find(matches);
        if (message === undefined) return;
        waiting.delete(look);
        resolve(message);
      };
      waiting.add(look);
      look();
    });
    return inTime(Promise.race([found, broken]), what);
  };
  let serial = 0;
  return {
    heard,
    until,
    close: () => socket.close(),
    async say(type: string, data: object = {}): Promise<Message> {
      serial += 1;
      const id = `smoke-${process.pid}-${Date.now()}-${serial}`;
      socket.send(JSON.stringify({ type, data, id }));
      const answer = await until((message) => (message.type === "ack" || message.type === "error") && message.data["id"] === id, type);
      check(answer.type === "ack", `${type} was refused: ${answer.data["code"]}`);
      return answer;
    },
  };
}

async function playGame(base: URL): Promise<string> {
  const host = await player(base);
  try {
    const guest = await player(base);
    try {
      return await playWith(host, guest);
    } finally {
      guest.close();
    }
  } finally {
    host.close();
  }
}

type Player = Awaited<ReturnType<typeof player>>;

async function playWith(host: Player, guest: Player): Promise<string> {
  await host.say("create", { name: "Smoke test", settings: { playerCount: 2 } });
  const created = await host.until(({ type }) => type === "claimed" || type === "state", "the new game");
  const gameId = String(created.data["gameId"] ?? created.data["id"]);
  await guest.say("join", { gameId });
  await host.say("claim", { playerId: 1 });
  await guest.say("claim", { playerId: 2 });
  await host.say("start");
  for (const turn of [host, guest, host, guest]) await turn.say("passTurn");
  await host.say("pause");
  await host.say("endGame");
  await guest.until(({ type }) => type === "gameEnded", "the end of the game");
  return `game ${gameId}`;
}

async function get(base: URL, path: string, headers: Record<string, string> = {}) {
  const url = new URL(path, base);
  // One that still waits for its answer would keep the command from ending.
  const given = new AbortController();
  const asked = fetch(url, { headers, signal: given.signal }).then(async (response) => ({ response, text: await response.text() }));
  return inTime(asked, url.pathname).finally(() => given.abort());
}

async function probe(base: URL, path: string): Promise<string> {
  const { response, text } = await get(base, path);
  check(response.status === 200, `${path} answered ${response.status}: ${text.slice(0, 200)}`);
  return text.length < 80 ? text : `${text.slice(0, 60)}...`;
}

async function headers(base: URL): Promise<string> {
  const { response, text } = await get(base, "/");
  check(response.status === 200 && text.includes("<html"), `the page answered ${response.status}`);
  const policy = response.headers.get("content-security-policy") ?? "";
  check(policy.includes("default-src 'none'") && !policy.includes("unsafe"), "the Content-Security-Policy is missing or weak");
  for (const [name, value] of [
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "no-referrer"],
  ] as const) {
    check(response.headers.get(name) === value, `the header ${name} is not ${value}`);
  }
  check(response.headers.get("x-powered-by") === null, "the header x-powered-by tells what runs here");
  if (base.protocol === "https:") check(response.headers.has("strict-transport-security"), "HSTS is missing");
  return "strict";
}

async function metrics(base: URL): Promise<string> {
  const token = process.env["SMOKE_METRICS_TOKEN"] ?? "";
  const elsewhere = process.env["SMOKE_METRICS_URL"] ?? "";
  const where = new URL(elsewhere === "" ? "/metrics" : elsewhere, base);
  const { response, text } = await get(where, "", token === "" ? {} : { authorization: `Bearer ${token}` });
  // METRICS_PORT is set there: a token for it opens nothing here.
  if (elsewhere === "" && response.status === 404) return "on a port of their own";
  if (token === "" && response.status !== 200) {
    check(response.status === 401, `metrics answered ${response.status}`);
    return "closed to strangers";
  }
  check(response.status === 200 && text.includes("tapotarp_commands_total"), `metrics answered ${response.status}`);
  return `${text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length} series`;
}

const usage = `npm run smoke -- URL

Is this deployment well? One line for each check; exit 0 when all is well, 1 when one fails.
SMOKE_METRICS_TOKEN opens the metrics; SMOKE_METRICS_URL says where they are when they have a port of their own.`;
const [address = ""] = readArguments(usage, {}, 1).positionals;
if (!URL.canParse(address)) misused("Say where: a URL, as https://play.example.");
const base = new URL(address);
const checks: readonly (readonly [string, () => Promise<string>])[] = [
  ["live", () => probe(base, "/live")],
  ["ready", () => probe(base, "/ready")],
  ["health", () => probe(base, "/health")],
  ["version", () => probe(base, "/api/server/state")],
  ["page and headers", () => headers(base)],
  ["a whole game", () => playGame(base)],
  ["metrics", () => metrics(base)],
];
for (const [name, run] of checks) {
  try {
    process.stdout.write(`ok    ${name}: ${await run()}\n`);
  } catch (error) {
    process.stdout.write(`FAIL  ${name}: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
