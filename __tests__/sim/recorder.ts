// Writes down what every page said and heard, as the history checker wants it, and compares each page's picture of its game
// with the state that was durable at that version, and what it is told with the events of that change that are for it.
import { isDeepStrictEqual } from "node:util";
import type { ViewerId } from "../../lib/game/ids.ts";
import type { Observation } from "../checker/history.ts";
import type { ToldChange } from "../../lib/room/told.ts";
import type { Disk } from "./disk.ts";
import type { Page } from "./page.ts";
import type { SimGame } from "./sim-game.ts";
import type { Timeline } from "./timeline.ts";

interface Told {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages of every shape
  readonly data: any;
  readonly id?: string;
}

type Draft = Observation & { game: string };

/** Messages that are no commands of a game: their ids are answered, but not kept in its log. */
const passing = new Set(["join", "leave", "sync", "ping", "subscribeTicks", "feedback"]);

interface RecorderParts {
  readonly game: SimGame;
  readonly disk: Disk;
  readonly timeline: Timeline;
  readonly wrong: (rule: string, about: string) => void;
}

export class Recorder {
  readonly #drafts: Draft[] = [];
  readonly #passingIds = new Set<string>();
  readonly #viewerOf = new Map<Page, ViewerId>();
  readonly #disk: Disk;
  readonly #game: SimGame;
  readonly #timeline: Timeline;
  readonly #wrong: (rule: string, about: string) => void;

  constructor(parts: RecorderParts) {
    this.#game = parts.game;
    this.#disk = parts.disk;
    this.#timeline = parts.timeline;
    this.#wrong = parts.wrong;
  }

  said(page: Page, text: string): void {
    const { type, id } = JSON.parse(text) as Told;
    if (id === undefined) return;
    if (passing.has(type)) this.#passingIds.add(id);
    else this.#drafts.push({ type: "sent", client: page.name, game: "", action: id, at: this.#timeline.now });
  }

  /** Whether this id is of a message that is answered and kept nowhere. */
  isPassing(id: string): boolean {
    return this.#passingIds.has(id);
  }

  /** After the page has taken the message in. */
  heard(page: Page, text: string): void {
    const { type, data } = JSON.parse(text) as Told;
    const at = this.#timeline.now;
    if (type === "clientId") this.#viewerOf.set(page, data.clientId);
    if (type === "ack" && !this.#passingIds.has(data.id)) {
      this.#drafts.push({ type: "ok", client: page.name, game: "", action: data.id, v: data.v, at });
    }
    if (type === "error" && data.id !== undefined && !this.#passingIds.has(data.id)) this.#refused(page, data);
    if (type === "error" && data.code === "internal") this.#wrong("internal", `${page.name} was told of a bug`);
    if (type === "state" || type === "change") this.#saw(page, page.table?.id ?? "", data.v);
    if (type === "claimed" || type === "reconnected") this.#saw(page, data.gameId, data.state.v);
    if (type === "state" || type === "change" || type === "claimed" || type === "reconnected") this.#compare(page, text);
    if (type === "change") this.#toldOf(page, { v: data.v, events: data.events, now: data.v });
    if (type === "missed") this.#missed(page, data);
    if (this.#game.game.rules.announced.has(type)) this.#announced(page, { type, data });
  }

  /** Events of change `v`, as one who watches is told them at `now`. */
  #eventsFor(page: Page, v: number, now: number): readonly unknown[] | null {
    const { rules } = this.#game.game;
    const changes = this.#disk.games.get(page.gameId ?? "") ?? [];
    const [told, newest] = [changes[v - 1], changes[now - 1]] as const;
    if (told === undefined || newest === undefined) return null;
    const audience = rules.audienceOf(newest.state, this.#viewerOf.get(page) ?? ("" as ViewerId));
    return JSON.parse(JSON.stringify(rules.eventsFor(newest.state, told.events, audience))) as readonly unknown[];
  }

  #toldOf(page: Page, { v, events, now }: { readonly v: number; readonly events: unknown; readonly now: number }): void {
    const wanted = this.#eventsFor(page, v, now);
    if (wanted !== null && !isDeepStrictEqual(events, wanted))
      this.#wrong("told", `${page.name} was told ${JSON.stringify(events)} of v${v} instead of ${JSON.stringify(wanted)}`);
  }

  /** What happened while it was away, in one row. */
  #missed(page: Page, { from, changes }: { readonly from: number; readonly changes: readonly ToldChange[] }): void {
    const first = changes[0]?.v ?? from + 1;
    for (const [place, { v, events }] of changes.entries()) {
      if (v !== first + place || v <= from) this.#wrong("told", `${page.name} missed v${from} on, and is told v${v} in place ${place}`);
      this.#toldOf(page, { v, events, now: page.table?.v ?? v });
    }
  }

