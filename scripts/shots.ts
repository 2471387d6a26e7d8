// Pictures of every screen, in phone, tablet and laptop size and in both themes, into docs/screens. States are made up here and
// told to the built page through a socket of our own, so that every face of every rule can be seen: `npm run build && npm run shots`.
import { mkdirSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { chromiumOptions } from "../__tests__/e2e/support/chromium.ts";
import { startStaticSite } from "../__tests__/e2e/support/static-site.ts";
import { scenes, type Scene } from "../__tests__/e2e/support/scenes.ts";

const sizes = {
  phone: { width: 390, height: 844 },
  side: { width: 844, height: 390 },
  tablet: { width: 820, height: 1180 },
  laptop: { width: 1366, height: 768 },
} as const;
/** For a sheet that is fetched when it is first opened. */
const settleMs = 250;
const themes = ["dark", "light"] as const;

const [onlyScene, onlySize, onlyTheme, outDir = "docs/screens"] = process.argv.slice(2);
const wanted = (only: string | undefined, name: string): boolean => only === undefined || only === "all" || only.split(",").includes(name);

async function prepared(context: BrowserContext, scene: Scene, theme: string): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(
    ([prefs, keys]) => {
      localStorage.setItem("tapotarp:prefs", prefs ?? "{}");
      if (keys) localStorage.setItem("tapotarp:keys:K7QX2M", keys);
    },
    [JSON.stringify({ theme: scene.theme ?? theme, calm: true }), scene.seat === undefined ? "" : seatKeys(scene.seat)] as const,
  );
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string; data: { t?: number } };
      const serverTime = scene.table?.serverTime ?? 0;
      const say = (type: string, data: object): void => socket.send(JSON.stringify({ type, data }));
      if (message.type === "ping") say("pong", { t: message.data.t, serverTime });
      else if (scene.table && message.type === "reconnect")
        say("reconnected", { playerId: scene.seat ?? null, gameId: scene.table.id, token: "x".repeat(43), state: scene.table });
      else if (scene.table && message.type === "join") say("state", scene.table);
      else if (message.type === "join") say("error", { code: "no-such-game", message: "", retry: false });
    });
  });
  await page.route("**/api/games", (route) => route.fulfill({ json: { games: scene.listed ?? [] } }));
  await page.route("**/api/games/*/log?*", (route) =>
    scene.log ? route.fulfill({ json: { game: "K7QX2M", changes: scene.log, next: null } }) : route.fulfill({ status: 404, json: {} }),
  );
  return page;
}

const seatKeys = (playerId: number | null): string => {
  const key = { playerId, token: "x".repeat(43) };
  return JSON.stringify({
    gameId: "K7QX2M",
    name: "Friday Commander",
    usedAt: 1,
    seat: playerId === null ? null : key,
    chair: playerId === null ? key : null,
  });
};

async function shoot(browser: Browser, origin: string, scene: Scene): Promise<number> {
  let taken = 0;
  for (const theme of scene.theme ? (["dark"] as const) : themes) {
    if (!wanted(onlyTheme, theme)) continue;
    for (const [size, viewport] of Object.entries(sizes)) {
      if (!wanted(onlySize, size)) continue;
      const context = await browser.newContext({
        viewport,
        deviceScaleFactor: 1,
        reducedMotion: "reduce",
        locale: scene.locale ?? "en-GB",
        serviceWorkers: "block",
      });
      const page = await prepared(context, scene, theme);
      await page.goto(origin + scene.path);
      await page.waitForLoadState("networkidle");
      for (const name of scene.click ?? []) {
        await page.click(name);
        await page.waitForTimeout(settleMs);
      }
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${outDir}/${scene.name}-${size}-${theme}.png` });
      taken += 1;
      await context.close();
    }
  }
  return taken;
}

const site = await startStaticSite("dist/public");
const browser = await chromium.launch(chromiumOptions().launchOptions);
mkdirSync(outDir, { recursive: true });
let taken = 0;
try {
  for (const scene of scenes) if (wanted(onlyScene, scene.name)) taken += await shoot(browser, site.origin, scene);
} finally {
  await browser.close();
  await site.close();
}
process.stdout.write(`${taken} pictures in ${outDir}\n`);
