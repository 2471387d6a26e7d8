// What may be read about games without a socket: the list, one view, its log, and its changes as a stream. Only views leave.
import type { Express, Request, Response } from "express";
import type { Instant, ViewerId } from "../game/ids.ts";
import type { RefusalCode } from "../game/refusals.ts";
import type { WireEvent } from "../game/wire-event.ts";
import { csvText } from "../protocol/csv.ts";
import { gameIdSchema } from "../protocol/session-schemas.ts";
import { protocols } from "../protocol/version.ts";
import type { Answer } from "../room/answer.ts";
import type { Copy } from "../room/copy.ts";
import { readRecord } from "../room/log.ts";
import { whoMakesPlace } from "../room/places.ts";
import { presentGames } from "../room/present-games.ts";
import type { Room } from "../room/room.ts";
import type { StoredChange } from "../store/store.ts";
import { addressKey } from "./address.ts";
import { EventStream, eventWire } from "./event-stream.ts";
import type { HttpParts } from "./http-parts.ts";
import { refuseHttp } from "./http-guard.ts";
import { fullRetryMs } from "./upgrade-gate.ts";

const pageMax = 100;
const logPage = 500;
const nobody = "" as ViewerId;
const noHolders: ReadonlySet<ViewerId> = new Set();
const noRooms = { find: async () => ({ refused: "no-such-game" as const }) };

export function addGames(app: Express, parts: HttpParts): void {
  const { ambient, instanceId, version, edge } = parts;
  app.get("/api/server/state", (_request, response) => void response.json({ instanceId, version, protocols, serverTime: ambient.now() }));
  app.use("/api/games", (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    if (!edge.sheds("watch")) return next();
    refuseHttp(response, "busy");
  });
  app.get("/api/games", (request, response) => sendList(parts, request, response));
  app.get("/api/games/:code", (request, response) => sendView(parts, request, response));
  app.get("/api/games/:code/log", (request, response) => sendLog(parts, request, response));
  addEvents(app, parts);
}

/** What may be one: each store has its own, and one that is not its own reads as "from the start". */
const isCursor = (text: unknown): text is string => typeof text === "string" && text !== "" && text.length <= 128;

async function sendList(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const { cursor } = request.query;
  if (cursor !== undefined && !isCursor(cursor)) return refuseHttp(response, "bad-message");
  const { rooms, store, edge } = parts;
  const during = (room: Room, read: () => Promise<void>): Promise<void> => edge.spectators.during(room, read);
  const page = await presentGames({ rooms, store, during }, await store.listed(cursor ?? null, pageMax));
  const games = page.items.map(({ gameId: id, index: { kind: game, name, status, seats, seatsFree } }) => ({
    id,
    game,
    name,
    status,
    seats,
    seatsFree,
  }));
  response.json({ games, next: page.next });
}

async function sendView(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const room = await findRoom(parts, request, response);
  if (room === null) return;
  const viewers = await room.viewersEverywhere();
  const show = (copy: Copy, now: Instant): void => {
    const view = room.rules.view(copy.state, room.rules.audienceOf(copy.state, nobody), now);
    response.json({ ...view, v: copy.v, serverTime: now, viewers });
  };
  const failed = (answer: Answer): void => void (answer.ok || refuseHttp(response, answer.code));
  await parts.edge.spectators.during(room, () => room.read(show, failed));
}

interface LoggedChange {
  readonly v: number;
  readonly at: number;
  readonly by: number | null;
  readonly command: string;
  /** Of an outage: since when nobody lived. */
  readonly fromAt?: number;
  readonly events: readonly WireEvent[];
}

/** `?after=V` gives the changes above V, a page at a time; `?format=csv` one line per event. */
async function sendLog(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const { after: afterText = "0", format = "json" } = request.query;
  const after = typeof afterText === "string" && /^\d{1,16}$/.test(afterText) ? Number(afterText) : Number.NaN;
  if (!Number.isSafeInteger(after) || (format !== "json" && format !== "csv")) return refuseHttp(response, "bad-message");
  const room = await findRoom(parts, request, response);
  if (room === null) return;
  const changes = await changesOf(parts, room, after);
  if (typeof changes === "string") return refuseHttp(response, changes);
  const next = changes.length < logPage ? null : (changes.at(-1)?.v ?? null);
  if (format === "json") return void response.json({ game: room.gameId, changes, next });
  if (next !== null) response.set("Link", `</api/games/${room.gameId}/log?format=csv&after=${next}>; rel="next"`);
  response.type("text/csv").set("Content-Disposition", `attachment; filename="${room.gameId}.csv"`).send(csvOf(changes));
}

