// Small phones: what is said and pressed there stays whole, on the screen and off the buttons.
import { expect, type Page, test } from "@playwright/test";
import type { Table } from "../../public/app/model/model.ts";
import { table } from "../browser/support/tables.ts";
import { openStage, phones, resize, zoomText } from "./support/scene-page.ts";
import type { Scene } from "./support/scene.ts";
import { seats, wastelands } from "./support/scene-tables.ts";
import { scenes } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";

let site: StaticSite;
test.beforeAll(async () => {
  site = await startStaticSite("dist/public");
});
test.afterAll(async () => {
  await site.close();
});

test("small phones: two messages leave the clock to be read, the sum of one's taps is whole, minus and plus are wide enough", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 320, height: 568 }, reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  await show(scenes.find(({ name }) => name === "told") as Scene);
  await expect(page.locator(".toast")).toHaveCount(2);
  // Asked at once: by themselves they go soon.
  const shown = await page
    .locator(".toast")
    .evaluateAll((all) => all.map((one) => [one.getAttribute("data-notice"), one.checkVisibility()]));
  expect(shown, "a refusal before somebody's dice").toEqual([
    ["refusal.nothing-to-undo", true],
    ["toast.dice", false],
  ]);
  await resize(page, { width: 844, height: 390 });
  await page.locator('.val[data-value="life"] .step').first().click();
  const top = await page.locator(".bubble").evaluate((sum) => {
    const hand = sum.closest(".hand")?.getBoundingClientRect();
    return sum.getBoundingClientRect().top - (hand?.top ?? 0);
  });
  expect(top).toBeGreaterThanOrEqual(0);
  await resize(page, { width: 320, height: 568 });
  await page.keyboard.press("2");
  await page.waitForSelector("dialog[open] .step");
  const steps = await page.locator("dialog .step").evaluateAll((all) => all.map((step) => step.getBoundingClientRect().width));
  expect(Math.min(...steps), "minus and plus in a seat's sheet").toBeGreaterThanOrEqual(44);
  await context.close();
});

/** How wide the page is while the word that the line is down stands in its bar: the line comes back now and then. */
const widthWhileLost = async (page: Page): Promise<number> => {
  const width = await page.waitForFunction(() => document.querySelector(".play-bar .line-word") && document.documentElement.scrollWidth);
  return Number(await width.jsonValue());
};

test("with the line down in a campaign's hundredth turn everything in the bar is on the phone, in both languages", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const battle: Table = { ...wastelands(), status: "running", running: [2], winner: null, turn: 100 };
  const wrong: string[] = [];
  for (const locale of ["en", "tr"]) {
    await show({ name: "battle-lost", path: "/g/K7QX2M", table: battle, seat: 2, locale, closes: 1001, shows: ".line-word" });
    for (const [width, height] of phones) {
      await resize(page, { width, height });
      const wide = await widthWhileLost(page);
      if (wide > width) wrong.push(`${locale}, ${width}x${height}: ${wide}`);
    }
  }
  await context.close();
  expect(wrong).toEqual([]);
});

test("a message does not lie on the button that stops and starts a class", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const host = scenes.find(({ name }) => name === "class-host") as Scene;
  const tells = [["shutdown_warning", { message: "", timeout: 5_000, retryAfterMs: 1_000 }]] as const;
  await show({ ...host, tells, shows: ".toast" });
  const covered: string[] = [];
  for (const [width, height] of phones) {
    await resize(page, { width, height });
    await expect(page.locator(".toast")).toBeVisible();
    const top = await page.locator(".class-controls > .go").evaluate((button) => {
      const { left, top, width: wide, height: high } = button.getBoundingClientRect();
      const over = [0.1, 0.5, 0.9].map((share) => document.elementFromPoint(left + wide / 2, top + high * share));
      return over.find((part) => part?.closest(".toast"))?.textContent;
    });
    if (top) covered.push(`${width}x${height}: ${top}`);
  }
  await context.close();
  expect(covered).toEqual([]);
});

test("the great button's words stay on it, whatever is asked above it and whatever the names", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const wrong: string[] = [];
  for (const name of ["Player", "W".repeat(32)])
    for (const stack of [[1, 2], [1]]) {
      const players = seats(4, (id) => ({ name, ...(id === 3 ? { asks: ["poison"] } : {}) }));
      const state = table({ activePlayer: 3, interruptingPlayers: stack, running: [stack.at(-1) ?? 1], players });
      await show({ name: "held", path: "/g/K7QX2M", table: state, seat: 2 });
      for (const [width, height] of phones) {
        await resize(page, { width, height });
        const beyond = await page.locator(".hand .go").evaluate((button) => {
          const box = (part: Element): DOMRect => part.getBoundingClientRect();
          return Math.round(Math.max(...[...button.children].map((words) => box(words).bottom - box(button).bottom)));
        });
        // Of a button without words it is -Infinity.
        expect(Number.isFinite(beyond)).toBe(true);
        if (beyond > 1) wrong.push(`${name}, ${stack.length} interrupts, ${width}x${height}: ${beyond} px beyond`);
      }
    }
  await context.close();
  expect(wrong).toEqual([]);
});

