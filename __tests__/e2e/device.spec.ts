// What the page does with the device: sound, vibration, the screen kept lit, the nudge, being an app. Only the browser's outermost
// parts are stood in for (the speaker, the motor, the lamp); everything of the page is the built page.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { feltBy, outerWorld } from "./support/outer-world.ts";
import { openStage, type Stage } from "./support/scene-page.ts";
import { type Scene, scenes } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";

let site: StaticSite;
test.beforeAll(async () => {
  site = await startStaticSite("dist/public");
});
test.afterAll(async () => {
  await site.close();
});

const sceneOf = (name: string): Scene => scenes.find((scene) => scene.name === name) ?? ({ name, path: "/" } as Scene);

/** The turn goes to this seat with the next version; the page shows version 10 at first. */
const turnTo = ({ tell }: Stage, to: number, v = 11): void =>
  tell("change", {
    v,
    serverTime: 1_000_000,
    activePlayer: to,
    running: [to],
    events: [{ type: "turnPassed", data: { from: 2, to, turn: v } }],
  });

const stageTest = test.extend<{ stage: Stage }>({
  stage: async ({ browser }, use) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
    await context.addInitScript(outerWorld);
    await use(await openStage(context, site.origin));
    await context.close();
  },
});

stageTest("sounds and vibration tell the player his turn, each with a switch that is remembered", async ({ stage }) => {
  const { page, show } = stage;
  await show(sceneOf("idle"));
  turnTo(stage, 3);
  await expect(page.locator('.card[data-seat="3"]')).toHaveAttribute("data-runs", "true");
  expect(await feltBy(page), "before the first touch, and for another's turn").toMatchObject({ tones: [], shakes: [] });
  await page.locator(".say").click();
  turnTo(stage, 1, 12);
  await expect.poll(() => feltBy(page)).toMatchObject({ tones: [523, 784], shakes: [[60, 50, 60]] });
  // M silences; the page says so, and keeps it over a reload.
  await page.keyboard.press("m");
  await expect(page.getByText("Sounds off")).toBeVisible();
  turnTo(stage, 2, 13);
  turnTo(stage, 1, 14);
  await expect
    .poll(() => feltBy(page))
    .toMatchObject({
      tones: [523, 784],
      shakes: [
        [60, 50, 60],
        [60, 50, 60],
      ],
    });
  await page.locator('.play-bar [title="Menu"]').click();
  await page.getByText("Settings").click();
  await page.getByRole("switch", { name: "Vibration" }).click({ force: true });
  await page.reload();
  await page.locator(".say").click();
  turnTo(stage, 2, 11);
  turnTo(stage, 1, 12);
  await expect(page.locator(".say")).toHaveText("Your turn");
  expect(await feltBy(page)).toMatchObject({ tones: [], shakes: [] });
});

stageTest("a page in table mode sounds for every seat, and the strip for a stream for none", async ({ stage }) => {
  for (const [name, tones] of Object.entries({ "table-4": [523, 784, 196], overlay: [] })) {
    await stage.show(sceneOf(name));
    await stage.page.keyboard.press("x");
    const events = [
      { type: "turnPassed", data: { from: 2, to: 3, turn: 11 } },
      { type: "eliminated", data: { playerId: 4 } },
    ];
    stage.tell("change", { v: 11, serverTime: 1_000_000, activePlayer: 3, running: [3], events });
    await expect(stage.page.locator(":is(.panel, .overlay-seat).on")).toContainText(/Jun|Seat 3/);
    expect((await feltBy(stage.page)).tones, name).toEqual(tones);
  }
});