/** The changes above `after`, or why they cannot be told. */
async function changesOf({ store, edge }: HttpParts, room: Room, after: number): Promise<readonly LoggedChange[] | RefusalCode> {
  const rows = await store.changes(room.gameId, after, logPage);
  let told: readonly LoggedChange[] | RefusalCode = [];
  const tell = (copy: Copy): void => {
    told = changesFor(room, copy, rows);
  };
  const failed = (answer: Answer): void => {
    if (!answer.ok) told = answer.code;
  };
  await edge.spectators.during(room, () => room.read(tell, failed));
  return told;
}

/** No further than the copy: rules that go by its state, to say what of an event is still secret, would be asked about what is to come. */
function changesFor({ rules }: Room, { state, v }: Copy, rows: readonly StoredChange[]): readonly LoggedChange[] {
  const audience = rules.audienceOf(state, nobody);
  const shown = rows.filter((row) => row.v <= v);
  return shown.map((row) => {
    const { by, command, events } = readRecord(row);
    const { type, fromAt } = command as { readonly type: string; readonly fromAt?: number };
    const lived = type === "outage" && fromAt !== undefined ? { fromAt } : {};
    return { v: row.v, at: row.at, by, command: type, ...lived, events: rules.eventsFor(state, events, audience) };
  });
}

function csvOf(changes: readonly LoggedChange[]): string {
  const rows: (string | number | null)[][] = [["version", "time", "seat", "command", "event", "details"]];
  for (const { v, at, by, command, fromAt, events } of changes) {
    const told: LoggedChange["events"] = events.length === 0 ? [{ type: "", data: {} }] : events;
    // What is undefined is left out.
    for (const { type, data, at: happenedAt = at } of told)
      rows.push([v, new Date(happenedAt).toISOString(), by, command, type, JSON.stringify({ ...data, fromAt })]);
  }
  return csvText(rows);
}

function addEvents(app: Express, parts: HttpParts): void {
  const { edge, instanceId } = parts;
  const boot = Buffer.from(parts.ambient.bytes(6)).toString("base64url");
  const outboxes = edge.outboxes(eventWire);
  let serial = 0;
  app.get("/api/games/:code/events", async (request, response) => {
    const room = await findRoom(parts, request, response);
    // Whoever hung up while the game was looked for would stay for ever: the word that he is gone has been said already.
    if (room === null || request.socket.destroyed) return;
    // Behind another answer on the same line it would take a place and hear nothing, for as long as the other lasts.
    if (response.socket === null) return refuseHttp(response, "busy");
    if (edge.draining) return refuseHttp(response, "draining");
    const { address } = edge.clientOf(request);
    const isFull = edge.eventStreams.size >= edge.limits.eventStreamsMax;
    const leaver = isFull ? whoMakesPlace(edge.eventStreams, { countedAs: addressKey(address) }, noHolders) : null;
    if (isFull && leaver === null) return refuseHttp(response, "busy");
    // Nobody goes for one who only listens.
    if (room.viewers >= edge.limits.viewersPerGameMax) return refuseHttp(response, "game-full");
    // Asked for the head alone: whoever has it takes the answer for whole, and a proxy puts somebody else's request behind it.
    if (request.method === "HEAD") return void response.type("text/event-stream").end();
    if (!edge.addresses.opened(address)) {
      edge.rateLimited("connections", address);
      return refuseHttp(response, "rate-limited", fullRetryMs);
    }
    leaver?.makePlace();
    serial += 1;
    await new EventStream(`${instanceId}.${boot}.sse${serial}` as ViewerId, { response, room, edge, address, outboxes }).begin();
  });
}

/** The room a request names; null when it has been refused. Whoever guesses codes has to wait. */
async function findRoom({ rooms, edge }: HttpParts, request: Request, response: Response): Promise<Room | null> {
  const { address } = edge.clientOf(request);
  const code = gameIdSchema.safeParse(request.params["code"]);
  // What cannot be a code is a guess like any other.
  const found = await edge.lookUps.find(code.success ? rooms : noRooms, code.data ?? "", address);
  if ("room" in found) return found.room;
  if ("waitMs" in found) {
    edge.rateLimited("joins", address);
    refuseHttp(response, "rate-limited", found.waitMs);
    return null;
  }
  refuseHttp(response, found.refused);
  return null;
}
