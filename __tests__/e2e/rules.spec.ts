import type { Page } from "@playwright/test";
import { createTable, expect, sit, type Table, tap, test } from "./support/journey.ts";

/** A table of four with everybody seated and the clocks running; seat n is page n - 1. */
async function fourSeats(
  table: Table,
  names: readonly string[],
): Promise<{ readonly pages: readonly [Page, Page, Page, Page]; readonly code: string }> {
  const first = await table.open("/");
  const code = await createTable(first, "commander");
  const pages: Page[] = [first];
  for (let seat = 2; seat <= 4; seat += 1) pages.push(await table.open(`/g/${code}`));
  for (const [at, page] of pages.entries()) {
    await sit(page, at + 1);
    const name = page.locator(".name-input");
    await name.fill(names[at] ?? "");
    await name.press("Enter");
  }
  for (const name of names) await expect(first.getByText(name, { exact: true }).or(first.locator(`.name-input`))).not.toHaveCount(0);
  await tap(first, "start");
  for (const page of pages) await expect(page.locator("main")).toHaveAttribute("data-status", "running");
  return { pages: pages as [Page, Page, Page, Page], code };
}

const says = (page: Page, text: string | RegExp) => expect(page.locator(".say")).toHaveText(text);

test("four seats: interrupts, targets, undo with consent, damage, elimination, recap", async ({ table }) => {
  test.setTimeout(120_000);
  const { pages } = await fourSeats(table, ["Ayla", "O'Brien & <b>", "Jün", "Priya"]);
  const [ayla, brien, jun, priya] = pages;
  await says(jun, "Your clock");

  // The stack is visible to everyone, its top runs, and it comes down in order.
  await tap(jun, "interrupt");
  await says(jun, "You hold priority");
  await says(ayla, "Your turn waits");
  await tap(priya, "interrupt");
  await says(priya, "You hold priority");
  await expect(brien.locator(".chain li")).toHaveText(["Ayla: turn", "Jün", "Priya"]);
  await tap(priya, "passPriority");
  await says(jun, "You hold priority");
  await tap(jun, "passPriority");
  await says(ayla, "Your turn");

  // Two are asked, both clocks run side by side, the last answer gives the turn back.
  await ayla.locator('[data-action="target"]').click();
  await ayla.locator('[data-target="2"]').click();
  await ayla.locator('[data-target="4"]').click();
  await ayla.locator('dialog [data-act="confirmTargets"]').click();
  await says(brien, "You must answer");
  await says(priya, "You must answer");
  await expect(ayla.locator('.card[data-runs="true"]')).toHaveCount(2);
  await tap(brien, "passTargetPriority");
  await tap(priya, "passTargetPriority");
  await says(ayla, "Your turn");

  // Damage names its source; undo of another's change needs the others.
  await brien.locator('[data-action="sword"]').click();
  await brien.locator("dialog .seat-pick", { hasText: "Ayla" }).click();
  await brien
    .getByRole("button", { name: "Damage: one more" })
    .or(brien.getByRole("button", { name: /How much: one more/ }))
    .first()
    .click();
  await brien.locator('dialog [data-act="damage"]').click();
  await expect(ayla.locator('.card[data-seat="2"] .life')).toHaveText(/38/);
  await brien.locator('[data-action="undo"]').click();
  await expect(ayla.locator('.card[data-seat="2"] .life')).toHaveText(/40/);
  await tap(ayla, "passTurn");
  await says(brien, "Your turn");
  await jun.locator('[data-action="undo"]').click();
  for (const page of [ayla, brien, priya]) await page.getByRole("button", { name: "Agree" }).click();
  await says(ayla, "Your turn");

  // Life to zero is out; the host takes the next two out; the last one wins.
  await priya.locator('[data-action="sword"]').click();
  await priya.getByRole("button", { name: /How much: one more/ }).evaluate((button: HTMLElement) => {
    for (let i = 0; i < 39; i += 1) button.click();
  });
  await priya.locator('dialog [data-act="damage"]').click();
  await expect(ayla.locator('.card[data-seat="4"]')).toHaveAttribute("data-dead", "true");
  await says(priya, "You are out");
  for (const seat of [2, 3]) {
    await ayla.locator(`.card[data-seat="${seat}"]`).click();
    await ayla.getByRole("button", { name: "Out of the game" }).click();
    await ayla.getByRole("button", { name: "Tap again to do it" }).click();
  }
  for (const page of pages) {
    await expect(page.getByRole("heading", { name: "Ayla wins" })).toBeVisible();
    await expect(page.locator("[data-used]")).toHaveCount(4);
  }
  await expect(ayla.getByText("Priya, O'Brien & <b>, Jün")).toBeVisible();
  const download = ayla.waitForEvent("download");
  await ayla.locator('[data-export="csv"]').click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});

