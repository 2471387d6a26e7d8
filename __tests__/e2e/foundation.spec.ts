// The first journeys: a whole game of two and a watcher with all clocks in agreement, and a server that is killed under it.
import type { Page } from "@playwright/test";
import { createTable, expect, shownTimes, sit, tap, test, versionOf } from "./support/journey.ts";

interface PublicView {
  readonly v: number;
  readonly serverTime: number;
  readonly status: string;
  readonly running: readonly number[];
  readonly players: readonly {
    readonly id: number;
    readonly timeRemaining: number;
    readonly delayRemaining: number;
    readonly life: number;
  }[];
}

const viewFrom = async (origin: string, code: string): Promise<PublicView> =>
  (await fetch(`${origin}/api/games/${code}`)).json() as Promise<PublicView>;

/** The clocks of all pages and the server, brought to one moment, must not differ by more than this. */
const agreeMs = 100;

/** How exactly two readings of a page and the moments of a process's end and start are known. */
const readingMs = 250;

/** How long a page that has just come in may take to learn the server's time from its first pings, ms. */
const learningMs = 5_000;

async function difference(pages: readonly Page[], origin: string, code: string): Promise<number> {
  const [server, ...shown] = await Promise.all([viewFrom(origin, code), ...pages.map(shownTimes)]);
  let worst = 0;
  for (const player of server.players) {
    for (const { at, times } of shown) {
      const since = server.running.includes(player.id) ? Math.max(0, at - server.serverTime - player.delayRemaining) : 0;
      worst = Math.max(worst, Math.abs((times[player.id] ?? Number.NaN) - (player.timeRemaining - since)));
    }
  }
  return worst;
}

/** A page that was held up while it was read shows a difference once; a clock that is wrong stays wrong. Gives all that was read. */
async function expectAgreement(pages: readonly Page[], origin: string, code: string): Promise<readonly number[]> {
  const readings: number[] = [];
  const read = async (): Promise<number> => {
    const worst = await difference(pages, origin, code);
    readings.push(worst);
    return worst;
  };
  await expect.poll(read, { timeout: learningMs, message: "all clocks agree, ms" }).toBeLessThanOrEqual(agreeMs);
  return readings;
}

