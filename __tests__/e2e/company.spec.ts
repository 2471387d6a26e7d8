// How people come to a table and how its host keeps it: the picture to scan, the list, the seats, the link's preview, the strip for
// a stream, the host's hand.
import { generate } from "lean-qr";
import type { Locator, Page } from "@playwright/test";
import { createTable, expect, sit, tap, test } from "./support/journey.ts";

/** The squares of a picture to scan, row by row, as text. */
function squaresOf(text: string): string {
  const picture = generate(text);
  const rows = Array.from({ length: picture.size }, (_, y) =>
    Array.from({ length: picture.size }, (__, x) => (picture.get(x, y) ? "#" : ".")).join(""),
  );
  return rows.join("\n");
}

/** The squares that the page has drawn. */
const drawnSquares = (page: Page): Promise<string> =>
  page.locator(".qr svg").evaluate((svg) => {
    const size = Number(svg.getAttribute("viewBox")?.split(" ")[2]) - 4;
    const rows = Array.from({ length: size }, () => new Array<string>(size).fill("."));
    for (const [, x, y] of (svg.querySelector("path")?.getAttribute("d") ?? "").matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
      const row = rows[Number(y)];
      if (row) row[Number(x)] = "#";
    }
    return rows.map((row) => row.join("")).join("\n");
  });

test("the picture to scan holds the table's link, and the link brings one in with one tap", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "commander");
  const link = `${table.server.origin}/g/${code}`;
  expect(await drawnSquares(host)).toBe(squaresOf(link));
  await expect(host.getByRole("img", { name: `Picture to scan for the code ${code}` })).toBeVisible();
  await host.getByRole("button", { name: "Invite" }).click();
  await expect(host.locator("dialog input")).toHaveValue(link);
  const guest = await table.open(new URL(link).pathname);
  await sit(guest, 2);
  // Seats say how they stand: free, ready, away.
  const seat = (n: number) => host.locator(`.seat[data-seat="${n}"] em`);
  await expect(seat(2)).toHaveText("ready");
  await expect(seat(3)).toHaveText("free");
  await guest.context().close();
  await expect(seat(2)).toHaveText("away");
});

test("whoever goes back to the start while the table has not answered stays there when it does", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open("/");
  const held: (() => void)[] = [];
  let closed = false;
  await guest.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    server.onMessage((message) => void held.push(() => page.send(message)));
    page.onClose(() => {
      closed = true;
      server.close();
    });
  });
  await guest.goto(`${table.server.origin}/g/${code}`);
  await expect.poll(() => held.length).toBeGreaterThan(1);
  await guest.getByRole("button", { name: "To the start" }).click();
  // At once, not only when the page has noticed that nobody answers.
  await expect.poll(() => closed, { timeout: 3_000 }).toBe(true);
  for (const release of held) release();
  await expect(guest.locator("[data-preset]").first()).toBeVisible();
  expect(new URL(guest.url()).pathname).toBe("/");
});

/** From now on, and on every page loaded later, what each frame says in large. */
const headings = (): void => {
  const seen: string[] = [];
  Object.assign(globalThis, { seen });
  const look = (): void => {
    const heading = document.querySelector("h1")?.textContent ?? "";
    if (seen.at(-1) !== heading) seen.push(heading);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

test("whoever is on the way to a table does not read first that it is not there", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open("/");
  await guest.locator('input[name="code"]').fill(code);
  await guest.evaluate(headings);
  await guest.getByRole("button", { name: "Join" }).click();
  await expect(guest.locator(".seats")).toBeVisible();
  const seen = (): Promise<readonly string[]> => guest.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  expect(await seen()).not.toContain("This table is not there");
  await guest.addInitScript(headings);
  await guest.reload();
  await expect(guest.locator(".seats")).toBeVisible();
  expect(await seen()).not.toContain("This table is not there");
});

test("a table that is being made is called off by the way back", async ({ table }) => {
  const page = await table.open("/");
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => void held.push(() => socket.send(message)));
  });
  await page.goto(`${table.server.origin}/`);
  await page.locator('[data-preset="duel"]').click();
  await page.locator('[data-act="create"]').click();
  await expect.poll(() => held.length).toBeGreaterThan(2);
  await page.getByRole("button", { name: "Back", exact: true }).click();
  for (const release of held) release();
  await expect(page.locator("[data-preset]").first()).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/");
});

