// The operator's pages: what each asks the API for and how it is shown. Text from players is only ever set as text.
import type { GameRow, Sample } from "../../lib/protocol/admin-rows.ts";
import { after, nowAndThen, patienceMs } from "./again.ts";
import { get, isFinal, live, post } from "./api.ts";
import { charts } from "./charts.ts";
import { followGames } from "./follow.ts";
import { gameTable } from "./game-table.ts";

/** Shows itself in `page` and gives how to leave it. */
export type Page = (page: HTMLElement, go: (name: string, detail?: string) => void, detail?: string) => () => void;

export function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text = "", className = ""): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function button(text: string, className: string, act: (event: MouseEvent) => void): HTMLButtonElement {
  const made = element("button", text, className);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const text of heads) {
    const cell = element("th", text);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const texts of rows) {
    const row = body.insertRow();
    for (const [index, text] of texts.entries()) row.append(element("td", text, index === texts.length - 1 ? "wide" : ""));
  }
  return made;
}

const when = (at: number) => new Date(at).toLocaleString();

/** Runs `work`; what goes wrong is shown on the page, in words. */
function show(page: HTMLElement, work: () => Promise<void>): void {
  work().catch((error: unknown) => page.append(element("p", error instanceof Error ? error.message : String(error), "problem")));
}

/** Asks now and two seconds after each answer until left. */
function repeatedly(page: HTMLElement, work: () => Promise<void>): () => void {
  const first = work();
  show(page, () => first);
  let isLeft = false;
  let stop = (): void => undefined;
  const goOn = (): void => {
    if (!isLeft) stop = nowAndThen(after, { everyMs: 2000, ask: work });
  };
  void first.then(goOn, goOn);
  return () => {
    isLeft = true;
    stop();
  };
}

interface Stored {
  readonly gameId: string;
  readonly v: number;
  readonly updatedAt: number;
  readonly index: { readonly name: string; readonly status: string; readonly seats: number; readonly seatsFree: number };
}

function rowOf({ gameId, v, updatedAt, index }: Stored): GameRow {
  return { id: gameId, v, updatedAt, viewers: 0, ...index };
}

const listPagesMax = 20;

