// The page in WebKit, the engine of every iPhone; the other journeys are Chromium's (__tests__/e2e).
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../support/programs.ts";
import { startRunningServer } from "../support/running-server.ts";
import { startWebKit, type WebKitPage } from "../support/webkit.ts";

const root = resolve(import.meta.dirname, "../..");

test("README, build and types name the same oldest Safari: types know nothing that came later", () => {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const named = /Safari (\d+\.\d+)/.exec(read("README.md"))?.[1];
  expect(named).toBe("16.4");
  expect(read("vite.config.ts")).toContain(`"safari${named}"`);
  // ES2023 is whole in 16.4; of ES2024 it has these. Promise.withResolvers and Object.groupBy, say, throw there.
  expect(JSON.parse(read("public/tsconfig.json")).compilerOptions.lib).toEqual(["ES2023", "ES2024.String", "DOM", "DOM.Iterable"]);
});

const collect = `(window.bad ??= (() => {
  const bad = [];
  addEventListener("error", (event) => bad.push(event.message));
  addEventListener("unhandledrejection", (event) => bad.push(String(event.reason)));
  addEventListener("securitypolicyviolation", (event) => bad.push(event.violatedDirective));
  return bad;
})())`;

/** A page that remembers what it should not have done. */
async function enter(page: WebKitPage, url: string): Promise<void> {
  await page.go(url);
  await page.value(collect);
}

const offers = (act: string) => `document.querySelector('.go[data-act="${act}"][aria-disabled="false"]') !== null`;
const give = async (page: WebKitPage, act: string): Promise<void> => {
  await page.until(offers(act));
  await page.tap(`.go[data-act="${act}"]`);
};
const sit = async (page: WebKitPage, seat: number): Promise<void> => {
  await page.tap(`.seat[data-seat="${seat}"]`);
  await page.until(`document.querySelector('.seat.own[data-seat="${seat}"]') !== null`);
};

const displayOf = (selector: string) => `getComputedStyle(document.querySelector("${selector}")).display`;

/** Styles that WebKit takes in its own way, in the lobby. */
async function lookAtLobby(page: WebKitPage): Promise<void> {
  const plate = await page.value<{ width: number; height: number }>(`document.querySelector(".qr").getBoundingClientRect().toJSON()`);
  expect(Math.abs(plate.width - plate.height)).toBeLessThan(1);
  // Styles that come in the very moment of a turn make WebKit forget it: those of the other screens are here first.
  await page.until("document.styleSheets.length > 3");
  // Turned on its side and back: the media queries are read anew each time.
  await page.resize(500, 844);
  await page.until(`innerWidth < innerHeight && ${displayOf(".lobby")} === "flex"`);
  await page.resize(844, 420);
  await page.until(`innerWidth > innerHeight && ${displayOf(".lobby")} === "grid"`);
  await page.resize(500, 844);
  await page.until(`innerWidth < innerHeight && ${displayOf(".lobby")} === "flex"`);
  await page.tap(".bar .icon:last-child");
  await page.until(`document.querySelector("dialog[open] .sheet-body") !== null`);
  const slides = `(({ scrollWidth, clientWidth }, { overflowX }) => scrollWidth > clientWidth && overflowX !== "hidden")`;
  expect(await page.value(`((body) => ${slides}(body, getComputedStyle(body)))(document.querySelector(".sheet-body"))`)).toBe(false);
  await page.tap(".sheet-head button");
  await page.until(`document.querySelector("dialog[open]") === null`);
}

/** Two browsers at one table: created, joined by its code, played, and one of them loaded anew in the middle of a turn. */
async function play(first: WebKitPage, second: WebKitPage, origin: string): Promise<void> {
  await enter(first, origin);
  await first.tap('[data-preset="duel"]');
  await first.tap('[data-act="create"]');
  await first.until("/^\\/g\\/[A-Z2-9]{6}$/.test(location.pathname)");
  const code = await first.value<string>("location.pathname.slice(3)");
  await enter(second, origin);
  await second.until(`document.querySelector(".code-field input") !== null`);
  await second.type(".code-field input", code.toLowerCase());
  await second.until(`document.querySelector(".code-field input").value === "${code}"`);
  await second.tap(".join-form button");
  await sit(first, 1);
  await sit(second, 2);
  await lookAtLobby(first);
  await give(first, "start");
  await give(first, "passTurn");
  await second.until(offers("passTurn"));
  expect(await second.value("document.querySelector('.clock.great').textContent")).toMatch(/^2[45]:\d\d$/);
  expect(await second.value("bad")).toEqual([]);
  await enter(second, `${origin}/g/${code}`);
  await give(second, "passTurn");
  await first.until(offers("passTurn"));
  // Kept on the device, so that it opens offline.
  await first.until("navigator.serviceWorker.getRegistration().then((kept) => kept?.active?.state === 'activated')");
  for (const page of [first, second]) expect(await page.value("bad")).toEqual([]);
}

// Half a desktop comes along with it, so it is not asked for in CI: where it is, it is tried.
if (findProgram("WebKitWebDriver") !== null && findProgram("Xvfb") !== null) {
  test("in WebKit two create, join, start, pass and come back after a reload, without an error or a broken content policy", async () => {
    const built = spawnSync(process.execPath, ["scripts/ensure-client.mjs"], { cwd: root, encoding: "utf8" });
    expect(built.status, built.stderr).toBe(0);
    const server = await startRunningServer();
    try {
      const webkit = await startWebKit();
      try {
        const [first, second] = await Promise.all([webkit.open(), webkit.open()]);
        await play(first, second, server.url);
      } finally {
        await webkit.close();
      }
    } finally {
      await server.dispose();
    }
  });
}
