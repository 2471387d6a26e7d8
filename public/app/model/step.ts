// (model, input) -> model: the only place where what the page knows changes. Pure.
import { applyChange } from "../../../lib/protocol/change.ts";
import {
  emptyModel,
  type FromServer,
  happeningsMax,
  type Input,
  type Model,
  type Notice,
  noticesMax,
  type OtherGame,
  shownGame,
  type Table,
  type Told,
} from "./model.ts";
import { noSamples, withPong, withServerTime } from "./server-clock.ts";

export function step(model: Model, input: Input): Model {
  switch (input.type) {
    case "server":
      return serverSaid(model, input.message, input.atMs);
    case "link":
      return linked(model, input.link);
    case "enter":
      return entered(model, input.gameId);
    case "unseated":
      return { ...model, seat: null, chair: false };
    case "chaired":
      return { ...model, chair: true };
    case "give":
      return { ...model, outbox: given(model.outbox, input.sent) };
    case "drop":
      return { ...model, outbox: without(model, input.id) };
    case "notice":
      return noticed(model, { tone: input.tone, key: input.key, params: input.params ?? {} });
    case "dismiss":
      return { ...model, notices: model.notices.filter((notice) => notice.n !== input.n) };
  }
}

function linked(was: Model, link: Model["link"]): Model {
  if (link === was.link) return was;
  // The time of a table on this device says nothing about a server's.
  const model = was.link === "local" ? { ...was, serverClock: noSamples } : was;
  // What the server says when the line is back is how it stands, even if a backup has taken the game back to an older state.
  if (link === "lost") return { ...model, link, stale: true };
  if (link === "kicked") return { ...model, link, seat: null };
  if (link === "open") return { ...model, link, restarting: false };
  return { ...model, link };
}

function entered(model: Model, gameId: string | null): Model {
  if (gameId === model.gameId) return model;
  const { link, serverClock, noticeCount } = model;
  // That there is no such table is what the page says from now on: once is enough.
  const notices = model.notices.filter((notice) => gameId !== null || notice.key !== "refusal.no-such-game");
  return { ...emptyModel, gameId, link, serverClock, notices, noticeCount };
}

type News = Omit<Notice, "n" | "said">;

/** What the server says again because it is still so stays where it is: it is not read out anew. */
function saidAgain(model: Model, { key }: News): Model | null {
  const here = model.notices.find((notice) => notice.key === key);
  if (here === undefined) return null;
  return { ...model, notices: model.notices.map((notice) => (notice === here ? { ...here, said: here.said + 1 } : notice)) };
}

function noticed(model: Model, news: News): Model {
  const notice = { ...news, n: model.noticeCount + 1, said: 1 };
  const notices = [...model.notices, notice];
  // A refusal is not pushed out by dice.
  const least = model.notices.find(({ tone }) => tone === "info") ?? notices[0];
  return { ...model, noticeCount: notice.n, notices: notices.length > noticesMax ? notices.filter((one) => one !== least) : notices };
}

function serverSaid(model: Model, message: FromServer, atMs: number): Model {
  switch (message.type) {
    case "clientId":
      return { ...model, serverClock: withServerTime(model.serverClock, message.data.serverTime, atMs) };
    case "state":
      return withGame(model, message.data);
    case "change":
      return changed(model, message.data);
    case "claimed":
    case "reconnected":
      return seated(model, message.data);
    case "ack":
      return { ...model, outbox: without(model, message.data.id) };
    case "error":
      return refused(model, message.data);
    case "pong":
      return ponged(model, message.data, atMs);
    case "viewers":
      return watched(model, message.data.viewers);
    case "missed":
      return recalled(model, message.data);
    case "shutdown_warning":
      return { ...model, restarting: true };
    default:
      return model;
  }
}

/** What is given once more, in other words, keeps its place. */
const given = (outbox: Model["outbox"], sent: Model["outbox"][number]): Model["outbox"] =>
  outbox.some(({ id }) => id === sent.id) ? outbox.map((one) => (one.id === sent.id ? sent : one)) : [...outbox, sent];

const without = (model: Model, id: string | undefined): Model["outbox"] =>
  id === undefined ? model.outbox : model.outbox.filter((sent) => sent.id !== id);

const isOther = (game: Table | OtherGame): game is OtherGame => "game" in game;

