import { expect, type Page, test } from "@playwright/test";
import type { PlayerView } from "../../lib/game/view.ts";
import { openStage, resize, zoomText } from "./support/scene-page.ts";
import { type Scene, tableScene } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";
import { expect as journeyExpect, test as journey, createTable, shownTimes, sit, tap } from "./support/journey.ts";

const viewports = [
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 820, height: 1180 },
  { width: 1366, height: 768 },
] as const;
/** Smallest side of anything that is tapped, CSS pixels. */
const targetMin = 44;

interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** On-screen boxes of what matches, with a name each. */
const boxes = (page: Page, selector: string): Promise<Box[]> =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { name: element.getAttribute("aria-label") ?? element.getAttribute("data-panel") ?? element.className, x, y, width, height };
    }),
  );

const overlap = (a: Box, b: Box): boolean =>
  Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 0.5 && Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 0.5;

function overlaps(all: readonly Box[]): string[] {
  return all.flatMap((a, at) =>
    all
      .slice(at + 1)
      .filter((b) => overlap(a, b))
      .map((b) => `${a.name} over ${b.name}`),
  );
}

const outside = (box: Box, view: { readonly width: number; readonly height: number }): boolean =>
  box.x < -0.5 || box.y < -0.5 || box.x + box.width > view.width + 0.5 || box.y + box.height > view.height + 0.5;

async function assertFits(page: Page, seats: number, viewport: (typeof viewports)[number]): Promise<void> {
  const where = `${seats} seats at ${viewport.width}x${viewport.height}`;
  const panels = await boxes(page, "[data-panel]");
  expect(panels, where).toHaveLength(seats);
  expect(overlaps([...panels, ...(await boxes(page, ".strip"))]), where).toEqual([]);
  const taps = await boxes(page, ".panel-life button, .strip button, .panel-tap");
  expect(
    taps.filter((box) => Math.min(box.width, box.height) < targetMin - 0.5).map((box) => `${box.name} ${box.width}x${box.height}`),
    where,
  ).toEqual([]);
  for (const panel of panels) {
    const parts = await boxes(page, `[data-panel="${panel.name}"] :is(.clock, .panel-name, .panel-act, .panel-life button)`);
    expect(overlaps(parts), `${where}, panel ${panel.name}`).toEqual([]);
    for (const part of parts)
      expect(outside({ ...part, x: part.x - panel.x, y: part.y - panel.y }, panel), `${where}: ${part.name} leaves its panel`).toBe(false);
  }
  expect(
    [...panels, ...taps].filter((box) => outside(box, viewport)),
    where,
  ).toEqual([]);
}

