// The rules of the game as players see them, through whole games in real browsers.
import type { Page } from "@playwright/test";
import { connectTable } from "../support/table-client.ts";
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
  // Ayla last: it is her change, so with her word it goes back at once.
  for (const page of [brien, priya, ayla]) await page.getByRole("button", { name: "Agree" }).click();
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

test("a game ended or reset by a mistaken tap is taken back from the recap and from the lobby, with the others' consent", async ({
  table,
}) => {
  const ayla = await table.open("/");
  const marek = await table.open(`/g/${await createTable(ayla, "duel")}`);
  await sit(ayla, 1);
  await sit(marek, 2);
  await tap(ayla, "start");
  await ayla.locator('.card[data-seat="2"]').click();
  await ayla.getByRole("button", { name: "Out of the game" }).click();
  await ayla.getByRole("button", { name: "Tap again to do it" }).click();
  const over = (page: Page) => expect(page.locator("main.recap")).toHaveAttribute("data-status", "finished");
  const undo = (page: Page) => page.locator('[data-action="undo"]').click();
  const agree = (page: Page) => page.locator('[data-banner="undo"]').getByRole("button", { name: "Agree" }).click();
  await over(ayla);
  await tap(marek, "reset");
  await expect(ayla.locator("main.lobby")).toBeVisible();
  await undo(ayla);
  await agree(marek);
  await over(ayla);
  await over(marek);
  await undo(marek);
  await agree(ayla);
  for (const page of [ayla, marek]) await expect(page.locator("main.play")).toHaveAttribute("data-status", "running");
});

/** Everything the live region says from now on, in order. */
async function listen(page: Page): Promise<() => Promise<readonly string[]>> {
  const heard = await page.evaluateHandle(() => {
    const said: string[] = [];
    const region = document.querySelector("[data-live]");
    if (region)
      new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    return said;
  });
  return () => heard.jsonValue();
}

test("time out: the live region tells turn, warning and time-out; the choice has its countdown", async ({ table }) => {
  // A time too short for any button of the start page, so that nobody has to wait for it.
  const maker = await connectTable(table.server.port);
  const clock = { initialTime: 4_000, handicaps: { 1: 60_000 }, bonusTime: 0, delayTime: 0, warningThresholds: [2_000] };
  await maker.request("create", { settings: { playerCount: 2, ...clock } });
  const path = `/g/${maker.state.id}`;
  const host = await table.open(path);
  const other = await table.open(path);
  await sit(host, 1);
  await sit(other, 2);
  const [hostHears, otherHears] = [await listen(host), await listen(other)];
  await tap(host, "start");
  await tap(host, "passTurn");
  const runs = "The clocks run. Player 1 has the turn.";
  await expect.poll(otherHears).toEqual([runs, "It is your turn.", "You have 0:02 left.", "Your time is up."]);
  await expect.poll(hostHears).toEqual([runs, "Player 2 has the turn.", "Player 2 has 0:02 left.", "Player 2's time is up."]);
  const countdown = other.locator('[data-banner="choice"] b');
  await expect(other.locator('[data-banner="choice"]')).toContainText("your time is up");
  await expect(host.locator('[data-banner="choice"]')).toContainText("choice is due");
  const first = Number(await countdown.textContent());
  await expect.poll(async () => Number(await countdown.textContent())).toBeLessThan(first);
  await other.locator('[data-choice="gainDrunk"]').click();
  await expect(other.locator('[data-value="drunk"] b')).toHaveText("2");
  await expect(host.locator('[data-banner="choice"]')).toHaveCount(0);
  await expect(other.locator('.go[data-act="passTurn"]')).toBeVisible();
  await expect(other.locator(".sub")).toContainText("1 penalty");
  await maker.close();
});

/** The second seat takes this much from the first, whose turn it is, and is then out: the first has the battle. */
async function battle(host: Page, other: Page, damage: number): Promise<void> {
  await expect(other.locator("main")).toHaveAttribute("data-status", "running");
  await other.locator('[data-action="sword"]').click();
  await other.locator("dialog .seat-pick", { hasText: "Player 1" }).click();
  for (let more = 1; more < damage; more += 1) await other.getByRole("button", { name: /How much: one more/ }).click();
  await other.locator('dialog [data-act="damage"]').click();
  await expect(host.locator('.card[data-seat="2"] .life')).toHaveText(new RegExp(String(10 - damage)));
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Out of the game" }).click();
  await host.getByRole("button", { name: "Tap again to do it" }).click();
}

