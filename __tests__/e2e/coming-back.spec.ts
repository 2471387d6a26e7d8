// Losing the line, the page or the seat, and coming back; and a whole game without a pointer.
import { createTable, expect, shownTimes, sit, tap, test, versionOf } from "./support/journey.ts";

test("L36 L38 thirty seconds offline: in sync within 2 s of the return, and no tap is lost", async ({ table }) => {
  test.setTimeout(120_000);
  const offlineMs = 30_000;
  const ayla = await table.open("/");
  const code = await createTable(ayla, "duel");
  const marek = await table.open(`/g/${code}`);
  await sit(ayla, 1);
  await sit(marek, 2);
  await tap(ayla, "start");
  await expect(marek.locator("main")).toHaveAttribute("data-status", "running");
  const goneAt = performance.now();
  await ayla.context().setOffline(true);
  // Being offline does not close a socket by itself: the page has to notice that nobody answers.
  await expect(ayla.locator('[data-link="lost"]')).toBeVisible({ timeout: 25_000 });
  await tap(ayla, "passTurn");
  await expect(ayla.locator(".go")).toContainText("sent as soon as the connection is back");
  // Not a wait for something: half a minute without a network is what is tried.
  await new Promise((over) => setTimeout(over, Math.max(0, goneAt + offlineMs - performance.now())));
  const v = await versionOf(marek);
  await ayla.context().setOffline(false);
  const backAt = performance.now();
  // Looked at in every frame: an assertion that looks once a second would be a second late.
  const hasTurn = (): boolean => document.querySelector('.go[data-act="passTurn"]') !== null;
  const waits = (): boolean => document.querySelector(".say")?.textContent === "Your clock";
  await Promise.all([marek.waitForFunction(hasTurn), ayla.waitForFunction(waits)]);
  const syncMs = performance.now() - backAt;
  process.stdout.write(`in sync ${syncMs.toFixed(0)} ms after ${((backAt - goneAt) / 1000).toFixed(0)} s offline\n`);
  expect(syncMs).toBeLessThan(2_000);
  expect(await versionOf(ayla)).toBe(await versionOf(marek));
  expect(await versionOf(marek)).toBeGreaterThan(v);
  const [a, m] = await Promise.all([shownTimes(ayla), shownTimes(marek)]);
  expect(Math.abs((a.times["1"] ?? 0) - (m.times["1"] ?? 0))).toBeLessThanOrEqual(100);
});

test("a phone that goes over to another network asks at once whether its line lives, and not only ten seconds later", async ({ table }) => {
  const page = await table.open("/");
  let pings = 0;
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => (pings += payload.includes('"type":"ping"') ? 1 : 0)));
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: Object.assign(new EventTarget(), { type: "wifi" }) });
  });
  await createTable(page, "duel");
  await page.reload();
  const quiet = async (): Promise<boolean> => {
    const before = pings;
    await page.waitForTimeout(500);
    return before > 0 && pings === before;
  };
  await expect.poll(quiet, { timeout: 15_000 }).toBe(true);
  const before = pings;
  await page.evaluate(() => {
    const { connection } = navigator as unknown as { connection: EventTarget & { type: string } };
    connection.type = "cellular";
    connection.dispatchEvent(new Event("change"));
  });
  await expect.poll(() => pings - before, { timeout: 5_000 }).toBeGreaterThan(2);
});

test("F20 a reload in the middle of a turn comes back to the same seat", async ({ table }) => {
  const ayla = await table.open("/");
  const code = await createTable(ayla, "duel");
  const marek = await table.open(`/g/${code}`);
  await sit(ayla, 1);
  await sit(marek, 2);
  await tap(ayla, "start");
  await tap(ayla, "passTurn");
  await expect(marek.locator('.go[data-act="passTurn"]')).toBeVisible();
  await marek.reload();
  await tap(marek, "passTurn");
  await expect(ayla.locator('.go[data-act="passTurn"]')).toBeVisible();
});

test("L16 a second page takes the seat; the first says so and takes it back with one button", async ({ table }) => {
  const first = await table.open("/");
  const code = await createTable(first, "duel");
  await sit(first, 1);
  const second = await first.context().newPage();
  await second.goto(`${table.server.origin}/g/${code}`);
  await expect(second.locator('.seat.own[data-seat="1"]')).toBeVisible();
  await expect(first.locator('[data-ended="displaced"]')).toBeVisible();
  await first.getByRole("button", { name: "Use it here" }).click();
  await expect(first.locator('.seat.own[data-seat="1"]')).toBeVisible();
  await expect(second.locator('[data-ended="displaced"]')).toBeVisible();
  await second.close();
});

test("a whole game by keyboard alone", async ({ table }) => {
  const page = await table.open("/", { viewport: { width: 1366, height: 768 } });
  const press = (key: string) => page.keyboard.press(key);
  const focusOn = async (name: string | RegExp): Promise<void> => {
    for (let i = 0; i < 40; i += 1) {
      const text = await page.evaluate(() => {
        const focused = document.activeElement;
        return focused === null || focused === document.body
          ? ""
          : `${focused.getAttribute("aria-label") ?? ""} ${focused.textContent ?? ""}`;
      });
      if (typeof name === "string" ? text.includes(name) : name.test(text)) return;
      await press("Tab");
    }
    throw new Error(`the key Tab never reached ${name}`);
  };
  await page.waitForSelector("[data-preset]");
  await focusOn("Duel");
  await press("Enter");
  await focusOn("Open the table");
  await press("Enter");
  await page.waitForURL(/\/g\//);
  await page.waitForSelector(".seat");
  await focusOn("Player 1");
  await press("Enter");
  await page.waitForSelector(".seat.own");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await expect(page.locator('.go[data-act="start"][aria-disabled="false"]')).toBeVisible();
  await press("Space");
  await expect(page.locator("main")).toHaveAttribute("data-status", "running");
  await expect(page.locator('.go[data-act="passTurn"][aria-disabled="false"]')).toBeVisible();
  await press("Space");
  await expect(page.locator(".go")).toContainText("for Player 2");
  await expect(page.locator("[data-live]")).toHaveText(/Player 2 has the turn/);
  await expect(page.locator('.go[aria-disabled="false"]')).toBeVisible();
  await press("Space");
  await expect(page.locator("[data-live]")).toHaveText("It is your turn.");
  await press("p");
  await expect(page.locator("main")).toHaveAttribute("data-status", "paused");
  // At once it would be the second half of a double tap.
  await expect(async () => {
    await press("p");
    await expect(page.locator("main")).toHaveAttribute("data-status", "running", { timeout: 200 });
  }).toPass();
  await press("2");
  await page.waitForSelector("dialog[open]");
  await focusOn("Out of the game");
  await press("Enter");
  await focusOn("Tap again");
  await expect(page.locator('dialog [data-armed="true"][aria-disabled="false"]')).toBeVisible();
  await press("Enter");
  await expect(page.getByRole("heading", { name: /wins/ })).toBeVisible();
});