/** From now on, how many frames this page draws with a clock that shows no time. */
async function blankFrames(page: Page): Promise<() => Promise<number>> {
  const seen = await page.evaluateHandle(() => {
    const count = { blank: 0 };
    const look = (): void => {
      if ([...document.querySelectorAll(".clock")].some((clock) => clock.textContent === "")) count.blank += 1;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return count;
  });
  return async () => (await seen.jsonValue()).blank;
}

test("F38 two players and a watcher play a whole game, and all clocks agree", async ({ table }) => {
  const ayla = await table.open("/");
  await ayla.click('[data-preset="duel"]');
  // Without a delay, so that whoever has the turn is charged from its first moment.
  await ayla.getByRole("button", { name: "Delay before the clock runs −" }).click({ clickCount: 4 });
  await expect(ayla.locator('[data-act="create"]')).not.toContainText("delay");
  await ayla.click('[data-act="create"]');
  await ayla.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const code = ayla.url().slice(-6);
  const marek = await table.open(`/g/${code}`);
  const watcher = await table.open(`/g/${code}`);
  await sit(ayla, 1);
  await sit(marek, 2);
  const blanks = await Promise.all([marek, watcher].map(blankFrames));
  await tap(ayla, "start");
  await expect(ayla.locator(".say")).toHaveText("Your turn");

  const worst: (readonly number[])[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    await tap(turn % 2 === 0 ? ayla : marek, "passTurn");
    await expect(turn % 2 === 0 ? marek : ayla).toHaveTitle("Your turn – Tap-or-Tarp");
    await expect((turn % 2 === 0 ? marek : ayla).locator('.go[data-act="passTurn"]')).toBeVisible();
    if (turn % 3 === 2) worst.push(await expectAgreement([ayla, marek, watcher], table.server.origin, code));
  }

  await marek.locator('[data-value="life"] .step').first().click({ clickCount: 3 });
  await expect(ayla.locator('.card[data-seat="2"] .life')).toHaveText(/17/);
  await expect(watcher.locator('.card[data-seat="2"] .life')).toHaveText(/17/);

  await marek.getByRole("button", { name: "Pause" }).click();
  await expect(ayla.locator("main")).toHaveAttribute("data-status", "paused");
  worst.push(await expectAgreement([ayla, marek, watcher], table.server.origin, code));
  await tap(ayla, "pause");
  await expect(watcher.locator("main")).toHaveAttribute("data-status", "running");
  worst.push(await expectAgreement([ayla, marek, watcher], table.server.origin, code));
  expect(await Promise.all(blanks.map((count) => count())), "frames with a clock that shows no time").toEqual([0, 0]);
  const { times } = await shownTimes(watcher);
  for (const seat of ["1", "2"]) expect(times[seat], `seat ${seat} was charged`).toBeLessThan(25 * 60_000);
  process.stdout.write(`largest difference between three pages and the server, ms, every reading: ${JSON.stringify(worst)}\n`);

  await ayla.locator('.card[data-seat="2"]').click();
  const out = ayla.getByRole("button", { name: "Out of the game" });
  await out.click();
  await ayla.getByRole("button", { name: "Tap again to do it" }).click();
  for (const page of [ayla, marek, watcher]) await expect(page.getByRole("heading", { name: /wins/ })).toBeVisible();
});

test.describe("with a server of its own", () => {
  test.use({ ownServer: true });

  test("a word to the operator that cannot be sent stays with its writer, who is told so", async ({ table }) => {
    const page = await table.open("/");
    await createTable(page, "duel");
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByText("Tell the operator").click();
    const words = page.getByLabel("Your message");
    await words.fill("The clocks are lovely.");
    await table.server.kill();
    await expect(page.locator('[data-link="lost"]')).toBeVisible();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.locator("dialog").getByRole("alert")).toContainText("not sent");
    await expect(words).toHaveValue("The clocks are lovely.");
    await table.server.start();
    await expect(page.locator('[data-link="open"]')).toBeAttached();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("Thank you. The operator will read it.")).toBeVisible();
  });

  test("a word to the operator that its line lost is sent again until the server has it", async ({ table }) => {
    const page = await table.open("/");
    let [lost, reached] = [0, 0];
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((text) => {
        const isFeedback = JSON.parse(String(text)).type === "feedback";
        if (isFeedback && lost > 0) reached += 1;
        if (!isFeedback || lost > 0) return server.send(text);
        lost += 1;
        void socket.close({ code: 1001 });
        server.close();
      });
    });
    await createTable(page, "duel");
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByText("Tell the operator").click();
    await page.getByLabel("Your message").fill("The clocks are lovely.");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("Thank you. The operator will read it.")).toBeVisible();
    await expect.poll(() => [lost, reached]).toEqual([1, 1]);
  });

  test("F13 kill -9 of the server: both players are back in their seats within 3 s, nothing lost, nobody charged", async ({ table }) => {
    const ayla = await table.open("/");
    const code = await createTable(ayla, "duel");
    const marek = await table.open(`/g/${code}`);
    await sit(ayla, 1);
    await sit(marek, 2);
    await tap(ayla, "start");
    await tap(ayla, "passTurn");
    await tap(marek, "passTurn");
    await expect(ayla.locator('.go[data-act="passTurn"]')).toBeVisible();
    await expect(marek.locator('.go[data-act="interrupt"]')).toBeVisible();
    const v = await versionOf(ayla);
    const before = await shownTimes(ayla);

    const downAt = Date.now();
    await table.server.kill();
    await expect(ayla.locator('[data-link="lost"]')).toBeVisible();
    await expect(marek.locator('[data-link="lost"]')).toBeVisible();
    await table.server.start();
    const downMs = Date.now() - downAt;
    const upAt = performance.now();
    // Looked at in every frame: an assertion that looks once a second would be a second late.
    const isOpen = (): boolean => document.querySelector('[data-link="open"]') !== null;
    await Promise.all([ayla, marek].map((page) => page.waitForFunction(isOpen, undefined, { timeout: 10_000 })));
    const backMs = performance.now() - upAt;
    expect(backMs).toBeLessThan(3_000);

    await expect(ayla.locator("main")).toHaveAttribute("data-seat", "1");
    await expect(marek.locator("main")).toHaveAttribute("data-seat", "2");
    await expect(ayla.locator("main")).toHaveAttribute("data-status", "running");
    expect(await versionOf(ayla)).toBeGreaterThanOrEqual(v);
    const after = await shownTimes(ayla);
    // The time without a server is nobody's.
    const chargedMs = (before.times["1"] ?? 0) - (after.times["1"] ?? 0);
    const upMs = after.at - before.at - downMs;
    process.stdout.write(
      `back ${backMs.toFixed(0)} ms after the restart; of ${downMs} ms down and ${upMs} ms up, ${chargedMs} ms were charged\n`,
    );
    expect(chargedMs).toBeLessThanOrEqual(upMs + readingMs);
    expect(after.times["2"]).toBe(before.times["2"]);
    await tap(ayla, "passTurn");
    await expect(marek.locator('.go[data-act="passTurn"]')).toBeVisible();
  });
});
