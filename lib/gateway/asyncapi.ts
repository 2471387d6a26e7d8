// The AsyncAPI document of the socket: what a client may send is made from the schemas that check it, what the server sends is
// described here and held to by a test.
import { z } from "zod";
import { refusals } from "../game/refusals.ts";
import { frameBytesMax } from "../protocol/limits.ts";
import { actionIdSchema, sessionSchemas } from "../protocol/session-schemas.ts";
import type { HostedGame } from "./hosted-game.ts";
import { protocols } from "../protocol/version.ts";

type Json = Record<string, unknown>;

const int = { type: "integer" };
const string = { type: "string" };
const list = (items: Json) => ({ type: "array", items });
const seat = {
  type: ["integer", "null"],
  description: "A seat's number, from 1; how many there are is the game's own. null: the host's chair, or nobody.",
};
const version = { type: "integer", description: "Number of the newest change." };
const serverTime = { type: "integer", description: "ms since 1970; times in the message are true at this moment." };
const earlier = { type: "integer", description: "When it happened, ms since 1970, if that was before the change it is told with." };
const events = list({ type: "object", properties: { type: string, data: { type: "object" }, at: earlier }, required: ["type", "data"] });
const items = list({ type: "object", properties: { id: int }, required: ["id"] });
const changedItems = {
  description:
    "The items that changed, each with its `id` and its changed fields; new ones whole, to be put at the end. `{whole}` is the new list: items left it or moved. Empty: nothing is left of it.",
  anyOf: [items, { type: "object", properties: { whole: items }, required: ["whole"], additionalProperties: false }],
};
const state = {
  type: "object",
  description: "The whole view, with `v`, `serverTime` and `viewers`.",
  properties: { id: string, v: version, serverTime, viewers: int },
  required: ["id", "v", "serverTime"],
};

interface Sent {
  readonly about: string;
  readonly data: Json;
  /** Fields that are always there; all of them when left out. */
  readonly required?: readonly string[];
  /** The view of the game stands beside these fields. */
  readonly hasView?: boolean;
}

/** What the server sends, besides events of the game, which have `type` and `data` too. */
export const sentMessages: Readonly<Record<string, Sent>> = {
  clientId: {
    about: "The first message: who the server takes you for, and which protocol was agreed.",
    data: { clientId: string, instanceId: string, serverTime, protocol: { enum: [...protocols] } },
  },
  state: {
    about:
      "The whole game: after join and sync; for clients that asked for changes also where those do not do, as some were left out or another view is seen from now on; for all others after create and reconnect, too, and after each change. After a change, those others may miss fields of the clock that say nothing, being as in a new casual game: playOrder, campaign, monarch, initiative, dayNight, stormCount, undoRequest, of a player delayRemaining and asks, and settings other than the main ones.",
    data: state.properties,
    required: ["id", "v", "serverTime"],
    hasView: true,
  },
  change: {
    about:
      "One change of `v`, for clients that asked for changes: the fields of the view that differ. A list of things with an `id` travels as `players` does; any other field is its new value, whole. On a gap in `v` send sync.",
    data: { v: version, serverTime, events, players: changedItems },
    required: ["v", "serverTime", "events"],
    hasView: true,
  },
  ack: {
    about:
      "The command with this id is durable. Comes after the change it made. `v` is 0 for what belongs to no version: leave, subscribeTicks and feedback.",
    data: { id: string, v: version },
  },
  error: {
    about:
      "The command was refused and changed nothing; but after `store-unavailable` it may have happened all the same, or happen yet: send it again with its `id`, and the answer says; and after `internal` a seat may have been granted. Without `id` it answers a command that had none, or, as `store-unavailable`, none at all: the server cannot save now, and says so to everybody.",
    data: {
      id: string,
      code: { enum: Object.keys(refusals) },
      message: string,
      retry: { type: "boolean" },
      field: {
        type: "string",
        description:
          "What was wrong: its path in the message, as `data.settings.mode` (empty: the whole message), or, where the game's rules refuse, the field's name alone.",
      },
      retryAfterMs: int,
      traceId: { type: "string", description: "With `internal`: names the connection in the server's log." },
    },
    required: ["code", "message", "retry"],
  },
  claimed: {
    about: "The seat is yours, or after create the host's chair; keep the token, it opens the same again.",
    data: { playerId: seat, gameId: string, token: string, state },
  },
  reconnected: { about: "The seat is yours again, with a new token.", data: { playerId: seat, gameId: string, token: string, state } },
  missed: {
    about: "Events since the `v` you named, for your log: those of the last 100 changes at most, oldest first.",
    data: { from: int, changes: list({ type: "object", properties: { v: version, at: int, events }, required: ["v", "at", "events"] }) },
  },
  viewers: { about: "How many watch now, through all instances.", data: { viewers: int } },
  tick: {
    about: "Times now, for clients that asked for them.",
    data: {
      v: version,
      serverTime,
      times: {
        type: "object",
        additionalProperties: int,
        description: "What each seat has left, ms; of another game, by id, what its rules count.",
      },
    },
  },
  pong: {
    about: "The answer to ping, also to one with an id: `t` tells which.",
    data: { t: { type: "number" }, serverTime },
    required: ["serverTime"],
  },
  shutdown_warning: {
    about: "This server is leaving, and closes within about `timeout` ms. Come back after `retryAfterMs`.",
    data: { message: string, timeout: int, retryAfterMs: int },
  },
};