stageTest(
  "the speaker is on after one touch of a finger, and again at the next touch when a call or the lock has taken it",
  async ({ stage }) => {
    const { page, show } = stage;
    await page.context().addInitScript(() => {
      // The real one refuses what no touch has allowed; an iPhone's says "interrupted" after a call.
      const Stand = window.AudioContext as unknown as { prototype: { resume: () => Promise<void> } };
      Stand.prototype.resume = async function (this: { state: string }) {
        const touched = window.event?.type === "touchend" || window.event?.type === "click";
        if (touched) this.state = "running";
      };
      const states: { state: string }[] = [];
      const Speaker = Stand as unknown as new () => { state: string };
      const make = class extends Speaker {
        constructor() {
          super();
          this.state = "suspended";
          states.push(this);
        }
      };
      Object.assign(window, { AudioContext: make, speakers: states });
    });
    await show(sceneOf("idle"));
    const say = await page.locator(".say").boundingBox();
    const at = { x: (say?.x ?? 0) + 10, y: (say?.y ?? 0) + 5 };
    const devtools = await page.context().newCDPSession(page);
    const touch = async (): Promise<void> => {
      await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
      await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    const state = () => page.evaluate(() => (window as unknown as { speakers: { state: string }[] }).speakers.map((one) => one.state));
    await touch();
    await expect.poll(state).toEqual(["running"]);
    await page.evaluate(() => {
      for (const one of (window as unknown as { speakers: { state: string }[] }).speakers) one.state = "interrupted";
    });
    await touch();
    await expect.poll(state).toEqual(["running"]);
    turnTo(stage, 3, 11);
    turnTo(stage, 1, 12);
    await expect.poll(async () => (await feltBy(page)).tones).toEqual([523, 784]);
  },
);

stageTest("a browser that makes no sounds says nothing of it, and offers none", async ({ stage }) => {
  const { page, show } = stage;
  await page.context().addInitScript(() => void Reflect.deleteProperty(window, "AudioContext"));
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await show(sceneOf("play"));
  await page.locator(".say").click();
  turnTo(stage, 2);
  await page.keyboard.press("m");
  await page.locator('.play-bar [title="Menu"]').click();
  await page.getByText("Settings").click();
  await expect(page.getByRole("switch", { name: "Vibration" })).toBeAttached();
  await expect(page.getByRole("switch", { name: "Sounds" })).toHaveCount(0);
  await expect(page.getByText("Sounds off")).toHaveCount(0);
  await expect(page.locator(".keys-hint")).toContainText("P pauses");
  await expect(page.locator(".keys-hint")).not.toContainText(/\bM\b/);
  expect(errors).toEqual([]);
});

test("no first key makes the browser complain, and the first that it takes for a person's own act wakes the speaker", async ({
  browser,
}) => {
  const lastWord = { Escape: "heard", Shift: "heard", Control: "heard", CapsLock: "heard", a: "running" };
  for (const [key, last] of Object.entries(lastWord)) {
    const context = await browser.newContext();
    // Whatever Playwright evaluates in a page counts as an act: nothing is asked of it, it tells.
    await context.addInitScript(() => {
      // biome-ignore lint/suspicious/noConsole: this is how the page tells the test.
      const say = (word: string): void => console.warn(word);
      const Real = window.AudioContext;
      window.AudioContext = class extends Real {
        constructor() {
          super();
          this.addEventListener("statechange", () => say(this.state));
        }
      };
      addEventListener("keydown", ({ key: pressed }) => pressed === "a" || setTimeout(() => say("heard"), 100));
    });
    const page = await context.newPage();
    const words: string[] = [];
    page.on("console", (message) => void (message.type() === "warning" && words.push(message.text())));
    await page.goto(site.origin, { waitUntil: "networkidle" });
    await page.keyboard.press(key);
    await expect.poll(() => words, { message: key }).toContain(last);
    expect(words, key).toEqual([last]);
    await context.close();
  }
});

stageTest(
  "the screen is kept lit while a game is on, again after the page was out of sight, and not when switched off",
  async ({ stage }) => {
    const { page, show, tell } = stage;
    await show(sceneOf("lobby"));
    expect((await feltBy(page)).lamps).toEqual([]);
    tell("change", { v: 11, serverTime: 1_000_000, status: "running", activePlayer: 1, running: [1], events: [] });
    await expect.poll(async () => (await feltBy(page)).lamps).toEqual([1]);
    tell("change", { v: 12, serverTime: 1_000_000, status: "finished", running: [], winner: 1, events: [] });
    await expect.poll(async () => (await feltBy(page)).lamps).toEqual([1, -1]);
    tell("change", { v: 13, serverTime: 1_000_000, status: "paused", winner: null, events: [] });
    await expect.poll(async () => (await feltBy(page)).lamps).toEqual([1, -1, 1]);
    await page.locator('.play-bar [title="Menu"]').click();
    await page.getByText("Settings").click();
    await page.getByRole("switch", { name: "Keep the screen lit" }).click({ force: true });
    await expect.poll(async () => (await feltBy(page)).lamps).toEqual([1, -1, 1, -1]);
  },
);

stageTest(
  "a lamp that is asked for again while the browser makes up its mind is one lamp, and goes out with the game",
  async ({ stage }) => {
    const { page, show, tell } = stage;
    await page.context().addInitScript(() => {
      const lit = new Set<object>();
      let isAskedAgain = false;
      const request = async (): Promise<object> => {
        const again = isAskedAgain;
        isAskedAgain = true;
        if (!again) document.dispatchEvent(new Event("visibilitychange"));
        const lamp = { released: false, release: async () => void lit.delete(lamp) };
        lit.add(lamp);
        return lamp;
      };
      Object.assign(navigator.wakeLock, { request });
      Object.assign(window, { lit });
    });
    const lamps = () => page.evaluate(() => (window as unknown as { lit: Set<object> }).lit.size);
    await show(sceneOf("lobby"));
    tell("change", { v: 11, serverTime: 1_000_000, status: "running", activePlayer: 1, running: [1], events: [] });
    await expect.poll(lamps).toBe(1);
    tell("change", { v: 12, serverTime: 1_000_000, status: "finished", running: [], winner: 1, events: [] });
    await expect.poll(lamps).toBe(0);
  },
);

stageTest("whoever is on the clock and does nothing for half a minute is nudged, and again; a touch starts it anew", async ({ stage }) => {
  const { page, show } = stage;
  await page.clock.install();
  await show(sceneOf("play"));
  const nudged = page.locator('html[data-nudge="true"]');
  const nudges = async (): Promise<number> => (await feltBy(page)).shakes.filter((shake) => shake.length === 3 && shake[0] === 100).length;
  await page.clock.fastForward(25_000);
  await page.locator(".say").click();
  await page.clock.fastForward(25_000);
  expect(await nudges()).toBe(0);
  await page.clock.fastForward(6_000);
  await expect(nudged).toBeAttached();
  expect(await nudges()).toBe(1);
  await page.clock.fastForward(2_000);
  await expect(nudged).not.toBeAttached();
  await page.clock.fastForward(30_000);
  expect(await nudges()).toBe(2);
  // The turn is another's: nobody is nudged any more.
  turnTo(stage, 1);
  await expect(page.locator(".say")).toHaveText("Your clock");
  await page.clock.fastForward(120_000);
  expect(await nudges()).toBe(2);
  await show({ ...sceneOf("play"), shelf: { "tapotarp:prefs": JSON.stringify({ nudge: false }) } });
  await page.clock.fastForward(120_000);
  expect(await nudges(), "switched off").toBe(0);
});

stageTest("the browser's offer to install the page waits until somebody asks for it, and then comes once", async ({ stage }) => {
  const { page, show } = stage;
  await show(sceneOf("home"));
  await expect(page.locator('[data-start="install"]')).toHaveCount(0);
  await page.evaluate(() => {
    const offer = new Event("beforeinstallprompt", { cancelable: true });
    const prompt = async (): Promise<void> => void Object.assign(window, { asked: ((window as { asked?: number }).asked ?? 0) + 1 });
    dispatchEvent(Object.assign(offer, { prompt }));
    Object.assign(window, { kept: offer.defaultPrevented });
  });
  await page.locator('[data-start="install"]').click();
  await expect(page.locator('[data-start="install"]')).toHaveCount(0);
  expect(await page.evaluate(() => ({ ...(window as { asked?: number; kept?: boolean }) }))).toMatchObject({ asked: 1, kept: true });
});

test("where the device brings its own colours, what is on is told from what is off, and the picture can be scanned", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, forcedColors: "active", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const look = (part: string): Promise<string> =>
    page
      .locator(part)
      .first()
      .evaluate((shown) => {
        const { backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(shown);
        return `${backgroundColor} ${borderTopColor} ${borderTopWidth}`;
      });
  await show(sceneOf("table-4"));
  expect(await look(".panel.on")).not.toBe(await look(".panel:not(.on)"));
  const ink = (part: string): Promise<string> =>
    page
      .locator(part)
      .first()
      .evaluate((shown) => getComputedStyle(shown).color);
  expect(await ink(".panel.on .clock")).toBe(await ink(".panel:not(.on) .clock"));
  await show(sceneOf("idle"));
  expect(await look(".card.runs")).not.toBe(await look(".card:not(.runs):not(.dead)"));
  await show(sceneOf("settings"));
  const on = await look(".switch i");
  await page.locator(".switch input").first().press(" ");
  expect(await look(".switch i")).not.toBe(on);
  expect(await look('.segment-row [aria-pressed="true"]')).not.toBe(await look('.segment-row [aria-pressed="false"]'));
  await show(sceneOf("lobby"));
  expect(await look(".qr")).toContain("rgb(255, 255, 255)");
  await context.close();
});

test("the page can be installed: manifest and icons are whole, and a worker answers offline", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
  const devtools = await context.newCDPSession(page);
  const { errors, data } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? "{}") as {
    display: string;
    start_url: string;
    icons: { src: string; sizes: string; purpose?: string }[];
  };
  expect(manifest).toMatchObject({ display: "standalone", start_url: "/" });
  for (const { src, sizes } of manifest.icons) {
    const picture = readFileSync(`dist/public${src}`);
    expect(`${picture.readUInt32BE(16)}x${picture.readUInt32BE(20)}`, src).toBe(sizes);
  }
  expect(manifest.icons.some((icon) => icon.purpose === "maskable")).toBe(true);
  await context.close();
});

