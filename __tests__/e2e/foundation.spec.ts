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

async function expectAgreement(pages: readonly Page[], origin: string, code: string): Promise<number> {
  const [server, ...shown] = await Promise.all([viewFrom(origin, code), ...pages.map(shownTimes)]);
  let worst = 0;
  for (const player of server.players) {
    for (const { at, times } of shown) {
      const since = server.running.includes(player.id) ? Math.max(0, at - server.serverTime - player.delayRemaining) : 0;
      worst = Math.max(worst, Math.abs((times[player.id] ?? Number.NaN) - (player.timeRemaining - since)));
    }
  }
  expect(worst, `clocks differ by ${worst} ms`).toBeLessThanOrEqual(agreeMs);
  return worst;
}

test("two players and a watcher play a whole game, and all clocks agree", async ({ table }) => {
  const ayla = await table.open("/");
  const code = await createTable(ayla, "duel");
  const marek = await table.open(`/g/${code}`);
  const watcher = await table.open(`/g/${code}`);
  await sit(ayla, 1);
  await sit(marek, 2);
  await tap(ayla, "start");
  await expect(ayla.locator(".say")).toHaveText("Your turn");

  const worst: number[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    await tap(turn % 2 === 0 ? ayla : marek, "passTurn");
    await expect(turn % 2 === 0 ? marek : ayla).toHaveTitle(/Tap-or-Tarp/);
    await expect((turn % 2 === 0 ? marek : ayla).locator('.go[data-act="passTurn"]')).toBeVisible();
    if (turn % 3 === 2) worst.push(await expectAgreement([ayla, marek, watcher], table.server.origin, code));
  }
  process.stdout.write(`largest difference between three pages and the server, ms: ${worst.join(", ")}\n`);

  await marek.locator('[data-value="life"] .step').first().click({ clickCount: 3 });
  await expect(ayla.locator('.card[data-seat="2"] .life')).toHaveText(/17/);
  await expect(watcher.locator('.card[data-seat="2"] .life')).toHaveText(/17/);

  await marek.getByRole("button", { name: "Pause" }).click();
  await expect(ayla.locator("main")).toHaveAttribute("data-status", "paused");
  await expectAgreement([ayla, marek, watcher], table.server.origin, code);
  await tap(ayla, "pause");
  await expect(watcher.locator("main")).toHaveAttribute("data-status", "running");
  await expectAgreement([ayla, marek, watcher], table.server.origin, code);

  await ayla.locator('.card[data-seat="2"]').click();
  const out = ayla.getByRole("button", { name: "Out of the game" });
  await out.click();
  await ayla.getByRole("button", { name: "Tap again to do it" }).click();
  for (const page of [ayla, marek, watcher]) await expect(page.getByRole("heading", { name: /wins/ })).toBeVisible();
});

test("kill -9 of the server: both players are back in their seats within 3 s, nothing lost, nobody charged", async ({ table }) => {
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

  await table.server.kill();
  await expect(ayla.locator('[data-link="lost"]')).toBeVisible();
  await marek.waitForTimeout(4_000);
  await table.server.start();
  const upAt = performance.now();
  for (const page of [ayla, marek]) await expect(page.locator('[data-link="open"]')).toBeVisible({ timeout: 10_000 });
  const backMs = performance.now() - upAt;
  process.stdout.write(`both players are back ${backMs.toFixed(0)} ms after the restart\n`);
  expect(backMs).toBeLessThan(3_000);

  await expect(ayla.locator("main")).toHaveAttribute("data-seat", "1");
  await expect(marek.locator("main")).toHaveAttribute("data-seat", "2");
  await expect(ayla.locator("main")).toHaveAttribute("data-status", "running");
  expect(await versionOf(ayla)).toBeGreaterThanOrEqual(v);
  const after = await shownTimes(ayla);
  // The four seconds without a server are nobody's: what ran is the time before the kill was noticed and since the return.
  expect((before.times["1"] ?? 0) - (after.times["1"] ?? 0)).toBeLessThan(3_000);
  expect(after.times["2"]).toBe(before.times["2"]);
  await tap(ayla, "passTurn");
  await expect(marek.locator('.go[data-act="passTurn"]')).toBeVisible();
});