const about: Readonly<Record<string, string>> = {
  create:
    "Make a game; the sender is its host. `settings` are those of the game that is named, of the clock when none is. A connection is in one game: by this, join and reconnect it leaves the one before, and a seat there shows as away.",
  join: "Watch a game. `updates`: a whole state after each change, as without it, or what changed; `v`: the last that was seen, to be told what was missed. Both in reconnect too.",
  reconnect: "Take the same seat, or with `host` the host's chair, again. One of the two.",
  leave: "Stop watching.",
  sync: "Ask for the whole state; `v` as in join.",
  subscribeTicks: "Ask for times at an interval; 0 ends it. A game that counts none sends none.",
  ping: "Ask for the server's time.",
  feedback:
    "Say something to the operator, in 255 characters at most as people count them. The same words under the same id are kept once.",
};

/** Who understands a message: "session" is every game, else the kind of one. */
type Realm = string;

function nameOf(realm: Realm): string {
  return realm === "session" ? "every game" : `the game "${realm}"`;
}

/** A message a client may send, as JSON Schema. */
function incoming(realm: Realm, type: string, data: z.ZodType): Json {
  // Left out it is an empty one.
  const isNeeded = !data.safeParse({}).success;
  const whole = z.strictObject({ type: z.literal(type), data: isNeeded ? data : data.optional(), id: actionIdSchema.optional() });
  const { $schema: _, ...payload } = z.toJSONSchema(whole, { io: "input", unrepresentable: "any", target: "draft-7" }) as Json;
  const summary = realm === "session" ? (about[type] ?? type) : (data.description ?? `The command ${type} of ${nameOf(realm)}.`);
  return { name: type, title: type, summary, contentType: "application/json", payload };
}

/** An event that clients which take whole states get as a message of its own; in `change` and `missed` it is one of `events`. */
function event({ rules, told }: HostedGame, type: string): Json {
  const payload = { type: "object", properties: { type: { const: type }, data: { type: "object" } }, required: ["type", "data"] };
  const summary = told?.[type] ?? `It happened in ${nameOf(rules.kind)}: ${type}.`;
  return { name: type, title: type, summary, contentType: "application/json", payload };
}

function outgoing(type: string, { about: summary, data, required, hasView = false }: Sent): Json {
  const inner = { type: "object", properties: data, required: required ?? Object.keys(data), additionalProperties: hasView };
  const payload = { type: "object", properties: { type: { const: type }, data: inner }, required: ["type", "data"] };
  return { name: type, title: type, summary, contentType: "application/json", payload };
}

/** Types a client may send, with the schema of their `data`, by who understands them. */
function incomingSchemas(games: readonly HostedGame[]): Readonly<Record<Realm, Readonly<Record<string, z.ZodType>>>> {
  const settings = z.union(games.map(({ createSettings }) => createSettings));
  const create = sessionSchemas.create.extend({
    game: z.enum(games.map(({ rules }) => rules.kind)).optional(),
    settings: settings.optional(),
  });
  const commands = Object.fromEntries(games.map((game) => [game.rules.kind, game.commands]));
  return { session: { ...sessionSchemas, create }, ...commands };
}

function messagesOf<Value>(
  table: Readonly<Record<string, Readonly<Record<string, Value>>>>,
  make: (realm: Realm, type: string, value: Value) => Json,
) {
  const all = Object.entries(table).flatMap(([realm, values]) =>
    Object.entries(values).map(([type, value]) => [`${realm}_${type}`, make(realm, type, value)] as const),
  );
  return Object.fromEntries(all);
}

/** `games`: those the server hosts; a third one is described without a line here. `frameBytes`: the longest frame this server takes. */
export function asyncApiDocument(release: string, games: readonly HostedGame[], frameBytes: number = frameBytesMax): object {
  const fromClients = messagesOf(incomingSchemas(games), (realm, type, data) => incoming(realm, type, data));
  const announced = Object.fromEntries(
    games.flatMap((game) => [...game.rules.announced].map((type) => [`${game.rules.kind}_event_${type}`, event(game, type)])),
  );
  const replies = Object.fromEntries(Object.entries(sentMessages).map(([type, sent]) => [`hear_${type}`, outgoing(type, sent)]));
  const fromServer = { ...replies, ...announced };
  const references = (messages: Json, where: string) => Object.keys(messages).map((name) => ({ $ref: `${where}/${name}` }));
  const inComponents = (messages: Json) =>
    Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Tap-or-Tarp over a WebSocket",
      version: release,
      description: `JSON text frames of at most ${frameBytes} bytes, subprotocol ${protocols.join(", ")}; who offers only others is refused with 400 and this list. An \`id\` of your own makes a command safe to send again: it is applied at most once and always gets the same answer. Draw each at random, as a UUID: ids are shared by all at a game, those of \`create\` by all at the server, and whoever sends the id of your \`create\`, or of what gave you a seat (\`claim\`), is taken for you and gets your seat. Games: ${games.map(({ rules }) => rules.kind).join(", ")}; the names of messages begin with who understands them.`,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
      tags: ["session", ...games.map(({ rules }) => rules.kind)].map((name) => ({
        name,
        description: `What ${nameOf(name)} understands.`,
      })),
    },
    servers: { here: { host: "localhost:3000", protocol: "ws", description: "As `npm start` leaves it; wss behind TLS" } },
    defaultContentType: "application/json",
    channels: {
      socket: {
        address: "/ws",
        servers: [{ $ref: "#/servers/here" }],
        messages: { ...inComponents(fromClients), ...inComponents(fromServer) },
      },
    },
    operations: {
      hearClients: {
        action: "receive",
        summary: "What clients say",
        channel: { $ref: "#/channels/socket" },
        messages: references(fromClients, "#/channels/socket/messages"),
      },
      tellClients: {
        action: "send",
        summary: "What the server says",
        channel: { $ref: "#/channels/socket" },
        messages: references(fromServer, "#/channels/socket/messages"),
      },
    },
    components: { messages: { ...fromClients, ...fromServer } },
  };
}
