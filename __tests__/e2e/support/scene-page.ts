// Shows one made-up state on the built page: the page's socket and log are answered here, nothing of the page is changed.
import type { BrowserContext, Page } from "@playwright/test";
import type { Scene } from "./scenes.ts";

export interface Showing {
  readonly scene: Scene;
  readonly origin: string;
  readonly theme: string;
}

/** For a sheet that is fetched when it is first opened. */
const settleMs = 250;
const token = "x".repeat(43);

const seatKeys = (playerId: number | null): string => {
  const key = { playerId, token };
  return JSON.stringify({
    gameId: "K7QX2M",
    name: "Friday Commander",
    usedAt: 1,
    seat: playerId === null ? null : key,
    chair: playerId === null ? key : null,
  });
};

async function answerSocket(page: Page, { table, seat }: Scene): Promise<void> {
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const say = (type: string, data: object): void => socket.send(JSON.stringify({ type, data }));
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string; data: { t?: number } };
      if (message.type === "ping") say("pong", { t: message.data.t, serverTime: table?.serverTime ?? 0 });
      else if (!table && message.type === "join") say("error", { code: "no-such-game", message: "", retry: false });
      else if (table && message.type === "reconnect") say("reconnected", { playerId: seat ?? null, gameId: table.id, token, state: table });
      else if (table && message.type === "join") say("state", table);
    });
  });
}

export async function showScene(context: BrowserContext, { scene, origin, theme }: Showing): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(
    ([prefs, keys]) => {
      localStorage.setItem("tapotarp:prefs", prefs ?? "{}");
      if (keys) localStorage.setItem("tapotarp:keys:K7QX2M", keys);
    },
    [JSON.stringify({ theme: scene.theme ?? theme, calm: true }), scene.seat === undefined ? "" : seatKeys(scene.seat)] as const,
  );
  await answerSocket(page, scene);
  await page.route("**/api/games", (route) => route.fulfill({ json: { games: scene.listed ?? [] } }));
  await page.route("**/api/games/*/log?*", (route) =>
    scene.log ? route.fulfill({ json: { game: "K7QX2M", changes: scene.log, next: null } }) : route.fulfill({ status: 404, json: {} }),
  );
  await page.goto(origin + scene.path);
  await page.waitForSelector(scene.table || scene.path.startsWith("/#") || scene.path === "/" ? "main:not(.between)" : "main");
  for (const selector of scene.click ?? []) {
    await page.click(selector);
    await page.waitForTimeout(settleMs);
  }
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
  return page;
}