/** What of play's words leaves its place, is cut, lies on another or off the screen. */
const unfit = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const box = (part: Element): DOMRect => part.getBoundingClientRect();
    const places: readonly (readonly [place: string, words: string])[] = [
      [".card", ".who-name, .clock *, .life, .away, .mark"],
      [".mine", ".say, .clock *, .sub span"],
      [".val", ".val-name, b"],
      [".hand .go", ".go-word, small"],
      [".hand .more button", "span"],
      [".play-bar", ".chip, .turn-count"],
    ];
    const leaves = (part: Element, place: Element): boolean => {
      const [inner, outer] = [box(part), box(place)];
      const beyond = [outer.left - inner.left, inner.right - outer.right, outer.top - inner.top, inner.bottom - outer.bottom];
      return inner.width > 0 && Math.max(...beyond) > 1;
    };
    const isCut = (part: Element): boolean => part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1;
    const wrong = places.flatMap(([place, words]) =>
      [...document.querySelectorAll(place)].flatMap((whole) =>
        [...whole.querySelectorAll(words)]
          .filter((part) => !part.classList.contains("sr") && (leaves(part, whole) || isCut(part)))
          .map((part) => `"${part.textContent}" of ${place}`),
      ),
    );
    const covered = [...document.querySelectorAll(".val")].filter((val) => {
      const digits = document.createRange();
      digits.selectNodeContents(val.querySelector("b") ?? val);
      const number = digits.getBoundingClientRect();
      // Lines are higher than what is written on them.
      return box(val.querySelector(".val-name") ?? val).bottom > number.top + 0.3 * number.height;
    });
    const below = [...document.querySelectorAll(".hand .more")].filter((acts) => box(acts).bottom > innerHeight + 0.5);
    const wide = document.documentElement.scrollWidth > innerWidth ? ["the page is too wide"] : [];
    return [...wrong, ...covered.map(() => "a number lies on its name"), ...below.map(() => "the acts are below the screen"), ...wide];
  });

test("with all text half as large again everything of play keeps to its place, at two, four and eight seats and in both languages", async ({
  browser,
}) => {
  test.setTimeout(90_000);
  const names = ["Maximilian", "Anneliese", "Christoph", "Wolfgang", "Friederike", "Hannelore", "Annegret", "Karl-Heinz"];
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const wrong: string[] = [];
  for (const locale of ["en", "tr"])
    for (const count of [2, 4, 8]) {
      const busy = { timeRemaining: 3_727_000, counters: { poison: 3 }, penalties: 2 };
      const players = seats(count, (id) => ({ name: names[id - 1] ?? "", connected: id !== 3, ...(id === 2 ? busy : {}) }));
      // One's own turn, and another's.
      for (const seat of [1, 2]) {
        await show({
          name: "large",
          path: "/g/K7QX2M",
          table: table({ activePlayer: 2, running: [2], monarch: 2, players }),
          seat,
          locale,
        });
        for (const [width, height] of [
          [360, 640],
          [390, 844],
        ] as const) {
          await resize(page, { width, height });
          for (const text of [1, 1.5]) {
            await zoomText(page, text, { screen: ".play", parts: ".play > * > *" });
            for (const what of await unfit(page))
              wrong.push(`${locale}, ${count} seats, seat ${seat}, ${width}x${height}, ${100 * text} %: ${what}`);
          }
        }
      }
    }
  await context.close();
  expect(wrong).toEqual([]);
});

test("with all text twice as large the code to join by is on the screen, in the lobby and in the sheet that invites", async ({
  browser,
}) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const wrong: string[] = [];
  for (const [name, parts] of [
    ["lobby", ".invite *"],
    ["share", ".share *"],
  ] as const) {
    await show(scenes.find((scene) => scene.name === name) as Scene);
    for (const [width, height] of phones.filter(([across]) => across >= 320)) {
      await resize(page, { width, height });
      await zoomText(page, 2, { screen: "none", parts });
      const [left, right] = await page
        .locator(".code")
        .last()
        .evaluate((code) => {
          const words = document.createRange();
          words.selectNodeContents(code);
          const box = words.getBoundingClientRect();
          return [Math.floor(box.left), Math.ceil(box.right)] as const;
        });
      if (left < 0 || right > width) wrong.push(`${name}, ${width}x${height}: from ${left} to ${right}`);
    }
  }
  await context.close();
  expect(wrong).toEqual([]);
});