  /** A client of whole states is told some events as messages of their own, of a change that it may be past already. */
  #announced(page: Page, event: Told): void {
    const newest = page.table?.v ?? 0;
    for (let v = newest; v > 0; v -= 1) {
      const events = this.#eventsFor(page, v, v) ?? [];
      if (events.some((one) => isDeepStrictEqual({ type: (one as Told).type, data: (one as Told).data }, event))) return;
    }
    this.#wrong("told", `${page.name} was told ${JSON.stringify(event)}, which is no event for it up to v${newest}`);
  }

  #refused(page: Page, error: { readonly id: string; readonly code: string; readonly retry: boolean }): void {
    const base = { client: page.name, game: "", action: error.id, at: this.#timeline.now };
    // The outcome is not known: asking again with the same id tells. And a key may have opened a seat that was lost again before
    // the answer could be repeated.
    const isLostKey = error.code === "bad-token" || error.code === "token-expired";
    if (error.code === "store-unavailable" || isLostKey) this.#drafts.push({ ...base, type: "unknown" });
    else this.#drafts.push({ ...base, type: "refused", retry: error.retry, answer: error.code });
  }

  #saw(page: Page, game: string, v: number): void {
    this.#drafts.push({ type: "saw", client: page.name, game, v, at: this.#timeline.now });
  }

  /** Whatever way the page came by its picture, it is the view of that version at that time. */
  #compare(page: Page, text: string): void {
    const { table } = page;
    if (table === null || page.unanswered < 0) return;
    const { v, serverTime, viewers: _, ...shown } = table as typeof table & { events?: unknown };
    const view = this.#disk.viewAt(table.id, v, { audience: this.#game.audienceShown(table), serverTime });
    if (view === null) return this.#wrong("early", `${page.name} shows ${table.id} v${v}, which is not durable`);
    if (isDeepStrictEqual(shown, view)) return;
    // A client of whole states is told after a change without what says nothing.
    const brief = this.#game.game.rules.brief?.(view);
    if (brief !== undefined && text.startsWith('{"type":"state"') && isDeepStrictEqual(shown, JSON.parse(JSON.stringify(brief)))) return;
    const differing = differences(shown, view).slice(0, 6).join("; ");
    this.#wrong("picture", `${page.name} shows a wrong ${table.id} v${v} after ${text.slice(0, 24)}: ${differing}`);
  }

  /** The observations, each with its game. Answers to commands that changed nothing have no place in a log and are left out. */
  observations(): readonly Observation[] {
    const gameOf = (action: string): string => this.#disk.gameOf.get(action) ?? "none";
    return this.#drafts.flatMap((draft): Observation[] => {
      if (draft.type === "saw") return [draft];
      const tombstone = this.#disk.buried.get(draft.action);
      if (draft.type === "ok" && tombstone !== undefined && (JSON.parse(tombstone) as { ok: boolean }).ok) return [];
      return [{ ...draft, game: gameOf(draft.action) }];
    });
  }
}

/** Where two JSON values differ, as `path: seen instead of expected`. */
function differences(seen: unknown, expected: unknown, path = ""): string[] {
  if (isDeepStrictEqual(seen, expected)) return [];
  const isTree = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (!isTree(seen) || !isTree(expected)) return [`${path}: ${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`];
  const keys = new Set([...Object.keys(seen), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => differences(seen[key], expected[key], path === "" ? key : `${path}.${key}`));
}