test("a table is left where one without a server is yet to be laid", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  await sit(host, 1);
  const other = await table.open(`/g/${code}`);
  const seat = other.locator('.seat[data-seat="1"] em');
  await expect(seat).toHaveText("host");
  await host.evaluate(() => {
    history.pushState(null, "", "/#local");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await expect(seat).toHaveText("host · away");
});

test("a table that its host has listed is found on the start page and joined by name or by code", async ({ table }) => {
  const host = await table.open("/");
  await host.click('[data-preset="duel"]');
  await host.locator("summary").click();
  await host.getByLabel("Name of the table").fill("Thursday & friends");
  await host.getByText("Show in the public list").click();
  await expect(host.getByRole("switch", { name: /Show in the public list/ })).toBeChecked();
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const code = host.url().slice(-6);
  const guest = await table.open("/");
  const row = guest.locator(".table-row", { hasText: "Thursday & friends" });
  await expect(row).toContainText("2 seats free");
  await row.click();
  await sit(guest, 1);
  const other = await table.open("/");
  await other.locator('input[name="code"]').fill(` ${code.slice(0, 3).toLowerCase()}-${code.slice(3).toLowerCase()}`);
  await other.getByRole("button", { name: "Join" }).click();
  await sit(other, 2);
  await expect(guest.locator('.seat[data-seat="2"] em')).toHaveText("ready");
});

test("a code of any length that a server may be set to give is taken, and one that cannot be any is not", async ({ table }) => {
  const guest = await table.open("/");
  const code = guest.locator('input[name="code"]');
  await code.fill("k7");
  await guest.getByRole("button", { name: "Join" }).click();
  await expect(guest.getByRole("alert")).toContainText("without I, O, 0 and 1");
  await code.fill("k7q-x");
  await guest.getByRole("button", { name: "Join" }).click();
  await guest.waitForURL(/\/g\/K7QX$/);
});

test("a link that lost its end in a chat still leads to the table; one without a code says so; a whole link is a code, too", async ({
  table,
}) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open(`/g/${code.toLowerCase()}%20).`);
  await expect(guest.locator('.seat[data-seat="1"]')).toBeVisible();
  const lost = await table.open("/g/K7QXO0");
  await expect(lost.getByRole("alert")).toContainText("without I, O, 0 and 1");
  await expect(lost.locator('input[name="code"]')).toHaveValue("K7QXO0");
  await lost.locator('input[name="code"]').fill(`(${table.server.origin}/g/${code}/).`);
  await lost.getByRole("button", { name: "Join" }).click();
  await expect(lost.locator('.seat[data-seat="1"]')).toBeVisible();
});

test("the share page has the table's own title and description, as text", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  await sit(host, 1);
  await host.getByRole("button", { name: "Menu" }).click();
  const name = host.getByLabel("Name of the table");
  await name.fill('Ayla\'s <b>"best"</b>');
  await name.blur();
  const head = async (): Promise<string> => (await fetch(`${table.server.origin}/g/${code}`)).text();
  await expect.poll(head).toContain("best");
  const preview = await host.evaluate(
    (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const meta = (of: string) => page.querySelector(of)?.getAttribute("content");
      return {
        title: page.title,
        description: meta('meta[name="description"]'),
        shown: meta('meta[property="og:title"]'),
        said: meta('meta[property="og:description"]'),
        titles: page.querySelectorAll("title").length,
      };
    },
    await head(),
  );
  const title = 'Ayla\'s <b>"best"</b> - Tap-or-Tarp';
  const description = `Table ${code}: 1 of 2 seats taken, waiting to start.`;
  expect(preview).toEqual({ title, description, shown: title, said: description, titles: 1 });
  expect(await (await fetch(`${table.server.origin}/g/ZZZZZZ`)).text()).toContain("<title>Tap-or-Tarp</title>");
});

