// The operator's pages in a real browser: a thousand games that change ten times a second, and the API's page under the strict policy.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import express from "express";
import { type AdminHost, adminRouter } from "../../lib/ops/admin.ts";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { noAudit } from "../../lib/ops/audit.ts";
import { createHealth } from "../../lib/ops/health.ts";
import { createLiveGames, type LiveGames } from "../../lib/ops/live-games.ts";
import { createSeries } from "../../lib/ops/series.ts";
import { GameServer } from "./support/server.ts";

const token = "a-token-for-the-operator";
const gameCount = 1000;
const frameMs = 16;

// Tracing copies the page at every step, which would be what is measured.
test.use({ trace: "off" });

interface Stage {
  readonly origin: string;
  readonly live: LiveGames;
  /** From now on this is the operator's token. */
  replaceToken(token: string): void;
  close(): Promise<void>;
}

/** The real admin API and page over games that only exist in numbers, so that the browser alone is measured. */
async function openStage(): Promise<Stage> {
  const ambient = realAmbient();
  const live = createLiveGames(ambient);
  const zero = () => 0;
  let right = token;
  const series = createSeries(ambient, { connections: zero, commandsTotal: zero, commandMsTotal: zero, queueAgeMs: zero, loopLagMs: zero });
  const host = {
    about: () => ({ instance: "stage", release: "test", startedAt: 0, connections: 0, rooms: gameCount }),
    counts: async () => ({ waiting: 0, running: gameCount, paused: 0, finished: 0 }),
    games: async () => ({ items: [], next: null }),
    logLevel: () => "info",
  } as unknown as AdminHost;
  const settings = {
    token: () => right,
    host,
    health: createHealth({}),
    audit: noAudit(),
    live,
    series,
    addressOf: () => "here",
    countedAs: (address: string) => address,
    bodyBytesMax: 16_384,
  };
  const app = express();
  app.use("/admin/api", adminRouter(settings));
  const folder = join(process.cwd(), "dist/public");
  app.use(express.static(folder));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    live,
    replaceToken(fresh) {
      right = fresh;
    },
    async close() {
      series.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/admin/`);
  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("button", { name: "Games" })).toBeVisible();
}

test("F30 a thousand games at ten changes a second: drawing takes less than a frame", async ({ page }) => {
  const stage = await openStage();
  try {
    await signIn(page, stage.origin);
    await expect.poll(() => stage.live.watchers()).toBe(1);
    let v = 0;
    const change = () => {
      v += 1;
      for (let game = 0; game < gameCount; game++) {
        const id = `G${String(game).padStart(5, "0")}`;
        stage.live.note(id, () => ({
          id,
          name: `Table ${game}`,
          status: v % 2 === 0 ? "running" : "paused",
          v,
          seats: 4,
          seatsFree: 0,
          viewers: v % 7,
          updatedAt: Date.now(),
        }));
      }
    };
    change();
    await expect(page.locator("[data-game]")).toHaveCount(gameCount);
    const spent = () => page.evaluate(() => (globalThis as unknown as { spentOnGames(): number[] }).spentOnGames());
    await spent();
    const timer = setInterval(change, 100);
    await page.waitForFunction(
      (wanted) => Number(document.querySelector('[data-game="G00999"] span:nth-child(4)')?.textContent) >= wanted,
      50,
    );
    clearInterval(timer);
    const drawn = (await spent()).toSorted((one, other) => one - other);
    const [typical = 0, late = 0, worst = 0] = [0.5, 0.95, 1].map((part) => drawn[Math.ceil(drawn.length * part) - 1]);
    const figures = `drawing a frame took ${typical.toFixed(1)} ms, p95 ${late.toFixed(1)} ms, at worst ${worst.toFixed(1)} ms, ${drawn.length} frames`;
    test.info().annotations.push({ type: "figures", description: figures });
    process.stdout.write(`1,000 games at 10 changes a second each: ${figures}\n`);
    expect(drawn.length).toBeGreaterThan(5);
    // p95, because a frame in which the machine did something else says nothing about the page.
    expect(late, figures).toBeLessThan(frameMs);
    expect(await page.locator("[data-game]").count()).toBe(gameCount);
  } finally {
    await stage.close();
  }
});

test("F35 a page that is open while the operator's token is replaced asks for the new one, and does not go on guessing", async ({
  page,
}) => {
  const stage = await openStage();
  try {
    await signIn(page, stage.origin);
    await page.getByRole("button", { name: "Charts" }).click();
    await expect(page.locator("canvas").first()).toBeVisible();
    const guesses: string[] = [];
    page.on("response", (response) => void (response.status() === 401 && guesses.push(response.url())));
    stage.replaceToken("a-newer-token-for-the-operator");
    const field = page.getByLabel("Admin token");
    await expect(field).toBeVisible();
    await expect(page.getByRole("button", { name: "Charts" })).toHaveCount(0);
    // What was asked before it knew may still be answered.
    await page.waitForLoadState("networkidle");
    const { length } = guesses;
    // Not a wait for something: twice as long as it would take to ask again.
    await page.waitForTimeout(5_000);
    expect(guesses).toHaveLength(length);
    await field.fill("a-newer-token-for-the-operator");
    await page.getByRole("button", { name: "Open" }).click();
    await expect(page.getByRole("button", { name: "Games" })).toBeVisible();
    await expect(page.locator("#summary")).toContainText("connections");
  } finally {
    await stage.close();
  }
});

test.describe("with a whole server", () => {
  const server = new GameServer();
  test.beforeAll(async () => {
    process.env["ADMIN_TOKEN"] = token;
    await server.start();
  });
  test.afterAll(async () => {
    delete process.env["ADMIN_TOKEN"];
    await server.close();
  });

  /** Console errors and broken policies of a page. */
  function complaintsOf(page: Page): string[] {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(server.origin) && !/^(data|blob):/.test(request.url())) complaints.push(`asked ${request.url()}`);
    });
    return complaints;
  }

  test("F53 the operator's page: a wrong token is refused, the right one shows games, a name is only ever text", async ({ page }) => {
    const complaints = complaintsOf(page);
    const socket = new WebSocket(`ws://localhost:${server.port}/ws`, "tapotarp.v1");
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const name = '<img src=x onerror="document.title=1">';
    socket.send(JSON.stringify({ type: "create", data: { name, settings: { playerCount: 2 } } }));
    await page.goto(`${server.origin}/admin`);
    await page.getByLabel("Admin token").fill("wrong");
    await page.getByRole("button", { name: "Open" }).click();
    await expect(page.getByText("This needs the admin token.")).toBeVisible();
    await page.getByLabel("Admin token").fill(token);
    await page.getByRole("button", { name: "Open" }).click();
    await expect(page.getByText(name)).toBeVisible();
    await page.locator("[data-game]").first().click();
    await expect(page.getByRole("heading", { name: /^Game / })).toBeVisible();
    for (const [tab, asks, shows] of [
      ["Charts", "/series", ".charts canvas >> nth=0"],
      ["Server", "/overview", "#page pre:not(:empty)"],
      ["Audit log", "/audit?limit", "#page table"],
      ["Dead letters", "/dead-letters", "#page table"],
      ["Feedback", "/feedback", "#page table"],
    ] as const) {
      const answered = page.waitForResponse((response) => response.url().includes(`/admin/api${asks}`));
      await page.getByRole("button", { name: tab }).click();
      expect((await answered).status(), tab).toBe(200);
      // What a page asks for is there: its problem would be, too.
      await expect(page.locator(shows)).toBeVisible();
      await expect(page.locator(".problem")).toHaveCount(0);
    }
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
    socket.close();
  });

  test("what one of the operator's pages still waits for does not come to stand on the next, and Enter in a reason leaves it there", async ({
    page,
  }) => {
    const socket = new WebSocket(`ws://localhost:${server.port}/ws`, "tapotarp.v1");
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    socket.send(JSON.stringify({ type: "create", data: { name: "Waits", settings: { playerCount: 2 } } }));
    const tab = (name: string) => page.getByRole("button", { name, exact: true });
    await signIn(page, server.origin);
    await expect(page.getByText("Waits")).toBeVisible();
    // The line of the live table is cut with it.
    await tab("Feedback").click();
    await expect(page.locator("#page table")).toBeVisible();
    await expect(page.locator(".problem")).toHaveCount(0);

    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/admin/api/audit/check", async (route) => {
      await asked;
      await route.continue();
    });
    await tab("Audit log").click();
    await tab("Feedback").click();
    await expect(page.locator("#page table")).toHaveCount(1);
    const late = page.waitForResponse(/\/audit\?limit/);
    answer();
    await (await late).finished();
    await expect(page.locator("#page").getByText("chain")).toHaveCount(0);
    await expect(page.locator("#page table")).toHaveCount(1);

    await tab("Games").click();
    await page.getByText("Waits").click();
    const reason = page.getByLabel("Reason for closing");
    await reason.fill("Enough");
    await reason.press("Enter");
    await page.waitForResponse(/\/log\?limit/);
    await expect(reason).toHaveValue("Enough");
    socket.close();
  });

  test("the operator's page says when the server does not answer any more, and not that all is well", async ({ page }) => {
    await signIn(page, server.origin);
    const summary = page.locator("#summary");
    await expect(summary).toContainText("healthy");
    await page.route("**/admin/api/overview", (route) => route.abort());
    await expect(summary).toHaveText("The server does not answer.");
    await page.unroute("**/admin/api/overview");
    await expect(summary).toContainText("connections");
  });

  test("the operator's page asks a server that is slow no second time before it has answered", async ({ page }) => {
    await signIn(page, server.origin);
    let asked = 0;
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/admin/api/overview", async (route) => {
      asked += 1;
      await slow;
      await route.continue();
    });
    // It asks for itself as well as for the line above.
    await page.getByRole("button", { name: "Server", exact: true }).click();
    await expect.poll(() => asked).toBe(2);
    await page.waitForTimeout(5_000);
    expect(asked).toBe(2);
    answer();
    await expect.poll(() => asked, "two seconds after the answer").toBeGreaterThan(2);
  });

  test("a token that the server could not look at for a moment is not asked for again", async ({ page }) => {
    await signIn(page, server.origin);
    const overview = "**/admin/api/overview";
    await page.route(overview, (route) => route.fulfill({ status: 503, json: { code: "busy", message: "The server is busy." } }));
    await page.reload();
    await expect(page.locator(".problem")).toHaveText("The server is busy.");
    await page.unroute(overview);
    await page.reload();
    await expect(page.getByRole("button", { name: "Games" })).toBeVisible();
  });

  test("the live table says when its line has ended, comes back by itself, and a new game stands in it", async ({ page }) => {
    const ended = { contentType: "application/x-ndjson", body: "" };
    await page.route("**/admin/api/live", (route) => route.fulfill(ended));
    await signIn(page, server.origin);
    await expect(page.locator(".problem")).toHaveText("The line of the live table has ended. It is tried again.");
    await page.unroute("**/admin/api/live");
    await expect(page.locator(".problem")).toHaveCount(0);
    const socket = new WebSocket(`ws://localhost:${server.port}/ws`, "tapotarp.v1");
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    socket.send(JSON.stringify({ type: "create", data: { name: "Afterwards", settings: { playerCount: 2 } } }));
    await expect(page.getByText("Afterwards")).toBeVisible();
    socket.close();
  });

  test("a double click on the button that stops the server only asks; the next press does it", async ({ page }) => {
    let drains = 0;
    await page.route("**/admin/api/drain", (route) => {
      drains += 1;
      return route.fulfill({ json: {} });
    });
    await signIn(page, server.origin);
    await page.getByRole("button", { name: "Server", exact: true }).click();
    await page.getByRole("button", { name: "Send everybody away and stop" }).dblclick();
    const sure = page.getByRole("button", { name: "Press again to stop this server" });
    await expect(sure).toBeVisible();
    expect(drains).toBe(0);
    await page.waitForTimeout(600);
    await sure.click();
    await expect.poll(() => drains).toBe(1);
  });

  test("F41 /api/docs shows every operation under the strict policy", async ({ page }) => {
    const complaints = complaintsOf(page);
    await page.goto(`${server.origin}/api/docs`);
    await expect(page.getByText("Tap-or-Tarp over HTTP").first()).toBeVisible({ timeout: 20_000 });
    const document = (await (await fetch(`${server.origin}/api/openapi.json`)).json()) as { paths: Record<string, object> };
    await expect(page.locator(".opblock")).toHaveCount(Object.values(document.paths).flatMap((path) => Object.keys(path)).length);
    expect(complaints).toEqual([]);
  });
});