test("a newer version is offered and never forced: the page goes on until somebody loads it", async ({ browser }) => {
  const changing = await startStaticSite("dist/public");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(changing.origin);
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.evaluate(() => Object.assign(window, { before: true }));
  changing.replace("/sw.js", `${readFileSync("dist/public/sw.js", "utf8")}\n// A newer build.\n`);
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  await expect(page.getByText("A newer version is ready.")).toBeVisible();
  expect(await page.evaluate(() => (window as { before?: true }).before)).toBe(true);
  await page.getByRole("button", { name: "Load it" }).click();
  await page.waitForFunction(() => (window as { before?: true }).before === undefined);
  await expect(page.locator("main.home")).toBeVisible();
  await expect(page.getByText("A newer version is ready.")).toHaveCount(0);
  await context.close();
  await changing.close();
});

test("a page that its server does not understand looks for another version of itself at once", async ({ browser }) => {
  const changing = await startStaticSite("dist/public");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const refusal = { code: "bad-message", message: "Something in the message is not what it must be.", retry: false, field: "data.v" };
    socket.onMessage((text) => {
      if (JSON.parse(String(text)).type === "join") socket.send(JSON.stringify({ type: "error", data: refusal }));
    });
  });
  await page.goto(changing.origin);
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  // A browser looks by itself a second after the page was loaded.
  await page.waitForTimeout(3_000);
  changing.replace("/sw.js", `${readFileSync("dist/public/sw.js", "utf8")}\n// Another build.\n`);
  await page.locator("input[name=code]").fill("K7QX2M");
  await page.locator("input[name=code]").press("Enter");
  await expect(page.getByText("The server did not understand that (data.v).").first()).toBeVisible();
  await expect(page.getByText("A newer version is ready.")).toBeVisible();
  await context.close();
  await changing.close();
});

