import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page, test, type ViewportSize } from "@playwright/test";
import { showScene } from "./support/scene-page.ts";
import { type Scene, scenes } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";

let site: StaticSite;
test.beforeAll(async () => {
  site = await startStaticSite("dist/public");
});
test.afterAll(async () => {
  await site.close();
});

/** One context for all screens of a test; each screen is a page of its own. */
async function eachScreen(
  browser: Browser,
  options: { readonly viewport: ViewportSize; readonly theme: string },
  look: (page: Page, scene: Scene) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: options.viewport, reducedMotion: "reduce", serviceWorkers: "block" });
  for (const scene of scenes.filter((s) => !s.twin)) {
    const page = await showScene(context, { scene, origin: site.origin, theme: options.theme });
    await look(page, scene);
    await page.close();
  }
  await context.close();
}

for (const theme of ["dark", "light"] as const) {
  test(`axe finds nothing on any screen, ${theme}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const found: string[] = [];
    await eachScreen(browser, { viewport: { width: 390, height: 844 }, theme }, async (page, scene) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations)
        found.push(
          `${scene.name}: ${id}: ${nodes
            .map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? ""}`)
            .slice(0, 3)
            .join(" | ")}`,
        );
    });
    expect(found).toEqual([]);
  });
}

test("at 200 % zoom nothing is cut off to the side", async ({ browser }) => {
  test.setTimeout(240_000);
  const cut: string[] = [];
  for (const viewport of [
    { width: 195, height: 422 },
    { width: 683, height: 384 },
  ]) {
    await eachScreen(browser, { viewport, theme: "dark" }, async (page, scene) => {
      if (scene.path.includes("#table")) return;
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > viewport.width) cut.push(`${scene.name} is ${width} px wide at ${viewport.width}`);
    });
  }
  expect(cut).toEqual([]);
});
