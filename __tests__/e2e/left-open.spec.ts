// What is open, asked or half done on a page when the table goes on without it.
import type { Page } from "@playwright/test";
import { connectTable } from "../support/table-client.ts";
import { createTable, doubleTap, expect, sit, tap, test } from "./support/journey.ts";

const menu = async (page: Page, entry?: string): Promise<void> => {
  await page.getByRole("button", { name: "Menu" }).click();
  if (entry !== undefined) await page.getByRole("button", { name: entry }).click();
  await page.waitForSelector("dialog[open]");
};

test("a sheet goes with what it belongs to: the browser's way back, the seat that is freed, the turn that went on", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "commander");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  await tap(host, "start");
  await menu(host);
  await host.evaluate(() => history.back());
  await expect(host.locator(".home")).toBeVisible();
  await expect(host.locator("dialog")).toHaveCount(0);
  await host.goForward();
  await tap(host, "passTurn");
  await guest.locator('[data-action="target"]').click();
  await expect(guest.locator("[data-target]")).toHaveCount(3);
  await host.locator('.card[data-seat="3"]').click();
  await host.getByRole("button", { name: "Give the turn" }).click();
  await expect(guest.locator(".say")).toHaveText("Your clock");
  await expect(guest.locator("dialog")).toHaveCount(0);
  await menu(guest);
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Free this seat" }).click();
  await host.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(guest.locator('[data-ended="kicked"]')).toBeVisible();
  await expect(guest.locator("dialog")).toHaveCount(0);
});

test("SET3 the clock's sheet offers what may be changed now, so that nothing chosen is refused with the rest", async ({ table }) => {
  const host = await table.open("/");
  await createTable(host, "duel");
  await sit(host, 1);
  const life = host.getByRole("button", { name: "Starting life +" });
  const out = host.getByRole("button", { name: "Out", exact: true });
  const bonus = host.getByRole("button", { name: "Added per turn +" });
  const may = async (): Promise<readonly boolean[]> => {
    await menu(host, "Clock and rules");
    const open = await Promise.all([life, out, bonus].map((button) => button.isEnabled()));
    await host.keyboard.press("Escape");
    await expect(host.locator("dialog")).toHaveCount(0);
    return open;
  };
  expect(await may()).toEqual([true, true, true]);
  await menu(host, "Counters and markers");
  await expect(host.locator("dialog .counter-grid")).toBeVisible();
  await expect(host.getByText("Monarch")).toHaveCount(0);
  await host.keyboard.press("Escape");
  await tap(host, "start");
  await expect(host.locator("main")).toHaveAttribute("data-status", "running");
  expect(await may()).toEqual([false, false, false]);
  await host.locator('.play-bar [title="Pause"][aria-disabled="false"]').click();
  await expect(host.locator("main")).toHaveAttribute("data-status", "paused");
  expect(await may()).toEqual([false, true, true]);
});

/** Two taps of one finger on the same place, whatever has come under it by the second. */
async function tapPlaceTwice(page: Page, button: string): Promise<void> {
  const box = await page.locator(button).boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.click(x, y);
  await page.waitForTimeout(150);
  await page.mouse.click(x, y);
}

test("a double tap on playing again or on laying a table does not start it by the button that has come under the finger", async ({
  table,
}) => {
  const host = await table.open("/");
  await createTable(host, "duel");
  await sit(host, 1);
  await tap(host, "start");
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Out of the game" }).click();
  const sure = host.getByRole("button", { name: "Tap again to do it" });
  await expect(sure).toHaveAttribute("aria-disabled", "false");
  await sure.click();
  await expect(host.locator('.go[data-act="reset"][aria-disabled="false"]')).toBeVisible();
  await tapPlaceTwice(host, '.go[data-act="reset"]');
  await expect(host.locator('.lobby .go[data-act="start"][aria-disabled="false"]')).toBeVisible();

  const here = await table.open("/#local");
  await here.getByRole("button", { name: "2", exact: true }).click();
  await tapPlaceTwice(here, '[data-act="create"]');
  await expect(here.locator('.panel-tap[aria-disabled="false"]')).toHaveCount(2);
  await expect(here.locator(".table-mode")).toHaveAttribute("data-status", "waiting");
});

test("a double tap on what cannot be undone only asks, and one on a class's start does not pause it", async ({ table }) => {
  const host = await table.open("/");
  await createTable(host, "duel");
  await menu(host);
  await doubleTap(host.getByRole("button", { name: "Close the table for everybody" }));
  const sure = host.getByRole("button", { name: "Tap again to do it" });
  await expect(sure).toHaveAttribute("aria-disabled", "false");
  await sure.click();
  await expect(host.locator('[data-ended="closed"]')).toBeVisible();
  const teacher = await table.open("/#class");
  await teacher.locator(".go").click();
  await teacher.locator('.go[data-act="start"][aria-disabled="false"]').waitFor();
  await doubleTap(teacher.locator(".class-controls > .go"));
  await expect(teacher.locator('.go[data-act="pause"]')).toBeVisible();
  await expect(teacher.locator("main")).toHaveAttribute("data-status", "running");
});