test("F51 a page that its server does not speak with says so, stops trying, and looks for another version of itself", async ({
  browser,
}) => {
  // It hosts no socket: every upgrade is refused.
  const changing = await startStaticSite("dist/public");
  const context = await browser.newContext({ locale: "tr-TR" });
  const page = await context.newPage();
  let tries = 0;
  page.on("websocket", () => {
    tries += 1;
  });
  await context.route("**/api/server/state", (route) => route.fulfill({ json: { version: "2.0.0", protocols: ["tapotarp.v2"] } }));
  await page.goto(changing.origin);
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
  await page.goto(`${changing.origin}/g/K7QX2M`);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  changing.replace("/sw.js", `${readFileSync("dist/public/sw.js", "utf8")}\n// Another build.\n`);
  await expect(page.locator('[data-ended="outdated"] h1')).toHaveText("Bu sayfa sunucuya uymuyor");
  await expect(page.getByText("Yeni bir sürüm hazır.")).toBeVisible();
  const before = tries;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForTimeout(2_500);
  expect(tries).toBe(before);
  await page.evaluate(() => Object.assign(window, { before: true }));
  await page.locator('[data-act="reload"]').click();
  await page.waitForFunction(() => (window as { before?: true }).before === undefined);
  await context.close();
  await changing.close();
});

