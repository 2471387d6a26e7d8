// Which keys mean something at a table, and when they mean nothing. The built page, with its server stood in for.
import { expect, type Page, test } from "@playwright/test";
import { openStage, type Stage } from "./support/scene-page.ts";
import { type Scene, scenes } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";

let site: StaticSite;
test.beforeAll(async () => {
  site = await startStaticSite("dist/public");
});
test.afterAll(async () => {
  await site.close();
});

const sceneOf = (name: string): Scene => scenes.find((scene) => scene.name === name) ?? ({ name, path: "/" } as Scene);

interface Key {
  readonly key: string;
  readonly ctrlKey?: boolean;
  readonly metaKey?: boolean;
  readonly altKey?: boolean;
  /** It is held down. */
  readonly repeat?: boolean;
}

/** Here keys are only told to the page: the browser would do its own with Ctrl+P. */
const pressed = (page: Page, on: string, keys: readonly Key[]): Promise<void> =>
  page
    .locator(on)
    .first()
    .evaluate((target, all) => {
      for (const key of all) target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key }));
    }, keys);
const plain = (...keys: readonly string[]): readonly Key[] => keys.map((key) => ({ key }));

/** What the page has given and nobody has answered, in no order. */
const given = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    Object.entries({ ...localStorage })
      .flatMap(([name, text]) => (name.startsWith("tapotarp:out:") ? [String(JSON.parse(text).type)] : []))
      .sort(),
  );

/** A great button that has just come does nothing yet. */
const readyScene = async ({ page, show }: Stage, name: string): Promise<void> => {
  await show(sceneOf(name));
  await expect(page.locator('.go[aria-disabled="false"]')).toBeVisible();
};

test("a key that belongs to the browser, is held down, is typed into a field or pressed over a sheet does nothing to the table", async ({
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const stage = await openStage(context, site.origin);
  const { page, show } = stage;
  const keys = plain("p", "u", "i", "d", "t", "1", " ");
  const nothingDone = async (sheets: number): Promise<void> => {
    expect([await given(page), await page.locator("dialog[open]").count(), new URL(page.url()).hash]).toEqual([[], sheets, ""]);
  };
  for (const held of ["ctrlKey", "metaKey", "altKey", "repeat"] as const) {
    await readyScene(stage, "play");
    const all = keys.map((key) => ({ ...key, [held]: true }));
    await pressed(page, "main", all);
    await nothingDone(0);
  }
  await show(sceneOf("lobby"));
  await pressed(page, "main input", keys);
  await nothingDone(0);
  await readyScene(stage, "menu");
  await pressed(page, "main", keys);
  await nothingDone(1);
  // The same keys by themselves.
  await readyScene(stage, "play");
  await expect(page.locator("dialog")).toHaveCount(0);
  await pressed(page, "main", plain(" ", "p", "u", "i", "1"));
  expect(await given(page)).toEqual(["interrupt", "passTurn", "pause", "undo"]);
  await expect(page.locator("dialog[open]")).toHaveCount(1);
  await context.close();
});

test("a watcher's keys give nothing, and open what he may look at", async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  await show(sceneOf("watch"));
  await pressed(page, "main", plain("p", "u", "i", "d", " "));
  expect([await given(page), await page.locator("dialog[open]").count()]).toEqual([[], 0]);
  await pressed(page, "main", plain("1"));
  await expect(page.locator("dialog[open]")).toHaveCount(1);
  await context.close();
});