test.describe("table mode fits its players", () => {
  let site: StaticSite;
  test.beforeAll(async () => {
    site = await startStaticSite("dist/public");
  });
  test.afterAll(async () => {
    await site.close();
  });

  for (const seats of [2, 3, 4, 5, 6, 7, 8]) {
    test(`${seats} seats in four sizes, with text as it is and half as large again: nothing overlaps, nothing is cut off, targets are at least ${targetMin} px`, async ({
      browser,
    }) => {
      const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
      const { page, show } = await openStage(context, site.origin);
      await show(tableScene(seats));
      for (const text of [1, 1.5]) {
        for (const viewport of viewports) {
          // As somebody turns the device in his hands.
          await resize(page, viewport);
          await zoomText(page, text, { screen: ".table-mode", parts: ":is(.panel-inner, .strip)" });
          await test.step(`text at ${100 * text} %`, () => assertFits(page, seats, viewport));
        }
      }
      await context.close();
    });
  }

  /** This seat's time is up, and this device chooses for it. */
  const fallen = (count: number, seat: number, more: Partial<PlayerView> = {}): Scene => {
    const scene = tableScene(count);
    const up = { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 20_000, ...more };
    const players = scene.table.players.map((p) => (p.id === seat ? { ...p, ...up } : p));
    return { ...scene, table: { ...scene.table, activePlayer: seat, running: [seat], players } };
  };

  for (const [count, asked] of [
    [3, [1, 2]],
    [4, [1, 3]],
    [5, [2, 4]],
    [6, [2, 3]],
    [7, [1, 7]],
    [8, [1, 2, 5, 8]],
  ] as const)
    test(`a choice after a flag fall stands on its own player's panel, whole: ${count} seats`, async ({ browser }) => {
      const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
      const { page, show } = await openStage(context, site.origin);
      for (const seat of asked) {
        await show(fallen(count, seat));
        const sizes = ["844x390", "667x375", "568x320", "390x844", "360x640", "320x572", "820x1180", "768x1024", "1366x768"];
        for (const size of sizes) {
          const [width = 0, height = 0] = size.split("x").map(Number);
          await resize(page, { width, height });
          const where = `seat ${seat} at ${size}`;
          const [panel] = (await boxes(page, `[data-panel="${seat}"]`)) as [Box];
          const parts = await boxes(page, `[data-panel="${seat}"] [data-banner="choice"] :is(b, button)`);
          expect(parts, where).toHaveLength(4);
          for (const box of parts)
            expect(outside({ ...box, x: box.x - panel.x, y: box.y - panel.y }, panel), `${where}: ${box.name}`).toBe(false);
          expect(overlaps(parts), where).toEqual([]);
          const buttons = await boxes(page, `[data-panel="${seat}"] [data-choice]`);
          expect(buttons.filter((box) => Math.min(box.width, box.height) < targetMin - 0.5)).toEqual([]);
        }
      }
      await context.close();
    });

  test("a choice on a table that is higher than the phone comes on the screen", async ({ browser }) => {
    const viewport = { width: 360, height: 640 };
    const context = await browser.newContext({ viewport, reducedMotion: "reduce", serviceWorkers: "block" });
    const { page, show } = await openStage(context, site.origin);
    await show(fallen(8, 1));
    const buttons = await boxes(page, "[data-choice]");
    expect(buttons).toHaveLength(3);
    expect(buttons.filter((box) => outside(box, viewport))).toEqual([]);
    const hidden: string[] = [];
    for (const [count, seat] of [
      [7, 1],
      [7, 7],
      [8, 1],
      [8, 5],
    ] as const) {
      await show(fallen(count, seat));
      // The phone is turned meanwhile, there and back.
      for (const [width, height] of [
        [640, 360],
        [360, 640],
        [568, 320],
        [320, 568],
      ] as const) {
        await resize(page, { width, height });
        const away = (await boxes(page, "[data-choice]")).filter((box) => outside(box, { width, height }));
        if (away.length > 0) hidden.push(`${count} seats, seat ${seat}, ${width}x${height}: ${away.length} of 3`);
      }
    }
    expect(hidden).toEqual([]);
    await context.close();
  });

  test("a sheet gives way to the choice of each seat that is played here, and to nothing that has been chosen", async ({ browser }) => {
    const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
    const { page, show, tell } = await openStage(context, site.origin);
    await show(fallen(4, 1));
    const menu = async (): Promise<void> => {
      await page.getByRole("button", { name: "Menu" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    };
    const isUp = (v: number, id: number, timeoutPending: boolean): void =>
      tell("change", { v, serverTime: 1_000_000, events: [], players: [{ id, timeoutPending, timeoutRemaining: 20_000 }] });
    const choices = page.locator('[data-banner="choice"]');
    await menu();
    isUp(11, 3, true);
    await expect(choices).toHaveCount(2);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await menu();
    isUp(12, 1, false);
    await expect(choices).toHaveCount(1);
    await expect(page.getByRole("dialog")).toBeVisible();
    await context.close();
  });

  test("what the whole table is asked lies on nobody's choice", async ({ browser }) => {
    const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
    const { page, show } = await openStage(context, site.origin);
    for (const seat of [1, 3]) {
      await show(fallen(4, seat, { asks: ["poison"] }));
      for (const viewport of viewports) {
        await resize(page, viewport);
        const parts = await boxes(page, '[data-choice], [data-banner="ask"]');
        expect(parts).toHaveLength(4);
        expect(overlaps(parts), `seat ${seat}, ${viewport.width} wide`).toEqual([]);
      }
    }
    await context.close();
  });
});

journey("a phone and the device in the middle play the same game", async ({ table }) => {
  const middle = await table.open("/", { viewport: { width: 820, height: 1180 } });
  const code = await createTable(middle, "commander");
  const phone = await table.open(`/g/${code}`);
  await sit(phone, 2);
  await middle.getByRole("button", { name: "Table mode" }).click();
  await middle.locator('.strip [data-act="start"]').click();
  await middle.locator('[data-panel="1"] .panel-tap').click();
  await journeyExpect(phone.locator(".say")).toHaveText("Your turn");
  await journeyExpect(middle.locator('[data-panel="2"]')).toHaveClass(/on/);
  await phone.locator('.go[data-act="passTurn"]').click();
  await journeyExpect(middle.locator('[data-panel="3"]')).toHaveClass(/on/);
  await middle.locator('[data-panel="4"] .panel-tap').click();
  await journeyExpect(phone.locator(".chain li")).toHaveText([/Player 3/, "Player 4"]);
  await middle.locator('[data-panel="3"] .step').first().click();
  await journeyExpect(phone.locator('.card[data-seat="3"] .life')).toHaveText(/39/);
});

journey("the device in the middle rolls for a seat that nobody holds; one that only watches cannot", async ({ table }) => {
  const middle = await table.open("/");
  const code = await createTable(middle, "duel");
  await middle.getByRole("button", { name: "Table mode" }).click();
  const watcher = await table.open(`/g/${code}#table`);
  await journeyExpect(watcher.locator(".strip").getByRole("button", { name: "Dice" })).toBeDisabled();
  await middle.locator(".strip").getByRole("button", { name: "Dice" }).click();
  await middle.locator("dialog .die").last().click();
  await journeyExpect(middle.locator("dialog .log li")).toContainText(["Player 1"]);
});

/** The host's way to take a seat out, from its panel. */
async function takeOut(page: Page, seat: number): Promise<void> {
  await page.locator(`[data-panel="${seat}"] .panel-number`).click();
  await page.getByRole("button", { name: "Out of the game" }).click();
  await page.getByRole("button", { name: "Tap again to do it" }).click();
}

for (const { preset, seats, onward } of [
  { preset: "duel", seats: 2, onward: "reset" },
  { preset: "campaign", seats: 4, onward: "nextRound" },
] as const)
  journey(
    `${preset}: a finished game shows its winner where table mode was, no panel taps it away, and ${onward} leads back`,
    async ({ table }) => {
      const middle = await table.open("/", { viewport: { width: 820, height: 1180 } });
      await createTable(middle, preset);
      await middle.getByRole("button", { name: "Table mode" }).click();
      await middle.locator('.strip [data-act="start"]').click();
      for (let seat = 2; seat <= seats; seat += 1) await takeOut(middle, seat);
      await journeyExpect(middle.getByRole("heading", { name: /Player 1 (wins|takes the round)/ })).toBeVisible();
      await journeyExpect(middle.locator(".panel-tap")).toHaveCount(0);
      await tap(middle, onward);
      await journeyExpect(middle.locator(".table-mode .panel-tap")).toHaveCount(seats);
    },
  );

journey("alone without a server: the shell opens offline and a whole game is played on the device", async ({ table }) => {
  const page = await table.open("/", { serviceWorkers: "allow" });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText("Play on this device").click();
  await page.getByRole("button", { name: "3", exact: true }).click();
  await page.getByRole("button", { name: "Lay it on the table" }).click();
  await page.locator('.strip [data-act="start"]').click();
  await journeyExpect(page.locator('[data-panel="1"]')).toHaveClass(/on/);
  await page.locator('[data-panel="1"] .panel-tap').click();
  await journeyExpect(page.locator('[data-panel="2"]')).toHaveClass(/on/);
  await page.locator('[data-panel="3"] .panel-tap').click();
  await journeyExpect(page.locator('[data-panel="3"]')).toHaveClass(/on/);
  await page.locator(".strip").getByRole("button", { name: "Undo" }).click();
  await journeyExpect(page.locator('[data-panel="2"]')).toHaveClass(/on/);
  // A reload charges nobody for the time it took, and the table is still there.
  await page.reload();
  await journeyExpect(page.locator(".table-mode")).toHaveAttribute("data-status", "paused");
  await page.locator('.strip [data-act="pause"]').click();
  await journeyExpect(page.locator('[data-panel="2"]')).toHaveClass(/on/);
  for (const seat of [2, 3]) await takeOut(page, seat);
  await journeyExpect(page.getByRole("heading", { name: "Player 1 wins" })).toBeVisible();
  await page.context().setOffline(false);
});

/** From the start page to a table of so many on this device. */
async function layHere(page: Page, seats: number): Promise<void> {
  await page.getByRole("button", { name: String(seats), exact: true }).click();
  await page.getByRole("button", { name: "Lay it on the table" }).click();
  await journeyExpect(page.locator(".panel-tap")).toHaveCount(seats);
}

journey(
  "the table on this device goes on or makes room for one of another size, as whoever comes from the start likes",
  async ({ table }) => {
    const page = await table.open("/");
    const panels = (count: number) => journeyExpect(page.locator(".panel-tap")).toHaveCount(count);
    const comeAgain = async (): Promise<void> => {
      await page.getByRole("button", { name: "Menu" }).click();
      await page.getByText("Leave the table").click();
      await page.getByText("Play on this device").click();
    };
    await page.getByText("Play on this device").click();
    await layHere(page, 3);
    await comeAgain();
    await page.getByRole("button", { name: "Go on" }).click();
    await panels(3);
    await comeAgain();
    await page.getByRole("button", { name: "New table" }).click();
    await layHere(page, 5);
    // In the middle of a game nothing is asked.
    await page.reload();
    await panels(5);
    await page.goBack();
    await page.getByText("Play on this device").click();
    await page.getByRole("button", { name: "Go on" }).click();
    await panels(5);
  },
);

journey("a reload gives nobody his think back on this device", async ({ table }) => {
  const page = await table.open("/");
  await page.getByText("Play on this device").click();
  await layHere(page, 2);
  await page.locator('.strip [data-act="start"]').click();
  const left = async (): Promise<number> => (await shownTimes(page)).times["1"] ?? 0;
  const full = await left();
  await journeyExpect.poll(left).toBeLessThan(full - 1_500);
  const before = await left();
  await page.reload();
  await journeyExpect(page.locator(".table-mode")).toHaveAttribute("data-status", "paused");
  expect(await left()).toBeLessThanOrEqual(before);
});