test("a whole campaign: points by damage, opponents and round, shown after and during the rounds, to its winner", async ({ table }) => {
  const host = await table.open("/");
  await host.click('[data-preset="campaign"]');
  await host.getByRole("button", { name: "2", exact: true }).click();
  await host.getByRole("button", { name: "Wastelands" }).click();
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const other = await table.open(new URL(host.url()).pathname);
  const pages = [host, other];
  await sit(host, 1);
  await sit(other, 2);
  await expect(host.locator("html")).toHaveAttribute("data-theme", "wastelands");
  for (const page of pages) await expect(page.getByText("Round 1 of 3")).toBeVisible();
  // Damage x 1 for one opponent x 1, 1.5 and 2 by round: 3, then 3 + 6, then 9 + 10.
  const rounds = [
    { damage: 3, points: 3, level: 1 },
    { damage: 4, points: 9, level: 1 },
    { damage: 5, points: 19, level: 2 },
  ];
  await tap(host, "start");
  for (const [at, { damage, points, level }] of rounds.entries()) {
    await battle(host, other, damage);
    for (const page of pages) {
      const winner = page.locator(".standings li").first();
      await expect(winner).toContainText("Player 1");
      await expect(winner.locator("b")).toHaveText(String(points));
      await expect(winner.locator("em")).toHaveText(`level ${level}`);
    }
    if (at === rounds.length - 1) break;
    for (const page of pages) await expect(page.getByRole("heading", { name: "Player 1 takes the round" })).toBeVisible();
    await expect(other.locator(".go")).toContainText("The host decides");
    await tap(host, "nextRound");
    for (const page of pages) await expect(page.getByText(`Round ${at + 2} of 3`)).toBeVisible();
    await expect(other.locator('.seat.own[data-seat="2"]')).toBeVisible();
    await tap(host, "start");
    for (const page of pages) {
      await expect(page.getByText(`${at + 2}/3`)).toBeVisible();
      await expect(page.locator("[data-so-far]")).toHaveText(
        page === host ? new RegExp(`^${points} points, level ${level}$`) : /^0 points, level 1$/,
      );
    }
  }
  for (const page of pages) await expect(page.getByRole("heading", { name: "Player 1 wins the campaign" })).toBeVisible();
});

test("a watcher sees the same without the button, and no dice by their key; a kicked player can watch", async ({ table }) => {
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
  await watcher.keyboard.press("d");
  // What a key opens is there with the second frame.
  await watcher.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  expect(await watcher.locator("dialog").count()).toBe(0);
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Free this seat" }).click();
  await host.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(guest.locator('[data-ended="kicked"]')).toBeVisible();
  await guest.getByRole("button", { name: "Watch the game" }).click();
  await expect(guest.locator("main")).toHaveAttribute("data-watching", "true");
});

test("life that is counted down tap by tap keeps what somebody else enters meanwhile", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "commander");
  await sit(host, 1);
  const guest = await table.open(`/g/${code}`);
  await sit(guest, 2);
  await tap(host, "start");
  // One tap after another: nothing is sent before the last.
  const minus = guest.locator('.vals [data-value="life"] .step').first();
  const tapping = await minus.evaluateHandle((button) => {
    const made = { taps: 0, timer: 0 };
    made.timer = window.setInterval(() => {
      (button as HTMLButtonElement).click();
      made.taps += 1;
    }, 250);
    return made;
  });
  const card = host.locator('.card[data-seat="2"]');
  await card.click();
  await host.locator('dialog [data-value="life"] .step').first().click();
  await host.keyboard.press("Escape");
  await expect(card.locator(".life")).toHaveText(/39$/);
  const taps = await tapping.evaluate(({ taps, timer }) => {
    clearInterval(timer);
    return taps;
  });
  expect(taps).toBeGreaterThan(0);
  await expect(card.locator(".life")).toHaveText(new RegExp(`${39 - taps}$`));
  await expect(guest.locator('.vals [data-value="life"] b')).toHaveText(String(39 - taps));
});
