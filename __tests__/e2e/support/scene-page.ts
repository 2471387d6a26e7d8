// Shows made-up states on the built page: the page's socket and log are answered here, nothing of the page is changed.
// One page serves for scene after scene; each scene loads it anew, with nothing kept from the one before.
import type { BrowserContext, Page, ViewportSize, WebSocketRoute } from "@playwright/test";
import type { Scene } from "./scene.ts";

export interface Stage {
  readonly page: Page;
  /** Loads the page in this state, as the device's own colour scheme wants it. */
  readonly show: (scene: Scene) => Promise<void>;
  /** The server says something more. */
  readonly tell: (type: string, data: object) => void;
}

export const themes = ["dark", "light"] as const;

const token = "x".repeat(43);
const gameId = "K7QX2M";

const seatKeys = (playerId: number | null): string => {
  const key = { playerId, token };
  const [seat, chair] = playerId === null ? [null, key] : [key, null];
  return JSON.stringify({ gameId, name: "Friday Commander", usedAt: 1, seat, chair });
};

/** What the page finds on its device. */
function shelfOf({ theme, locale, seat, shelf }: Scene): Readonly<Record<string, string>> {
  const prefs = { theme: theme ?? "auto", language: locale ?? "en", calm: true };
  return {
    "tapotarp:prefs": JSON.stringify(prefs),
    ...shelf,
    ...(seat === undefined ? {} : { [`tapotarp:keys:${gameId}`]: seatKeys(seat) }),
  };
}

interface Said {
  readonly type: string;
  readonly data: { readonly t?: number };
}

/** What a server in this state would answer; null for silence. */
function answerTo({ table, seat }: Scene, { type, data }: Said): readonly [string, object] | null {
  if (type === "ping") return ["pong", { t: data.t, serverTime: table?.serverTime ?? 0 }];
  if (!table) return type === "join" ? ["error", { code: "no-such-game", message: "", retry: false }] : null;
  if (type === "reconnect") return ["reconnected", { playerId: seat ?? null, gameId: table.id, token, state: table }];
  return type === "join" ? ["state", table] : null;
}

export async function openStage(context: BrowserContext, origin: string): Promise<Stage> {
  const page = await context.newPage();
  let scene: Scene = { name: "nothing", path: "/" };
  let socket: WebSocketRoute | null = null;
  await page.routeWebSocket(/\/ws$/, (opened) => {
    socket = opened;
    opened.onMessage((text) => {
      if (scene.silent) return;
      const answer = answerTo(scene, JSON.parse(String(text)) as Said);
      if (answer) opened.send(JSON.stringify({ type: answer[0], data: answer[1] }));
      if (answer?.[0] === "pong") return;
      for (const [type, data] of scene.tells ?? []) opened.send(JSON.stringify({ type, data }));
      if (scene.closes !== undefined) void opened.close({ code: scene.closes });
    });
  });
  await page.route("**/api/games", (route) => route.fulfill({ json: { games: scene.listed ?? [] } }));
  await page.route("**/api/games/*/log?*", (route) =>
    scene.log ? route.fulfill({ json: { game: gameId, changes: scene.log, next: null } }) : route.fulfill({ status: 404, json: {} }),
  );
  return {
    page,
    tell: (type, data) => socket?.send(JSON.stringify({ type, data })),
    async show(next) {
      scene = next;
      // A picture has the same storage: nothing of the scene before is running any more.
      await page.goto(`${origin}/icon.svg`);
      await page.evaluate((shelf) => {
        localStorage.clear();
        for (const [key, value] of Object.entries(shelf)) localStorage.setItem(key, value);
      }, shelfOf(scene));
      await page.goto(origin + scene.path);
      await page.waitForSelector(scene.table && scene.closes === undefined ? "main:not(.between)" : "main");
      for (const selector of scene.click ?? []) await page.click(selector);
      if (scene.shows !== undefined) await page.waitForSelector(scene.shows);
      await drawn(page);
    },
  };
}

/** Turns or resizes the device, and waits until the page has laid itself out anew. */
export async function resize(page: Page, viewport: ViewportSize): Promise<void> {
  await page.setViewportSize(viewport);
  await page.waitForFunction(({ width, height }) => {
    const shape = document.querySelector<HTMLElement>("main.table-mode")?.dataset["shape"];
    const follows = shape === undefined || shape === (width > height ? "wide" : "tall");
    return innerWidth === width && innerHeight === height && follows;
  }, viewport);
  await drawn(page);
}

interface Zoomed {
  /** What reads from its own text how much larger it is. */
  readonly screen: string;
  readonly parts: string;
}

/** All text so much larger, as Firefox and devices make it: their zoom of text alone comes after every style, which no browser of the tests has. */
export const zoomText = (page: Page, by: number, { screen, parts }: Zoomed): Promise<void> =>
  page.evaluate(
    ([times, whole, some]) => {
      const words = [...document.querySelectorAll<HTMLElement>(`${some}, ${some} *`)];
      for (const element of words) element.style.removeProperty("font-size");
      document.querySelector<HTMLElement>(whole)?.style.setProperty("font-size", `${100 * times}px`);
      const sizes = words.map((element) => Number.parseFloat(getComputedStyle(element).fontSize) * times);
      for (const [at, element] of words.entries()) element.style.setProperty("font-size", `${sizes[at]}px`);
    },
    [by, screen, parts] as const,
  );

/** The fonts are there and a frame has been drawn with them. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });

export const phones = [
  [320, 568],
  [345, 740],
  [360, 740],
  [390, 844],
  [568, 320],
  [740, 360],
  [844, 390],
  [195, 422],
] as const;