test("a sheet that was never opened before, tapped while the line is down, takes nothing from the page and opens when the line is back", async ({
  table,
}) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Menu" }).click();
  await new Promise((over) => setTimeout(over, 1_500));
  await expect(page.locator(".seats")).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeVisible();
});

test("a screen that was never opened before, tapped while the line is down, says what it waits for and comes when the line is back", async ({
  table,
}) => {
  const page = await table.open("/");
  const here = page.getByRole("button", { name: "Play on this device" });
  await here.waitFor();
  await page.context().setOffline(true);
  await here.click();
  await expect(page.getByRole("status").filter({ hasText: "Still on the way" })).toBeVisible();
  await page.getByRole("button", { name: "To the start" }).click();
  await here.click();
  await page.context().setOffline(false);
  await expect(page.locator(".new-game")).toBeVisible();
});

test("a page whose language cannot be fetched speaks English until it can", async ({ table }) => {
  const page = await table.open("/");
  const words = /\/assets\/tr-[^/]*\.js$/;
  await page.route(words, (route) => route.abort());
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Türkçe" }).click();
  await page.reload();
  await expect(page.getByRole("button", { name: "Settings" })).toBeVisible();
  await page.unroute(words);
  await expect(page.getByRole("button", { name: "Ayarlar" })).toBeVisible();
});

test("what is chosen on one of a browser's pages is so on the other at once, and neither takes it back", async ({ table }) => {
  const one = await table.open("/");
  const other = await one.context().newPage();
  await other.goto(table.server.origin);
  await one.getByRole("button", { name: "Settings" }).click();
  await one.getByRole("button", { name: "Türkçe" }).click();
  await expect(other.getByRole("button", { name: "Ayarlar" })).toBeVisible();
  await other.getByRole("button", { name: "Ayarlar" }).click();
  await other.getByRole("button", { name: "Açık", exact: true }).click();
  await expect(one.locator("html")).toHaveAttribute("data-theme", "light");
  await other.reload();
  await expect(other.locator('html[lang="tr"][data-theme="light"]')).toBeAttached();
});

test("a page whose language is long on its way is not empty until it comes", async ({ table }) => {
  const held: (() => Promise<void>)[] = [];
  const page = await table.open("/", { locale: "tr-TR" });
  await page.route(/\/assets\/tr-[^/]*\.js$/, (route) => void held.push(() => route.continue()));
  await page.reload();
  await expect(page.getByRole("button", { name: "Settings" })).toBeVisible();
  for (const release of held) await release();
  await expect(page.getByRole("button", { name: "Ayarlar" })).toBeVisible();
});

test("a message and what is said aloud reach a player who has a sheet open", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  await tap(host, "start");
  await guest.locator('[data-action="dice"]').click();
  await guest.getByRole("button", { name: "Coin" }).click();
  // Not the line of the last rolls: one that can be tapped away, over the sheet.
  const toast = guest.locator(".toast", { hasText: "The coin shows" });
  await toast.getByRole("button", { name: "Close" }).click({ timeout: 4_000 });
  await expect(toast).toHaveCount(0);
  // The keys stay in the sheet.
  await expect(guest.getByRole("dialog").getByRole("button", { name: "Close" })).toBeFocused();
  await tap(host, "passTurn");
  await expect(guest.getByRole("dialog").locator("[data-live]")).toHaveText("It is your turn.");
});

test("a sheet gives way to the choice of whoever's time is up, and to nobody else's", async ({ table }) => {
  const maker = await connectTable(table.server.port);
  const clock = { initialTime: 5_000, handicaps: { 1: 60_000 }, bonusTime: 0, delayTime: 0, warningThresholds: [] };
  await maker.request("create", { settings: { playerCount: 2, ...clock } });
  const path = `/g/${maker.state.id}`;
  const host = await table.open(path);
  const other = await table.open(path);
  await sit(host, 1);
  await sit(other, 2);
  await tap(host, "start");
  for (const page of [host, other]) await menu(page, "Counters and markers");
  await host.getByRole("button", { name: "Close", exact: true }).click();
  await tap(host, "passTurn");
  await menu(host, "Counters and markers");
  await expect(other.getByRole("dialog")).toHaveCount(0);
  await other.locator('[data-choice="gainDrunk"]').click();
  await expect(other.locator('[data-value="drunk"] b')).toHaveText("2");
  await expect(host.getByRole("dialog")).toBeVisible();
  await maker.close();
});

test("keys go on where they were when a sheet is closed, however it is closed", async ({ table }) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await sit(page, 1);
  await tap(page, "start");
  const opener = page.getByRole("button", { name: "Menu" });
  const open = async (entry?: string): Promise<void> => {
    await opener.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    if (entry !== undefined) await page.getByRole("button", { name: entry }).click();
  };
  await open();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(opener).toBeFocused();
  await open("Settings");
  await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  const damage = page.locator('[data-action="sword"]');
  await damage.focus();
  await page.keyboard.press("Enter");
  await page.locator('dialog [data-act="damage"]').click();
  await expect(damage).toBeFocused();
  const ask = page.locator('[data-action="target"]');
  await ask.focus();
  await page.keyboard.press("Enter");
  await page.locator('[data-target="2"]').click();
  await expect(page.locator('dialog [data-act="confirmTargets"]')).toBeEnabled();
  await page.keyboard.press("Escape");
  // It has become the button that stops asking.
  await expect(page.locator('[data-action="close"]')).toBeFocused();
});