/** All games, page by page; null when there are more than are shown. */
async function listGames(take: (rows: readonly GameRow[]) => void): Promise<ReadonlySet<string> | null> {
  const ids = new Set<string>();
  let cursor: string | null = null;
  for (let count = 0; count < listPagesMax; count += 1) {
    const path: string = `/games?limit=500${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { items, next }: { items: Stored[]; next: string | null } = await get(path, patienceMs);
    for (const { gameId } of items) ids.add(gameId);
    take(items.map(rowOf));
    if (next === null) return ids;
    cursor = next;
  }
  return null;
}

const gamesPage: Page = (page, go) => {
  const stop = new AbortController();
  const games = gameTable((id) => go("game", id));
  (globalThis as { spentOnGames?: unknown }).spentOnGames = games.spent;
  const problem = element("p", "", "problem");
  page.append(games.element);
  const say = (text: string): void => {
    problem.textContent = text;
    if (text === "") problem.remove();
    else page.prepend(problem);
  };
  void followGames({ list: listGames, live, table: games, say, isFinal, after, jitter: Math.random }, stop.signal);
  return () => stop.abort();
};

const gamePage: Page = (page, go, id = "") => {
  const state = element("pre");
  const log = element("div");
  const reason = element("input");
  reason.placeholder = "Reason, shown to the table";
  reason.setAttribute("aria-label", "Reason for closing");
  const close = button("Close this game", "danger", () =>
    show(page, async () => {
      await post(`/games/${id}/close`, { reason: reason.value });
      go("games");
    }),
  );
  const form = element("form");
  // Enter in its only field would send it, and load the page anew.
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(reason, close);
  page.append(element("h2", `Game ${id}`), form, state, element("h2", "Log"), log);
  return repeatedly(page, async () => {
    const game = await get<object & { v: number }>(`/games/${id}`, patienceMs);
    state.textContent = JSON.stringify(game, null, 2);
    const { changes } = await get<{ changes: { v: number; at: number; change: { by: number | null; command: { type: string } } }[] }>(
      `/games/${id}/log?limit=200&after=${Math.max(0, game.v - 200)}`,
      patienceMs,
    );
    const rows = changes
      .reverse()
      .map(({ v, at, change: { by, command } }) => [
        String(v),
        when(at),
        by === null ? "" : `seat ${by}`,
        command.type,
        JSON.stringify(command),
      ]);
    log.replaceChildren(table(["version", "when", "who", "what", "command"], rows));
  });
};

const chartsPage: Page = (page) => {
  const drawn = charts();
  page.append(drawn.element);
  const stop = repeatedly(page, async () => drawn.update((await get<{ samples: Sample[] }>("/series", patienceMs)).samples));
  return () => {
    stop();
    drawn.close();
  };
};

const auditPage: Page = (page) => {
  show(page, async () => {
    const check = await get<{ records: number; broken: number | null }>("/audit/check");
    page.append(
      element(
        "p",
        check.broken === null ? `${check.records} records, the chain is whole.` : `The chain is broken at record ${check.broken}.`,
        check.broken === null ? "" : "problem",
      ),
    );
    const { records } = await get<{ records: { n: number; at: number; event: string; actor: string; detail: object }[] }>(
      "/audit?limit=200",
    );
    page.append(
      table(
        ["n", "when", "event", "who", "detail"],
        records.map(({ n, at, event, actor, detail }) => [String(n), when(at), event, actor, JSON.stringify(detail)]),
      ),
    );
  });
  return () => undefined;
};

const feedbackPage: Page = (page) => {
  show(page, async () => {
    const { items } = await get<{ items: { at: number; gameId: string | null; text: string }[] }>("/feedback?limit=200");
    page.append(
      table(
        ["when", "game", "text"],
        items.map(({ at, gameId, text }) => [when(at), gameId ?? "", text]),
      ),
    );
  });
  return () => undefined;
};

const lettersPage: Page = (page) => {
  show(page, async () => {
    const { letters } = await get<{ letters: { at: number; reason: string }[] }>("/dead-letters");
    page.append(
      element(
        "p",
        letters.length === 0 ? "Nothing is waiting: everything could be written." : `${letters.length} changes could not be written.`,
      ),
    );
    page.append(
      table(
        ["when", "why"],
        letters.map(({ at, reason }) => [when(at), reason]),
      ),
    );
    if (letters.length === 0) return;
    const replay = button("Write them again", "", () =>
      show(page, async () => {
        const { replayed, left } = await post<{ replayed: number; left: number }>("/dead-letters/replay");
        page.append(element("p", `${replayed} were written, ${left} stay.`));
      }),
    );
    page.append(replay);
  });
  return () => undefined;
};

const serverPage: Page = (page) => {
  const facts = element("pre");
  const level = element("select");
  level.setAttribute("aria-label", "Log level");
  for (const name of ["fatal", "error", "warn", "info", "debug", "trace", "silent"]) level.append(element("option", name));
  level.addEventListener("change", () => show(page, async () => void (await post("/log-level", { level: level.value }))));
  const drain = button("Send everybody away and stop", "danger", ({ detail: clicksInARow }) => {
    // The second half of a double click answers a question that nobody has read.
    if (clicksInARow > 1) return;
    if (drain.dataset["sure"] === "yes") show(page, async () => void (await post("/drain")));
    drain.dataset["sure"] = "yes";
    drain.textContent = "Press again to stop this server";
  });
  const form = element("form");
  form.append(element("label", "Log level"), level, drain);
  page.append(form, facts);
  return repeatedly(page, async () => {
    const overview = await get<{ logLevel: string }>("/overview", patienceMs);
    if (document.activeElement !== level) level.value = overview.logLevel;
    facts.textContent = JSON.stringify(overview, null, 2);
  });
};

export const pages: Readonly<Record<string, { readonly title: string | null; readonly page: Page }>> = {
  games: { title: "Games", page: gamesPage },
  charts: { title: "Charts", page: chartsPage },
  server: { title: "Server", page: serverPage },
  audit: { title: "Audit log", page: auditPage },
  letters: { title: "Dead letters", page: lettersPage },
  feedback: { title: "Feedback", page: feedbackPage },
  game: { title: null, page: gamePage },
};
