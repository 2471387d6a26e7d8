// Every screen there is, in both themes: for those who do not see it, and for those who need it twice as large.
import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page, test, type ViewportSize } from "@playwright/test";
import type { Table } from "../../public/app/model/model.ts";
import { table } from "../browser/support/tables.ts";
import { drawn, openStage, phones, resize, themes } from "./support/scene-page.ts";
import { seats, storedLog } from "./support/scene-tables.ts";
import { type Scene, scenes, tableScene } from "./support/scenes.ts";
import { startStaticSite, type StaticSite } from "./support/static-site.ts";

// Each looks at every screen: two of them at a time, where two may run.
test.describe.configure({ mode: "parallel" });

let site: StaticSite;
test.beforeAll(async () => {
  site = await startStaticSite("dist/public");
});
test.afterAll(async () => {
  await site.close();
});

interface Looked {
  readonly page: Page;
  readonly scene: Scene;
  readonly theme: string;
}

/** One page for all screens; each is loaded once and looked at in each theme. */
async function eachScreen(browser: Browser, viewport: ViewportSize, look: (looked: Looked) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  for (const scene of scenes) {
    await show(scene);
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await drawn(page);
      await look({ page, scene, theme: scene.theme ?? theme });
    }
  }
  await context.close();
}

type Violations = Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"];

/** There are no frames: axe looks at the page alone. Once it is there, in the first theme, it is used again for the next. */
async function violationsOn(page: Page): Promise<Violations> {
  const again = await page.evaluate(async () => {
    const { axe } = window as { axe?: { run: (where: Document, how: object) => Promise<{ violations: Violations }> } };
    return axe === undefined ? null : (await axe.run(document, { resultTypes: ["violations"] })).violations;
  });
  return (
    again ??
    (
      await new AxeBuilder({ page })
        .setLegacyMode(true)
        .options({ resultTypes: ["violations"] })
        .analyze()
    ).violations
  );
}