test("the strip for a stream shows a real game on nothing at all, and can do nothing", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  const strip = await table.open(`/overlay/${code}`, { viewport: { width: 900, height: 120 }, colorScheme: "dark" });
  await expect(strip.locator(".overlay-seat")).toHaveText([/Player 1.*20/, /Player 2.*20/]);
  await tap(host, "start");
  await expect(strip.locator(".overlay-seat.on")).toHaveText(/Player 1/);
  await tap(host, "passTurn");
  await expect(strip.locator(".overlay-seat.on")).toHaveText(/Player 2/);
  const before = Number(await strip.locator(".overlay-seat.on [data-ms]").getAttribute("data-ms"));
  await expect.poll(async () => Number(await strip.locator(".overlay-seat.on [data-ms]").getAttribute("data-ms"))).toBeLessThan(before);
  await expect(strip.locator("button, a, input")).toHaveCount(0);
  // Painted over nothing, as a stream's program does it: the corner far from the clocks must stay clear.
  const picture = (await strip.screenshot({ omitBackground: true })).toString("base64");
  const clear = await host.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext("2d");
    pen?.drawImage(image, 0, 0);
    return pen?.getImageData(image.width - 2, image.height - 2, 1, 1).data[3];
  }, picture);
  expect(clear).toBe(0);
});

test("L16 the strip for a stream beside the player's own page only watches: he keeps his seat, and its keys do nothing", async ({
  table,
}) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  await sit(host, 1);
  await tap(host, "start");
  const strip = await host.context().newPage();
  const sent: string[] = [];
  strip.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => void sent.push((JSON.parse(String(payload)) as { type: string }).type)),
  );
  await strip.goto(`${table.server.origin}/overlay/${code}`);
  await expect(strip.locator(".overlay-seat.on")).toHaveText(/Player 1/);
  for (const key of ["p", "u", "1", "d"]) await strip.keyboard.press(key);
  await expect(strip.locator("dialog")).toHaveCount(0);
  await tap(host, "passTurn");
  await expect(strip.locator(".overlay-seat.on")).toHaveText(/Player 2/);
  await expect(host.locator("[data-ended]")).toHaveCount(0);
  expect(sent.filter((type) => type !== "ping")).toEqual(["join"]);
  await strip.close();
});

test("the host's hand: time, penalty, out and back, a name, another host, back to the start, closed for all", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "commander");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  // A fifth player comes along: the host lays one more seat, and everybody has it.
  await host.getByRole("button", { name: "Clock", exact: true }).click();
  await host.getByRole("button", { name: "Players +" }).click();
  await host.getByRole("button", { name: "Use these settings" }).click();
  await expect(guest.locator('.seat[data-seat="5"]')).toBeVisible();
  await tap(host, "start");
  const shownMs = async (): Promise<number> => Number(await host.locator('.card[data-seat="3"] [data-ms]').getAttribute("data-ms"));
  const before = await shownMs();
  await host.locator('.card[data-seat="3"]').click();
  await host.locator("dialog .time-row button", { hasText: "+1 min" }).click();
  await expect.poll(shownMs).toBe(before + 60_000);
  await host.getByRole("button", { name: "Add a penalty" }).click();
  await expect(guest.locator('.card[data-seat="3"] .mark')).toContainText("1 penalty");
  const seatSheet = async (act: string): Promise<void> => {
    await host.locator('.card[data-seat="3"]').click();
    await host.getByRole("button", { name: act }).click();
  };
  await seatSheet("Out of the game");
  await host.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(guest.locator('.card[data-seat="3"]')).toHaveAttribute("data-dead", "true");
  await seatSheet("Back into the game");
  await expect(guest.locator('.card[data-seat="3"]')).toHaveAttribute("data-dead", "false");
  await host.locator('.card[data-seat="2"]').click();
  await host.getByRole("button", { name: "Make host" }).click();
  await expect(guest.getByText("Player 2 is the host now")).toBeVisible();
  await guest.getByRole("button", { name: "Menu" }).click();
  const name = guest.getByLabel("Name of the table");
  await name.fill("The new name");
  await name.blur();
  await guest.getByRole("button", { name: "Back to the start" }).click();
  await guest.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(host.getByRole("heading", { name: "The new name" })).toBeVisible();
  await expect(host.locator('.seat[data-seat="2"] em')).toHaveText("host");
  await guest.getByRole("button", { name: "Menu" }).click();
  await guest.getByRole("button", { name: "Close the table for everybody" }).click();
  await guest.getByRole("button", { name: "Tap again to do it" }).click();
  for (const page of [host, guest]) await expect(page.locator('[data-ended="closed"]')).toBeVisible();
});

