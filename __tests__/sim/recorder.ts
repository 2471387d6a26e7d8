// Writes down what every page said and heard, as the history checker wants it, and compares each page's picture of its game
// with the state that was durable at that version.
import { isDeepStrictEqual } from "node:util";
import type { Observation } from "../checker/history.ts";
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
    if (type === "ack" && !this.#passingIds.has(data.id)) {
      this.#drafts.push({ type: "ok", client: page.name, game: "", action: data.id, v: data.v, at });
    }
    if (type === "error" && data.id !== undefined && !this.#passingIds.has(data.id)) this.#refused(page, data);
    if (type === "error" && data.code === "internal") this.#wrong("internal", `${page.name} was told of a bug`);
    if (type === "state" || type === "change") this.#saw(page, page.table?.id ?? "", data.v);
    if (type === "claimed" || type === "reconnected") this.#saw(page, data.gameId, data.state.v);
    if (type === "state" || type === "change" || type === "claimed" || type === "reconnected") this.#compare(page, text);
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