test("what a finger has tapped does not stay lit, and what the device cannot do has no switch", async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    serviceWorkers: "block",
  });
  // As on a page that came by plain http.
  await context.addInitScript(() => void Reflect.deleteProperty(Navigator.prototype, "wakeLock"));
  const { page, show } = await openStage(context, site.origin);
  const [play, settings] = ["play", "settings"].map((name) => scenes.find((scene) => scene.name === name) as Scene);
  if (play) await show(play);
  const icons = page.locator(".play-bar .icon");
  await icons.first().tap();
  await expect.poll(() => icons.first().evaluate((icon) => icon.matches(":hover"))).toBe(true);
  const [tapped, other] = await icons.evaluateAll((all) => all.map((icon) => getComputedStyle(icon).backgroundColor));
  expect(tapped).toBe(other);
  if (settings) await show(settings);
  await expect(page.getByRole("switch", { name: "Sounds" })).toBeAttached();
  await expect(page.getByRole("switch", { name: "Keep the screen lit" })).not.toBeAttached();
  await context.close();
});

test("a page that is loaded on a slow line gives its first socket the time it needs: to be loaded is not to be looked at again", async ({
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.addInitScript(() => {
    const sockets: number[] = [];
    const slow = class extends EventTarget {
      readyState = 0;
      constructor() {
        super();
        sockets.push(performance.now());
      }
      close(): void {}
    };
    Object.assign(window, { sockets, WebSocket: slow });
  });
  const page = await context.newPage();
  // The page is loaded when its last part is there, and by then has its socket under way.
  await page.route("**/*.woff2", async (route) => {
    await new Promise((late) => setTimeout(late, 3_000));
    await route.continue();
  });
  await page.goto(`${site.origin}/g/K7QX2M`, { waitUntil: "load" });
  const sockets = () => page.evaluate(() => (window as unknown as { sockets: number[] }).sockets);
  const loadedAt = await page.evaluate(() =>
    performance.getEntriesByType("navigation").map((entry) => (entry as PerformanceNavigationTiming).loadEventStart),
  );
  expect((await sockets())[0]).toBeLessThan(loadedAt[0] ?? 0);
  await page.waitForTimeout(500);
  expect(await sockets()).toHaveLength(1);
  await context.close();
});

test("while a proxy answers for a server that is away, a part of the page that is missing is waited for, and the page not thrown away", async ({
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.goto(site.origin, { waitUntil: "networkidle" });
  await page.evaluate(() => Object.assign(window, { before: true }));
  const away = (url: URL): boolean => url.origin === site.origin;
  await page.route(away, (route) => route.fulfill({ status: 502, body: "Bad gateway" }));
  await page.getByRole("button", { name: "Play on this device" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Still on the way" })).toBeVisible();
  await page.waitForTimeout(1_500);
  await page.unroute(away);
  await expect(page.locator(".new-game")).toBeVisible();
  expect(await page.evaluate(() => (window as { before?: true }).before)).toBe(true);
  await context.close();
});