function withGame(model: Model, game: Table | OtherGame): Model {
  if (model.gameId !== null && game.id !== model.gameId) return model;
  const known = shownGame(model);
  // A whole state that is older than what is known was overtaken on its way.
  if (known && game.v < known.v && !model.stale) return model;
  // Where a backup took the game back, what came after it is not so any more: it would be told once more with the changes to come.
  const happenings = known && game.v < known.v ? model.happenings.filter(({ v }) => v <= game.v) : model.happenings;
  const next = { ...model, gameId: game.id, stale: false, happenings };
  return isOther(game) ? withOther(next, game) : checkedSeat({ ...next, table: game });
}

const withOther = (model: Model, other: OtherGame): Model => ({ ...model, other, seat: other.seat ?? null });

function watched(model: Model, viewers: number): Model {
  const { table, other } = model;
  if (other) return { ...model, other: { ...other, viewers } };
  return table ? { ...model, table: { ...table, viewers } } : model;
}

/** Whoever lost his claim (freed by the host or after an hour) is a spectator again. */
function checkedSeat(model: Model): Model {
  if (model.seat === null || model.link === "local") return model;
  const player = model.table?.players.find((p) => p.id === model.seat);
  return player && !player.claimed ? { ...model, seat: null } : model;
}

function changed(model: Model, change: Told<"change">): Model {
  const { table, other } = model;
  const known = shownGame(model);
  if (!known) return { ...model, stale: true };
  if (change.v <= known.v) return model;
  if (change.v > known.v + 1) return { ...model, stale: true };
  const { events: _, ...fields } = change;
  if (other || !table) return remembered(withOther(model, applyChange(known as OtherGame, fields)), change);
  // Every change names the times of the seats that ran, true at its `serverTime`: nothing else has to be aged here.
  return checkedSeat(remembered({ ...model, table: applyChange(table, fields) }, change));
}

function remembered(model: Model, { events, v, serverTime: at }: Told<"change">): Model {
  if (events.length === 0) return model;
  const happenings = [...model.happenings, ...events.map((event) => ({ v, at: event.at ?? at, event }))];
  return { ...model, happenings: happenings.slice(-happeningsMax) };
}

function recalled(model: Model, missed: Told<"missed">): Model {
  const known = new Set(model.happenings.map((h) => h.v));
  const recovered = missed.changes
    .filter((c) => !known.has(c.v))
    .flatMap((c) => c.events.map((event) => ({ v: c.v, at: event.at ?? c.at, event })));
  const happenings = [...model.happenings, ...recovered].sort((a, b) => a.v - b.v);
  return { ...model, happenings: happenings.slice(-happeningsMax) };
}

function seated(model: Model, seat: Told<"claimed" | "reconnected">): Model {
  // By the chair's key nobody is told whether he was given the seat he asked for: he asks for it again.
  const outbox = seat.playerId === null ? model.outbox : model.outbox.filter((sent) => sent.type !== "claim");
  const next = withGame({ ...model, outbox, gameId: seat.gameId, stale: true, link: "open", restarting: false }, seat.state);
  return seat.playerId === null ? { ...next, chair: true } : { ...next, seat: seat.playerId };
}

/** Refusals of one command that say more than their code does. A page cannot tell beforehand that it would be refused. */
const ownWords: ReadonlySet<string> = new Set(["not-allowed.transferHost"]);

function refusalKey(model: Model, { id, code }: Told<"error">): string {
  const own = `${code}.${model.outbox.find((sent) => sent.id === id)?.type}`;
  return `refusal.${ownWords.has(own) ? own : code}`;
}

function refused(model: Model, error: Told<"error">): Model {
  // What waits in the outbox says so where it was given. A table that was asked for says nothing yet.
  if (error.retry && error.id !== undefined && model.gameId !== null) return model;
  const next = { ...model, outbox: without(model, error.id) };
  // A newer server may know codes that this page has no words for: then it speaks for itself.
  const params = { defaultValue: error.message, ...(error.field !== undefined && { field: error.field }) };
  const news: News = { tone: "error", key: refusalKey(model, error), params };
  return (error.retry ? saidAgain(next, news) : null) ?? noticed(next, news);
}

function ponged(model: Model, pong: Told<"pong">, atMs: number): Model {
  if (pong.t === undefined) return model;
  return { ...model, serverClock: withPong(model.serverClock, { sentMs: pong.t, receivedMs: atMs, serverTime: pong.serverTime }) };
}
