// What every journey shares: a server (one for all of them, unless a journey ends it), browsers with storage of their own, and the rule that no page may complain,
// report a broken content policy or ask any other host for anything.
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test as base } from "@playwright/test";
import { GameServer } from "./server.ts";

export interface Table {
  readonly server: GameServer;
  /** A browser with storage of its own, on this page. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page>;
  /** What the pages did that they must not. */
  readonly complaints: string[];
}

/** Lines a page writes when its own server is gone for a moment, or where a journey goes without a service worker: they tell nothing. */
const expected =
  /Service Worker registration blocked by Playwright|WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|ERR_FAILED/;

function watch(page: Page, table: { readonly server: GameServer; readonly complaints: string[] }): void {
  const { complaints } = table;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.protocol !== "blob:" && url.origin !== table.server.origin)
      complaints.push(`request to ${request.url()}`);
  });
}

const policyWatch = (): void => {
  addEventListener("securitypolicyviolation", (event) => {
    // biome-ignore lint/suspicious/noConsole: this is how the page tells the test.
    console.error(`CSP: ${(event as SecurityPolicyViolationEvent).violatedDirective}`);
  });
};

async function opened(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block", ...options });
  await context.addInitScript(policyWatch);
  return context.newPage();
}

interface Fixtures {
  readonly table: Table;
  /** The journey ends its server: it gets one of its own. */
  readonly ownServer: boolean;
}

export const test = base.extend<Fixtures, { readonly house: GameServer }>({
  ownServer: [false, { option: true }],
  house: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    async ({}, use) => {
      const server = new GameServer();
      await server.start();
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
  table: async ({ browser, house, ownServer }, use) => {
    const server = ownServer ? new GameServer() : house;
    const complaints: string[] = [];
    const pages: Page[] = [];
    try {
      if (ownServer) await server.start();
      await use({
        server,
        complaints,
        async open(path, options = {}) {
          const page = await opened(browser, options);
          pages.push(page);
          watch(page, { server, complaints });
          await page.goto(server.origin + path);
          return page;
        },
      });
      expect(complaints).toEqual([]);
    } finally {
      for (const page of pages) await page.context().close();
      if (ownServer) await server.close();
    }
  },
});

export { expect } from "@playwright/test";

/** Opens a new table from the start page in two taps; the answer is its code. */
export async function createTable(page: Page, preset: "commander" | "duel" | "campaign"): Promise<string> {
  await page.click(`[data-preset="${preset}"]`);
  await page.click('[data-act="create"]');
  await page.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  return page.url().slice(-6);
}

export const sit = async (page: Page, seat: number): Promise<void> => {
  await page.click(`.seat[data-seat="${seat}"]`);
  await page.waitForSelector(`.seat.own[data-seat="${seat}"]`);
};

/** The great button, once it says that it does `act`. */
export async function tap(page: Page, act: string): Promise<void> {
  await page.locator(`.go[data-act="${act}"][aria-disabled="false"]`).click();
}

/** A double tap: the second half comes when the first has been drawn. */
export const doubleTap = (button: Locator): Promise<void> =>
  button.evaluate(async (element: HTMLElement) => {
    element.click();
    await new Promise((drawn) => setTimeout(drawn, 120));
    element.click();
  });

/** The version of the table that this page shows. */
export const versionOf = async (page: Page): Promise<number> => Number(await page.locator("main[data-v]").getAttribute("data-v"));

/** What each seat's clock shows, ms by seat, and the moment it was drawn (all browsers here share one system clock). */
export interface Shown {
  readonly at: number;
  readonly times: Readonly<Record<string, number>>;
}

/** Read right after the page has drawn its clocks, which it does as soon as one that runs looks otherwise, so that a slow machine does not count as a wrong clock. */
export function shownTimes(page: Page): Promise<Shown> {
  return page.evaluate(
    () =>
      new Promise<Shown>((resolve) => {
        const read = (): void => {
          const faces = [...document.querySelectorAll<HTMLElement>("[data-ms][data-seat]")];
          const times = Object.fromEntries(faces.map((face) => [face.dataset["seat"] ?? "", Number(face.dataset["ms"])]));
          resolve({ at: Date.now(), times });
        };
        if (document.querySelector('.clock[data-runs="true"]') === null) return void requestAnimationFrame(read);
        const drawn = new MutationObserver(() => {
          drawn.disconnect();
          read();
        });
        drawn.observe(document.body, { attributeFilter: ["data-ms"], subtree: true });
      }),
  );
}