/** Two taps in one moment, however slow the machine is: two of the browser's own would be some round trips apart. */
const tapTwice = async (button: Locator): Promise<void> => {
  await rested(button);
  await button.evaluate((element: HTMLElement) => {
    element.click();
    element.click();
  });
};

/** It was answered, and what was tapped before is not a moment ago: until then it does nothing, for its key neither. */
const rested = (button: Locator): Promise<void> => expect(button).toHaveAttribute("aria-disabled", "false");

/** The same with keys. */
const pressTwice = (page: Page, keys: readonly string[]): Promise<void> =>
  page.evaluate((pressed) => {
    for (const key of pressed)
      for (let i = 0; i < 2; i += 1) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }, keys);

test("a double tap on the great button passes one turn, never the next player's and never back", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "commander");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  await tap(host, "start");
  const sent: { type: string; data: object }[] = [];
  for (const page of [host, guest])
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void sent.push(JSON.parse(String(payload)))));
  for (const page of [host, guest]) await page.reload();
  await tapTwice(host.locator('.go[data-act="passTurn"]'));
  await expect(guest.locator(".say")).toHaveText("Your turn");
  await tapTwice(guest.locator('.go[data-act="passTurn"][aria-disabled="false"]'));
  // Seats 3 and 4 are nobody's: the host plays for them, and a double tap there passes one of them only.
  await expect(host.locator(".go")).toContainText("for Player 3");
  await tapTwice(host.locator('.go[data-act="passTurn"][aria-disabled="false"]'));
  await expect(host.locator(".go")).toContainText("for Player 4");
  await expect(host.locator('.go[aria-disabled="false"]')).toBeVisible();
  await expect(host.locator(".go")).toContainText("for Player 4");
  const acts = sent
    .filter(({ type }) => ["passTurn", "interrupt", "passPriority"].includes(type))
    .map(({ type, data }) => ({ type, data }));
  const heardAt: unknown = expect.any(Number);
  expect(acts).toEqual([1, 2, 3].map((playerId) => ({ type: "passTurn", data: { playerId, turn: playerId, heardAt } })));
});

test("a panel tapped again while the answer is long on its way interrupts once", async ({ table }) => {
  const page = await table.open("/");
  const code = await createTable(page, "duel");
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => void setTimeout(() => socket.send(text), 800));
  });
  await page.goto(`${table.server.origin}/g/${code}#table`);
  await page.reload();
  await page.locator('.strip-go[data-act="start"]').click();
  const panel = page.locator('[data-panel="2"] .panel-tap');
  await expect(panel).toHaveAttribute("data-act", "interrupt");
  await panel.dispatchEvent("click");
  // Not a wait for something: longer than a button rests, shorter than the answer takes.
  await page.waitForTimeout(450);
  await panel.dispatchEvent("click");
  await expect(panel).toHaveAttribute("data-act", "passPriority");
  await page.waitForTimeout(1_200);
  const log = await (await fetch(`${table.server.origin}/api/games/${code}/log?after=0`)).json();
  expect(log.changes.filter(({ command }: { readonly command: string }) => command === "interrupt")).toHaveLength(1);
});