test("axe finds nothing on any screen, in both themes", async ({ browser }) => {
  test.setTimeout(240_000);
  const found: string[] = [];
  const looked = new Set<string>();
  await eachScreen(browser, { width: 390, height: 844 }, async ({ page, scene, theme }) => {
    looked.add(`${scene.name} ${theme}`);
    for (const { id, nodes } of await violationsOn(page)) {
      const where = nodes.map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? ""}`).slice(0, 3);
      found.push(`${scene.name}, ${theme}: ${id}: ${where.join(" | ")}`);
    }
  });
  process.stdout.write(`axe looked at ${looked.size} pictures of ${scenes.length} screens\n`);
  expect(found).toEqual([]);
});

test("a screen reader that comes to another player's card reads who it is, his time and his life", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  await show(scenes.find(({ name }) => name === "play") as Scene);
  await expect(page.locator('.card[data-seat="1"]')).toHaveAccessibleName(/^Ayla 12:04 life 31/);
  await context.close();
});

/** What reaches over the left or right edge, clocks that have vanished, and sheets that scroll as a whole. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const across = document.documentElement.clientWidth;
    const cut: string[] = [];
    if (document.documentElement.scrollWidth > across) cut.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    // What is long scrolls inside its sheet: with two that scroll the sheet slides away under the finger.
    const sheet = document.querySelector("dialog[open]");
    if (sheet !== null && sheet.scrollHeight > sheet.clientHeight)
      cut.push(`the whole sheet scrolls by ${sheet.scrollHeight - sheet.clientHeight}`);
    for (const part of document.querySelectorAll<HTMLElement>("main :is(button, input, h1, h2, p, b, em, li, .clock), dialog *")) {
      if (
        part.closest(".sr, svg") !== null ||
        (part.closest("dialog[open]") === null) !== (document.querySelector("dialog[open]") === null)
      )
        continue;
      const { left, right, width } = part.getBoundingClientRect();
      if (part.matches(".clock") && width < 20) cut.push(`the clock of seat ${part.dataset["seat"]} cannot be seen`);
      if (width > 0 && (left < -0.5 || right > across + 0.5)) cut.push(`${part.tagName} ${part.className} from ${left} to ${right}`);
    }
    return cut;
  });

/** Sizes that follow from a container's own size may come some frames after it, on a machine with much to do. */
async function cutOffInTheEnd(page: Page): Promise<string[]> {
  let cut = await cutOff(page);
  for (let frames = 0; cut.length > 0 && frames < 10; frames += 1) {
    await drawn(page);
    cut = await cutOff(page);
  }
  return cut;
}

test("at 200 % zoom nothing is cut off to the side, on any screen, in both themes", async ({ browser }) => {
  test.setTimeout(240_000);
  const cut: string[] = [];
  const narrow = { width: 195, height: 422 };
  const wide = { width: 683, height: 384 };
  await eachScreen(browser, narrow, async ({ page, scene, theme }) => {
    for (const viewport of [wide, narrow]) {
      await resize(page, viewport);
      for (const what of await cutOffInTheEnd(page)) cut.push(`${scene.name}, ${theme}, ${viewport.width} px: ${what}`);
    }
  });
  expect(cut).toEqual([]);
});

/** A table at which the other seats' cards have much to show: an hour on the clock, marks, somebody away. */
const crowded = (count: number, nameOf: (seat: number) => string): Scene => ({
  name: `crowded-${count}`,
  path: "/g/K7QX2M",
  table: table({
    activePlayer: 2,
    running: [2],
    monarch: 2,
    players: seats(count, (id) => ({
      name: nameOf(id),
      connected: id !== 3,
      ...(id === 2 ? { timeRemaining: 3_727_000, counters: { poison: 3 }, penalties: 2 } : {}),
      ...(id === 3 ? { timeRemaining: 9_300 } : {}),
    })),
  }),
  seat: 1,
});

/** Names, clocks, lives and who is away, where they cannot be read whole on their card, or only with a magnifying glass. */
const cutInCards = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".card")].flatMap((card) => {
      const inside = card.getBoundingClientRect();
      return [...card.querySelectorAll<HTMLElement>(".who-name, .clock *, .life, .away")]
        .filter((part) => {
          const { left, right, bottom } = part.getBoundingClientRect();
          const leaves = left < inside.left || right > inside.right || bottom > inside.bottom;
          return leaves || part.scrollWidth > part.clientWidth + 1 || Number.parseFloat(getComputedStyle(part).fontSize) < 12;
        })
        .map((part) => `${part.className || part.tagName} "${part.textContent}" of seat ${card.dataset["seat"]}`);
    }),
  );

const german = ["Maximilian", "Anneliese", "Christoph", "Wolfgang", "Friederike", "Hannelore", "Annegret", "Karl-Heinz"];
test("on every phone the other seats' names and clocks are whole, at two to eight seats", async ({ browser }) => {
  test.setTimeout(120_000);
  const cut: string[] = [];
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  for (const count of [2, 3, 4, 5, 6, 7, 8]) {
    for (const nameOf of [(seat: number) => `Player ${seat}`, (seat: number) => german[seat - 1] ?? ""]) {
      await show(crowded(count, nameOf));
      for (const [width, height] of phones) {
        await resize(page, { width, height });
        for (const what of await cutInCards(page)) cut.push(`${count} seats, ${width}x${height}: ${what}`);
      }
    }
  }
  await context.close();
  expect(cut).toEqual([]);
});

test("one opponent's life stands at the end of his card, not at his clock", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  await show(scenes.find(({ name }) => name === "duel") as Scene);
  const right = (part: string): Promise<number> => page.locator(part).evaluate((shown) => shown.getBoundingClientRect().right);
  expect((await right(".card")) - (await right(".card .life"))).toBeLessThan(24);
  await context.close();
});

/** Words of the great button that do not stand on one line. */
const brokenWords = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll(".go .go-word")].flatMap((label) => {
      const text = label.firstChild as Text;
      return [...text.data.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1 ? [word] : [];
      });
    }),
  );

test("however many questions stand at once, and whatever names they hold, nothing leaves the phone sideways or lies on the great button", async ({
  browser,
}) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const players = seats(4, (id) => ({
    name: "W".repeat(32),
    ...(id === 2 ? { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 23_400, asks: ["poison"] } : {}),
  }));
  const undoRequest = { by: 2, v: 9, agreed: [], waitingFor: [1, 3, 4] };
  await show({ name: "asked-much", path: "/g/K7QX2M", table: table({ activePlayer: 2, running: [2], players, undoRequest }), seat: 2 });
  const wrong: string[] = [];
  for (const [width, height] of phones) {
    await resize(page, { width, height });
    for (const what of await cutOffInTheEnd(page)) wrong.push(`${width}x${height}: ${what}`);
    const overlaps = await page.evaluate(() => {
      const parts = [...document.querySelectorAll<HTMLElement>(".hand > *")].map((part) => part.getBoundingClientRect());
      return parts.filter((a, at) => parts.some((b, other) => other > at && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5)).length;
    });
    if (overlaps > 0) wrong.push(`${width}x${height}: ${overlaps} parts of the hand lie on another`);
  }
  await context.close();
  expect(wrong).toEqual([]);
});

test("a long name keeps its beginning, from whichever side it is written", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const name = "مريم بنت عبد الرحمن الطويلة";
  const players = seats(8, () => ({ name, claimed: false }));
  const hidden: string[] = [];
  const places = [
    ["waiting", "/g/K7QX2M", ".seat b"],
    ["running", "/g/K7QX2M", ".card .who-name"],
    ["running", "/g/K7QX2M#table", ".panel-name > span:first-of-type"],
    ["running", "/overlay/K7QX2M", ".overlay-name"],
    ["waiting", "/g/K7QX2M", ".bar-title"],
    ["running", "/g/K7QX2M", ".chain li:last-child span"],
    ["finished", "/g/K7QX2M", ".used-name span"],
    ["finished", "/g/K7QX2M", ".standings span"],
    ["waiting", "/", ".table-row span"],
  ] as const;
  const standings = [1, 2].map((id) => ({ id, wins: id, usedMs: 0, points: 0, level: 0 }));
  const campaign = { preset: "standard", round: 5, rounds: 5, wonBy: "wins", standings, winners: [2], handSize: null } as never;
  const keys = { gameId: "K7QX2M", name: `${name} ${name}`, usedAt: 1, seat: null, chair: { playerId: null, token: "x" } };
  for (const [status, path, where] of places) {
    const shown = table({ status, players, hostPlayer: null, name: `${name} ${name}`, interruptingPlayers: [3], campaign });
    await show({ name: where, path, table: shown, log: storedLog(), shelf: { "tapotarp:keys:K7QX2M": JSON.stringify(keys) } });
    await page.waitForSelector(where);
    const begins = await page.evaluate((selector) => {
      const part = document.querySelector<HTMLElement>(selector);
      const first = document.createRange();
      first.setStart(part?.firstChild as Node, 0);
      first.setEnd(part?.firstChild as Node, 1);
      const [box, letter] = [part?.getBoundingClientRect(), first.getBoundingClientRect()];
      return box !== undefined && letter.left >= box.left - 1 && letter.right <= box.right + 1;
    }, where);
    if (!begins) hidden.push(where);
  }
  await context.close();
  expect(hidden).toEqual([]);
});

test("a recap of players with long names keeps its charts on the page", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const recap = scenes.find(({ name }) => name === "recap");
  const players = seats(4, () => ({ name: "W".repeat(32) }));
  await show({ ...recap, name: "recap-long", path: "/g/K7QX2M", table: table({ status: "finished", running: [], winner: 1, players }) });
  const wrong: string[] = [];
  for (const [width, height] of [
    [390, 844],
    [820, 1180],
  ] as const) {
    await resize(page, { width, height });
    const most = await page.evaluate(() =>
      Math.max(...[...document.querySelectorAll(".chart, .chart *")].map((part) => part.getBoundingClientRect().right)),
    );
    // Without a chart it is -Infinity.
    expect(Number.isFinite(most)).toBe(true);
    if (most > width + 0.5) wrong.push(`${width} px: a chart reaches to ${Math.round(most)}`);
  }
  await context.close();
  expect(wrong).toEqual([]);
});

test("each line of a chart ends in its seat's shape, so that it is told by more than its colour", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  await show(scenes.find(({ name }) => name === "recap") as Scene);
  const apart = await page.locator("svg:has(.line)").evaluateAll((charts) =>
    charts.map((chart) => {
      const ends = [...(chart.parentElement?.querySelectorAll(".line-ends .shape") ?? [])].map((shape) => shape.getBoundingClientRect());
      return [...chart.querySelectorAll<SVGPathElement>(".line")].map((line, at) => {
        const end = line.getPointAtLength(line.getTotalLength()).matrixTransform(line.getScreenCTM() ?? undefined);
        const shape = ends[at] ?? new DOMRect(-100, -100);
        return Math.round(Math.hypot(shape.left + shape.width / 2 - end.x, shape.top + shape.height / 2 - end.y));
      });
    }),
  );
  const covered = await page.locator(".line-ends").evaluateAll((charts) =>
    charts.map((chart) => {
      const tops = [...chart.querySelectorAll(".shape")].map((shape) => shape.getBoundingClientRect().top).sort((a, b) => a - b);
      return tops.filter((top, at) => top - (tops[at - 1] ?? Number.NEGATIVE_INFINITY) < 10).length;
    }),
  );
  await context.close();
  expect(apart.map((lines) => lines.length)).toEqual([4, 4]);
  // Beside the chart, at the height of the line's end.
  expect(Math.max(...apart.flat())).toBeLessThan(20);
  expect(covered, "of lines that end together").toEqual([0, 0]);
});

test("no word of the great button is broken, on any phone", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const broken: string[] = [];
  const read = new Set<string>();
  for (const seat of [1, 2]) {
    await show({ ...crowded(4, (place) => `Player ${place}`), seat });
    for (const [width, height] of phones) {
      await resize(page, { width, height });
      read.add(await page.locator(".go .go-word").innerText());
      for (const word of await brokenWords(page)) broken.push(`${word} at ${width}x${height}`);
    }
  }
  await context.close();
  expect([...read].sort()).toEqual(["Interrupt", "Pass turn"]);
  expect(broken).toEqual([]);
});

/** By how much the acts under the great button lie below the screen, and what lies outside the box of the great clock. */
const handAndClock = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const box = (part: string): DOMRect | undefined => document.querySelector(part)?.getBoundingClientRect();
    const overPx = (box(".hand .more")?.bottom ?? 9_999) - innerHeight;
    const [mine, inner] = [box(".mine"), box(".mine-inner")];
    const spillsPx = mine && inner ? Math.max(mine.top - inner.top, inner.bottom - mine.bottom) : 9_999;
    return [
      ...(overPx > 0.5 ? [`the acts are ${Math.round(overPx)} px below the screen`] : []),
      ...(spillsPx > 0.5 ? [`the clock stands ${Math.round(spillsPx)} px out of its place`] : []),
    ];
  });

test("on a phone the great button and the acts under it are on the screen without scrolling, whoever is asked something", async ({
  browser,
}) => {
  test.setTimeout(90_000);
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const wrong: string[] = [];
  for (const count of [2, 3, 4, 5, 6, 7, 8]) {
    const quiet = crowded(count, (seat) => german[seat - 1] ?? "");
    const undoRequest = { by: 2, v: 9, agreed: [], waitingFor: [1] };
    const asked = { ...quiet, name: "asked", table: { ...quiet.table, undoRequest } as Table };
    const up = { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 23_400 };
    const fallen = { ...asked.table, undoRequest: null, players: asked.table.players.map((p) => (p.id === 1 ? { ...p, ...up } : p)) };
    const questions = [2, 5, 6, 8].includes(count) ? [asked, { ...quiet, name: "fallen", table: fallen }] : [];
    for (const scene of [quiet, ...questions]) {
      await show(scene);
      // Two sizes are as much of a phone as the browser's bars leave.
      for (const size of ["320x568", "360x560", "375x553", "360x640", "375x667", "390x844"]) {
        const [width = 0, height = 0] = size.split("x").map(Number);
        await resize(page, { width, height });
        for (const what of await handAndClock(page)) wrong.push(`${scene.name}, ${count} seats, ${size}: ${what}`);
      }
    }
  }
  await context.close();
  expect(wrong).toEqual([]);
});

test("in table mode up to six panels are whole on the narrowest phone, with the life of each in reach", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const wrong: string[] = [];
  await page.setViewportSize({ width: 320, height: 572 });
  for (const count of [2, 3, 4, 5, 6]) {
    await show(tableScene(count));
    const out = await page.evaluate(() => {
      const hidden = [...document.querySelectorAll<HTMLElement>(".panel-life button, .strip button")].filter((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        const panel = (button.closest(".panel") ?? document.documentElement).getBoundingClientRect();
        return left < panel.left - 1 || right > panel.right + 1 || top < panel.top - 1 || bottom > panel.bottom + 1;
      });
      return [...hidden.map((button) => button.ariaLabel), ...(document.documentElement.scrollHeight > innerHeight ? ["scrolls"] : [])];
    });
    for (const what of out) wrong.push(`${count} seats: ${what}`);
  }
  await context.close();
  expect(wrong).toEqual([]);
});

test("what is said over the great clock is said whole, on every phone and in both languages", async ({ browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const mine = { activePlayer: 1, running: [1] };
  const states: readonly Partial<Table>[] = [
    mine,
    { activePlayer: 2, running: [2] },
    { ...mine, status: "paused", pausedBy: "player", running: [] },
    { ...mine, targetingState: "selecting", targetedPlayers: [2] },
    { activePlayer: 2, targetingState: "resolving", targetedPlayers: [1], awaitingPriority: [1], running: [1] },
    { ...mine, targetingState: "resolving", targetedPlayers: [2], awaitingPriority: [2], running: [2] },
  ];
  const [cut, read]: [string[], Set<string>] = [[], new Set()];
  for (const locale of ["en", "tr"])
    for (const state of states) {
      await show({ name: "say", path: "/g/K7QX2M", table: table({ players: seats(4), ...state }), seat: 1, locale });
      for (const [width, height] of phones) {
        await resize(page, { width, height });
        const { text, over } = await page
          .locator(".say")
          .evaluate((say) => ({ text: say.textContent, over: say.scrollHeight - say.clientHeight }));
        read.add(text ?? "");
        if (over > 1) cut.push(`${text}, ${width}x${height}`);
      }
    }
  await context.close();
  expect(read.size).toBe(2 * states.length);
  expect(cut).toEqual([]);
});

test("HO2 a host is offered to make a seat the host while its holder is there, or gone for less than five minutes as far as the page can know", async ({
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const now = 1_000_000;
  const left = (agoMs: number, playerId = 1): NonNullable<Scene["tells"]> => [
    ["missed", { from: 8, changes: [{ v: 9, at: now - agoMs, events: [{ type: "seatAway", data: { playerId } }] }] }],
  ];
  const shown: Record<string, boolean> = {};
  for (const [how, connected, tells] of [
    ["here", true, left(900_000)],
    ["gone for a moment", false, left(240_000)],
    ["gone for long", false, left(300_000)],
    ["nobody saw when", false, left(1_000, 3)],
  ] as const) {
    const players = seats(4, (id) => (id === 1 ? { connected } : {}));
    await show({ name: how, path: "/g/K7QX2M", table: table({ players, hostPlayer: 2 }), seat: 2, tells });
    await page.locator('.card[data-seat="1"]').click();
    await expect(page.getByRole("button", { name: "Free this seat" })).toBeVisible();
    shown[how] = await page.getByRole("button", { name: "Make host" }).isVisible();
  }
  await context.close();
  expect(shown).toEqual({ here: true, "gone for a moment": true, "gone for long": false, "nobody saw when": true });
});

test("what the great button does is not offered once more under it, and what cannot be done now is not offered as if it could", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const stack = { interruptingPlayers: [3], running: [3] };
  const faces: Readonly<Record<string, Partial<Table>>> = {
    "own turn": { activePlayer: 1, running: [1] },
    "another's turn": { activePlayer: 2, running: [2] },
    "own turn under a stack": { activePlayer: 1, ...stack },
    "own turn under a stack while asking": {
      activePlayer: 1,
      targetingState: "resolving",
      targetedPlayers: [2],
      awaitingPriority: [2],
      ...stack,
    },
    "on top of the stack": { activePlayer: 2, interruptingPlayers: [1], running: [1] },
    "for an empty seat": { activePlayer: 4, running: [4], hostPlayer: 1 },
  };
  const shown: Record<string, unknown> = {};
  for (const [face, part] of Object.entries(faces)) {
    const players = seats(4, (id) => ({ claimed: id !== 4 }));
    await show({ name: face, path: "/g/K7QX2M", table: table({ players, hostPlayer: 2, ...part }), seat: 1 });
    const first = page.locator(".hand .more button").first();
    const great = await page.locator(".go").getAttribute("data-act");
    shown[face] = [great, await first.innerText(), (await first.isEnabled()) ? "can be done" : "cannot"];
  }
  await context.close();
  expect(shown).toEqual({
    "own turn": ["passTurn", "Ask", "can be done"],
    "another's turn": ["interrupt", "Ask", "cannot"],
    "own turn under a stack": ["interrupt", "Ask", "cannot"],
    "own turn under a stack while asking": ["interrupt", "Stop asking", "can be done"],
    "on top of the stack": ["passPriority", "Interrupt", "can be done"],
    "for an empty seat": ["passTurn", "Interrupt", "can be done"],
  });
});