test("time out: the choice with its countdown, a warning and the time-out in the live region", async ({ table }) => {
  const host = await table.open("/");
  await host.click('[data-preset="duel"]');
  for (let i = 0; i < 12; i += 1) await host.getByRole("button", { name: "Time each −" }).click();
  await host.getByRole("button", { name: "Delay before the clock runs −" }).click({ clickCount: 4 });
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  await sit(host, 1);
  const other = await table.open(new URL(host.url()).pathname);
  await sit(other, 2);
  await tap(host, "start");
  await tap(host, "passTurn");
  await expect(other.locator('.go[data-act="passTurn"]')).toBeVisible();
  // One minute, less twenty seconds and then twenty more by the host's hand.
  const lessTime = async (): Promise<void> => {
    await host.locator('.card[data-seat="2"]').click();
    for (let i = 0; i < 2; i += 1) await host.locator("dialog .time-row button", { hasText: "−10 s" }).click();
    await host.locator("dialog").getByRole("button", { name: "Close" }).click();
  };
  await lessTime();
  await expect(host.locator("[data-live]")).toHaveText("Player 2 has 0:30 left.", { timeout: 20_000 });
  await lessTime();
  await expect(other.locator("[data-live]")).toHaveText("Your time is up.", { timeout: 15_000 });
  await expect(other.locator('[data-banner="choice"]')).toContainText("your time is up");
  await expect(host.locator('[data-banner="choice"]')).toContainText("choice is due");
  await other.locator('[data-choice="gainDrunk"]').click();
  await expect(other.locator('[data-value="drunk"] b')).toHaveText("2");
  await expect(host.locator('[data-banner="choice"]')).toHaveCount(0);
  await expect(other.locator('.go[data-act="passTurn"]')).toBeVisible();
});

test("a campaign goes on to its next round with the same people", async ({ table }) => {
  const host = await table.open("/");
  await host.click('[data-preset="campaign"]');
  await host.getByRole("button", { name: "2", exact: true }).click();
  await host.getByRole("button", { name: "Wastelands" }).click();
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const other = await table.open(new URL(host.url()).pathname);
  await sit(host, 1);
  await sit(other, 2);
  await expect(host.locator("html")).toHaveAttribute("data-theme", "wastelands");
  await tap(host, "start");
  await tap(host, "passTurn");
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Out of the game" }).click();
  await host.getByRole("button", { name: "Tap again to do it" }).click();
  for (const page of [host, other]) await expect(page.getByRole("heading", { name: /takes the round/ })).toBeVisible();
  await tap(host, "nextRound");
  await expect(other.locator("main.recap")).toHaveCount(0);
  await expect(other.getByText(/Round 2 of 3|2\/3/)).toBeVisible();
  await expect(other.locator("main"))
    .toHaveAttribute("data-seat", "2")
    .catch(() => expect(other.locator('.seat.own[data-seat="2"]')).toBeVisible());
});

test("a watcher sees the same without the button; a kicked player can watch", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open(`/g/${code}`);
  const watcher = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  await tap(host, "start");
  await expect(watcher.locator("main")).toHaveAttribute("data-watching", "true");
  await expect(watcher.locator(".go")).toContainText("You are watching");
  await expect(watcher.locator(".go")).toHaveAttribute("aria-disabled", "true");
  await expect(watcher.locator("[data-ms]")).toHaveCount(2);
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Free this seat" }).click();
  await host.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(guest.locator('[data-ended="kicked"]')).toBeVisible();
  await guest.getByRole("button", { name: "Watch the game" }).click();
  await expect(guest.locator("main")).toHaveAttribute("data-watching", "true");
});
