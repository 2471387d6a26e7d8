// Pictures of every screen, in phone, tablet and laptop size and in both themes, into docs/screens. States are made up and told to
// the built page through a socket of the script's own, so that every face of every rule can be seen: `npm run build && npm run shots`.
// Narrowed by scenes, sizes, themes and a folder, each a list with commas or `all`: `npm run shots play,lobby phone dark /tmp/shots`.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";
import { chromiumOptions } from "../__tests__/e2e/support/chromium.ts";
import { openStage, resize, type Stage, themes } from "../__tests__/e2e/support/scene-page.ts";
import { type Scene, scenes } from "../__tests__/e2e/support/scenes.ts";
import { startStaticSite } from "../__tests__/e2e/support/static-site.ts";
import { readArguments } from "./arguments.ts";

const sizes = {
  phone: { width: 390, height: 844 },
  side: { width: 844, height: 390 },
  tablet: { width: 820, height: 1180 },
  laptop: { width: 1366, height: 768 },
} as const;

const usage = `npm run shots -- [SCENES] [SIZES] [THEMES] [FOLDER]

Each is a list with commas, or all: play,lobby phone dark /tmp/shots. The folder is docs/screens when none is named.
  sizes   ${Object.keys(sizes).join(", ")}
  themes  ${themes.join(", ")}
  scenes  ${scenes.map(({ name }) => name).join(", ")}`;

const { positionals } = readArguments(usage, {}, 4);
const [onlyScene, onlySize, onlyTheme, outDir = "docs/screens"] = positionals;
const wanted = (only: string | undefined, name: string): boolean => only === undefined || only === "all" || only.split(",").includes(name);

async function shoot({ page, show }: Stage, scene: Scene): Promise<number> {
  let taken = 0;
  await page.setViewportSize(sizes.phone);
  await show(scene);
  for (const theme of scene.theme ? (["dark"] as const) : themes) {
    if (!wanted(onlyTheme, theme)) continue;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries(sizes)) {
      if (!wanted(onlySize, size)) continue;
      await resize(page, viewport);
      await page.screenshot({ path: `${outDir}/${scene.name}-${size}-${theme}.png` });
      taken += 1;
    }
  }
  return taken;
}

/** The README's picture: four phones side by side, from pictures taken before. */
async function sideBySide(browser: Browser): Promise<void> {
  const files = ["play", "priority", "table-4", "recap"].map((name) => `${outDir}/${name}-phone-dark.png`);
  if (!files.every((file) => existsSync(file))) return;
  const page = await browser.newPage({ viewport: { width: 1680, height: 892 } });
  const images = files.map((file) => `<img src="data:image/png;base64,${readFileSync(file).toString("base64")}">`).join("");
  const style = "body{margin:0;padding:24px;display:flex;gap:24px;background:#07090c}img{border-radius:36px;width:390px;height:844px}";
  await page.setContent(`<style>${style}</style>${images}`);
  await page.screenshot({ path: `${outDir}/play.png` });
  await page.close();
}

const site = await startStaticSite("dist/public");
const browser = await chromium.launch(chromiumOptions().launchOptions);
mkdirSync(outDir, { recursive: true });
let taken = 0;
try {
  const context = await browser.newContext({ deviceScaleFactor: 1, locale: "en-GB", serviceWorkers: "block" });
  const stage = await openStage(context, site.origin);
  for (const scene of scenes) if (wanted(onlyScene, scene.name)) taken += await shoot(stage, scene);
  await sideBySide(browser);
} finally {
  await browser.close();
  await site.close();
}
process.stdout.write(`${taken} pictures in ${outDir}\n`);