test("a player who is tapped again while the answer is long on its way is still asked", async ({ table }) => {
  const page = await table.open("/");
  const code = await createTable(page, "commander");
  await sit(page, 1);
  await tap(page, "start");
  let held: (() => void)[] | null = null;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => (held === null ? socket.send(text) : void held.push(() => socket.send(text))));
  });
  await page.reload();
  await page.locator('[data-action="target"]').click();
  for (const button of ['[data-target="2"]', '.card[data-seat="3"]']) {
    const other = page.locator(button);
    await expect(other).toBeVisible();
    const waiting: (() => void)[] = [];
    held = waiting;
    await other.click();
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    await other.click();
    held = null;
    for (const release of waiting) release();
    await expect(other).toHaveAttribute("aria-pressed", "true");
    await page.keyboard.press("Escape");
  }
  const log = await (await fetch(`${table.server.origin}/api/games/${code}/log?after=0`)).json();
  expect(log.changes.filter(({ command }: { readonly command: string }) => command === "toggleTarget")).toHaveLength(2);
});

test("a double tap on pause or undo and a key pressed twice do it once", async ({ table }) => {
  const host = await table.open("/");
  const code = await createTable(host, "duel");
  const guest = await table.open(`/g/${code}`);
  await sit(host, 1);
  await sit(guest, 2);
  const sent: string[] = [];
  host.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => void sent.push((JSON.parse(String(payload)) as { type: string }).type)),
  );
  await host.reload();
  await tap(host, "start");
  await tap(host, "passTurn");
  const status = guest.locator("main");
  await tapTwice(host.getByRole("button", { name: "Pause" }));
  await expect(status).toHaveAttribute("data-status", "paused");
  await tap(host, "pause");
  await expect(status).toHaveAttribute("data-status", "running");
  await rested(host.getByRole("button", { name: "Pause" }));
  await pressTwice(host, ["i", "p"]);
  await expect(status).toHaveAttribute("data-status", "paused");
  const undo = host.locator('[data-action="undo"]');
  await tapTwice(undo);
  await rested(undo);
  const acts = sent.filter((type) => ["pause", "undo", "interrupt"].includes(type));
  expect(acts).toEqual(["pause", "pause", "interrupt", "pause", "undo"]);
});

/** What a tap makes of the button's look, until it can be tapped again. */
const looksOf = async (button: Locator): Promise<readonly (string | null)[]> => {
  await rested(button);
  return button.evaluate(
    (element: HTMLElement) =>
      new Promise((resolve) => {
        const looks: (string | null)[] = [];
        const end = setTimeout(() => resolve(looks), 5_000);
        new MutationObserver(() => {
          looks.push(element.getAttribute("aria-disabled"));
          if (looks.at(-1) !== "false") return;
          clearTimeout(end);
          resolve(looks);
        }).observe(element, { attributeFilter: ["aria-disabled"] });
        element.click();
      }),
  );
};

test("pause and undo look busy from the tap until they can be tapped again, in the bar and in table mode's strip", async ({ table }) => {
  const host = await table.open("/");
  await createTable(host, "duel");
  await sit(host, 1);
  await tap(host, "start");
  await tap(host, "passTurn");
  expect(await looksOf(host.getByRole("button", { name: "Pause" }))).toEqual(["true", "false"]);
  await host.keyboard.press("t");
  expect(await looksOf(host.locator(".strip-go"))).toEqual(["true", "false"]);
  expect(await looksOf(host.locator(".strip").getByRole("button", { name: "Undo" }))).toEqual(["true", "false"]);
});

test("Enter that is held down presses a button once: no question is answered by the key that asked it", async ({ table }) => {
  const host = await table.open("/");
  await createTable(host, "duel");
  await sit(host, 1);
  await tap(host, "start");
  await host.getByRole("button", { name: "Menu" }).click();
  await host.locator("dialog .row-button.danger", { hasText: "Close the table" }).focus();
  const asked = host.locator('dialog [data-armed="true"]');
  await host.keyboard.down("Enter");
  await expect(asked).toHaveAttribute("aria-disabled", "false");
  // The same key once more is what a keyboard sends while it is held.
  await host.keyboard.down("Enter");
  expect(await asked.count()).toBe(1);
  await host.keyboard.up("Enter");
  await host.keyboard.press("Escape");
  const more = host.locator('[data-value="life"] .step').nth(1);
  await more.focus();
  await host.keyboard.down("Enter");
  await host.keyboard.down("Enter");
  await host.keyboard.up("Enter");
  await expect(host.locator('[data-value="life"] b')).toHaveText("22");
});
