// Names that try to become markup, in a real browser under the page's own policy: shown as typed, nothing runs, nothing is reported.
import { expect, test } from "@playwright/test";
import { connectTable } from "../support/table-client.ts";
import { xssPayloads } from "../support/xss-payloads.ts";
import { GameServer } from "./support/server.ts";

const seats = 8;

interface Watched {
  pwned: unknown[];
  reports: string[];
}

test("F18 500 names from hell are shown as typed, nothing runs, no policy report", async ({ page }) => {
  test.setTimeout(120_000);
  // One host types more names a second than a person could.
  const server = new GameServer({ LIMIT_COMMANDS_PER_SESSION: "10000", LIMIT_FRAMES_PER_SECOND: "10000" });
  await server.start();
  try {
    const host = await connectTable(server.port);
    await host.request("create", { settings: { playerCount: seats } });
    const gameId: string = host.state.id;
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.addInitScript(() => {
      const watched: Watched = { pwned: [], reports: [] };
      Object.assign(window, { watched, pwned: (...args: unknown[]) => void watched.pwned.push(args) });
      document.addEventListener(
        "securitypolicyviolation",
        (event) => void watched.reports.push(`${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await host.request("renameGame", { name: xssPayloads[0] });
    await page.goto(`${server.origin}/g/${gameId}`);
    await expect(page.locator("main")).toBeVisible();
    const scripts = await page.locator("script").count();
    const unseen: string[] = [];
    for (let from = 0; from < xssPayloads.length; from += seats) {
      const names = xssPayloads.slice(from, from + seats);
      for (const [at, name] of names.entries()) await host.request("updatePlayer", { playerId: at + 1, name });
      const typed = names.map((name) => name.normalize("NFC").replace(/\s+/gu, " ").trim());
      const isShown = (wanted: readonly string[]) => {
        const values = [...document.querySelectorAll("input")].map((input) => input.value);
        const said = `${document.body.textContent}\n${values.join("\n")}`.replace(/\s+/gu, " ");
        return wanted.every((name) => said.includes(name));
      };
      await page.waitForFunction(isShown, typed, { timeout: 5_000 }).catch(() => void unseen.push(...typed));
    }
    const watched = await page.evaluate(() => (window as unknown as { watched: Watched }).watched);
    expect(unseen).toEqual([]);
    expect(watched).toEqual({ pwned: [], reports: [] });
    expect(dialogs).toEqual([]);
    expect(await page.locator("script").count()).toBe(scripts);
    expect(await page.locator("[onerror],[onload],[onclick],[onfocus],iframe,object,embed,base").count()).toBe(0);
    await host.close();
  } finally {
    await server.close();
  }
});

test("a seat can be named with as many families as the rules take, and none is cut in half", async ({ page }) => {
  const server = new GameServer();
  await server.start();
  try {
    const host = await connectTable(server.port);
    await host.request("create", { settings: { playerCount: 2 } });
    await page.goto(`${server.origin}/g/${host.state.id}`);
    await page.locator("[data-seat='1'] button, button[data-seat='1']").first().click();
    const field = page.locator("input.name-input");
    const family = "👨‍👩‍👧‍👦";
    await field.fill("");
    await page.keyboard.insertText(family.repeat(33));
    await expect(field).toHaveValue(family.repeat(32));
    await field.press("Home");
    await page.keyboard.insertText("x");
    await expect(field).toHaveValue(family.repeat(32));
    await field.press("Enter");
    await expect.poll(() => host.state.players[0].name).toBe(family.repeat(32));
    await host.close();
  } finally {
    await server.close();
  }
});

test("the name given last is offered at the next table, where the seat has none", async ({ page }) => {
  const server = new GameServer();
  await server.start();
  try {
    const hosts = [await connectTable(server.port), await connectTable(server.port)] as const;
    const field = page.locator("input.name-input");
    const nameAt = (host: (typeof hosts)[number]) => host.state.players[0].name;
    for (const host of hosts) {
      await host.request("create", { settings: { playerCount: 2 } });
      await page.goto(`${server.origin}/g/${host.state.id}`);
      await page.locator("button[data-seat='1']").click();
      await expect(field).toHaveValue("Player 1");
      await field.focus();
      if (host === hosts[0]) await page.keyboard.insertText("Ayla");
      await expect(field).toHaveValue("Ayla");
      await field.press("Enter");
      await expect.poll(() => nameAt(host)).toBe("Ayla");
    }
    // It is selected, to be typed over; and a seat that has a name keeps it.
    await field.focus();
    await page.keyboard.insertText("Marek");
    await field.press("Enter");
    await expect.poll(() => nameAt(hosts[1])).toBe("Marek");
    await page.goto(`${server.origin}/g/${hosts[0].state.id}`);
    await field.focus();
    await expect(field).toHaveValue("Ayla");
    for (const host of hosts) await host.close();
  } finally {
    await server.close();
  }
});