test("a step that is held while its sheet is closed ends with the sheet", async ({ table }) => {
  const host = await table.open("/", { hasTouch: true });
  await createTable(host, "duel");
  await sit(host, 1);
  await tap(host, "start");
  await host.locator('.card[data-seat="2"]').click();
  const steps = await host.evaluateHandle(() => {
    const made = { holds: 0 };
    const real = window.setTimeout;
    const counting = (call: () => void, ms?: number): number => {
      if (ms === 450) made.holds += 1;
      return real(call, ms);
    };
    window.setTimeout = counting as typeof window.setTimeout;
    return made;
  });
  const box = await host.locator("dialog .step").first().boundingBox();
  const device = await host.context().newCDPSession(host);
  const at = { x: (box?.x ?? 0) + 10, y: (box?.y ?? 0) + 10 };
  await device.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
  await expect.poll(() => steps.evaluate(({ holds }) => holds)).toBeGreaterThan(1);
  await host.keyboard.press("Escape");
  await expect(host.locator("dialog")).toHaveCount(0);
  const before = await steps.evaluate(({ holds }) => holds);
  await host.waitForTimeout(1_500);
  expect(await steps.evaluate(({ holds }) => holds)).toBe(before);
});

test("the log of a game that could not be read at its end is read when it can be", async ({ table }) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await sit(page, 1);
  await tap(page, "start");
  const log = "**/api/games/*/log?*";
  await page.route(log, (route) => route.abort());
  await page.locator('.card[data-seat="2"]').click();
  await page.getByRole("button", { name: "Out of the game" }).click();
  await page.getByRole("button", { name: "Tap again to do it" }).click();
  const missing = page.getByText("cannot be read right now");
  await expect(missing).toBeVisible();
  await page.unroute(log);
  await expect(page.locator(".chart").first()).toBeVisible();
  await expect(missing).toHaveCount(0);
});

test("a double tap on the roll for the order of play rolls once", async ({ table }) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await doubleTap(page.getByRole("button", { name: "Roll order" }));
  const told = page.locator(".toast", { hasText: "The order of play is rolled" });
  await expect(told.first()).toBeVisible();
  await page.waitForTimeout(500);
  await expect(told).toHaveCount(1);
});

test("a double tap on standing up does not sit down again", async ({ table }) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await sit(page, 1);
  const up = await page.getByRole("button", { name: "Stand up" }).boundingBox();
  const [x, y] = [(up?.x ?? 0) + (up?.width ?? 0) / 2, (up?.y ?? 0) + (up?.height ?? 0) / 2];
  // Whatever stands under the finger by then.
  await page.evaluate(
    async ([left, top]) => {
      const tapThere = (): void => document.elementFromPoint(left, top)?.closest("button")?.click();
      tapThere();
      await new Promise((drawn) => setTimeout(drawn, 120));
      tapThere();
    },
    [x, y] as const,
  );
  await page.waitForSelector('.seat.free[data-seat="1"]');
  await page.waitForTimeout(500);
  await expect(page.locator(".seat.own")).toHaveCount(0);
  await page.mouse.click(x, y);
  await expect(page.locator(".seat.own")).toHaveCount(1);
});

test("keys do nothing to a table that goes on behind another page", async ({ table }) => {
  const page = await table.open("/#local");
  await page.locator('[data-act="create"]').click();
  await page.locator('.strip-go[data-act="start"]').click();
  await expect(page.locator("main")).toHaveAttribute("data-status", "running");
  await page.evaluate(() => {
    location.hash = "";
  });
  await expect(page.locator(".home")).toBeVisible();
  // After a tap on start its key rests for a moment.
  await page.waitForTimeout(500);
  await page.keyboard.press("p");
  await page.keyboard.press("1");
  await page.waitForTimeout(500);
  await expect(page.locator("dialog")).toHaveCount(0);
  await page.goBack();
  await expect(page.locator("main")).toHaveAttribute("data-status", "running");
});

test("a counter that is added once more keeps its number", async ({ table }) => {
  const page = await table.open("/");
  await createTable(page, "duel");
  await sit(page, 1);
  await tap(page, "start");
  await menu(page, "Counters and markers");
  const field = page.getByLabel("Name of an own counter");
  const add = async (): Promise<void> => {
    await field.fill("gold");
    await field.press("Enter");
    await expect(field).toHaveValue("");
  };
  await add();
  const gold = page.locator('.counter-cell [data-value="gold"]');
  await gold.locator(".step").last().click();
  await expect(gold.locator("b")).toHaveText("2");
  await page.waitForTimeout(1_000);
  await add();
  await page.waitForTimeout(1_000);
  await expect(gold.locator("b")).toHaveText("2");
});
