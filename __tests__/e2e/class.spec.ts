import type { Page } from "@playwright/test";
import { SecretWatch, type WatchedViewer } from "../support/class-secrets.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";
import { doubleTap, expect, test } from "./support/journey.ts";

/** Every frame of the page's sockets goes to the search. */
function watchFrames(page: Page, viewer: WatchedViewer): void {
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => viewer.sent(String(payload)));
    socket.on("framereceived", ({ payload }) => viewer.received(String(payload)));
  });
}

// Both wait for a question: before the first, something else stands in its place.
const asked = async (page: Page): Promise<string> => (await page.locator(".question[data-question]").getAttribute("data-question")) ?? "";
const roundOf = async (page: Page): Promise<number> => Number(await page.locator(".question[data-round]").getAttribute("data-round"));
const tapAnswer = (page: Page, answer: boolean): Promise<void> => page.click(`.answer[data-answer="${answer}"]`);

async function createTeam(page: Page, name: string): Promise<void> {
  await page.fill('input[name="team"]', name);
  await page.click('[data-act="createTeam"]');
  await page.waitForSelector('main[data-class="player"]');
}

async function joinTeam(page: Page, id: number): Promise<void> {
  await page.click(`[data-join="${id}"]`);
  await page.waitForSelector('main[data-class="player"]');
}

/** The first answers and waits; by then the host sees that, and nobody what it was. Then the second answers. */
async function playRound(
  first: Page,
  second: Page,
  how: { readonly host: Page; readonly team: number; readonly watch: SecretWatch },
): Promise<void> {
  const { host, team, watch } = how;
  const round = await roundOf(first);
  const questions = [await asked(first), await asked(second)];
  await tapAnswer(first, true);
  await expect(first.locator('.answer[data-answer="true"]')).toHaveAttribute("aria-pressed", "true");
  await expect(host.locator(`[data-team="${team}"] .presence[data-answered="true"]`)).toHaveCount(1);
  await expect(second.locator(".question")).toHaveAttribute("data-round", String(round));
  await expect(second.locator('.answer[aria-pressed="true"]')).toHaveCount(0);
  watch.check();
  const differs = questions.includes("B") && questions.includes("Y");
  await tapAnswer(second, !differs);
  for (const page of [first, second]) {
    await expect(page.locator(".question")).toHaveAttribute("data-round", String(round + 1));
    await expect(page.locator(".last")).toHaveAttribute("data-last", String(round));
    await expect(page.locator(".last")).toHaveAttribute("data-won", "true");
  }
}

test("CS7 four players in two teams and a host's screen play whole rounds, and no page is sent an open answer", async ({ table }) => {
  const watch = new SecretWatch();
  const open = async (name: string, path: string, wide = false): Promise<Page> => {
    const page = await table.open("/?", wide ? { viewport: { width: 1280, height: 800 } } : {});
    watchFrames(page, watch.viewer(name));
    await page.goto(table.server.origin + path);
    return page;
  };
  const host = await open("host", "/", true);
  await host.click('[data-start="class"]');
  await host.getByLabel("Name of the class").fill("Physics");
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const code = host.url().slice(-6);
  await expect(host.locator("[data-code]")).toHaveText(code);

  const ann = await open("ann", `/g/${code}`);
  await createTeam(ann, "Bell");
  const bob = await open("bob", "/");
  await bob.fill('input[name="code"]', code.toLowerCase());
  await bob.getByRole("button", { name: "Join" }).click();
  await joinTeam(bob, 1);
  const cem = await open("cem", `/g/${code}`);
  await createTeam(cem, "Aspect");
  const dee = await open("dee", `/g/${code}`);
  await joinTeam(dee, 2);
  await expect(host.locator(".class-totals")).toContainText("2 teams · 4 players");
  await expect(ann.locator(".question-wait")).toHaveText("The host starts soon");

  await host.click('[data-act="start"]');
  for (let round = 0; round < 4; round += 1) {
    await playRound(ann, bob, { host, team: 1, watch });
    await playRound(dee, cem, { host, team: 2, watch });
  }
  await expect(host.locator('[data-team="1"]')).toHaveAttribute("data-rounds", "4");
  await expect(host.locator('[data-team="1"] [data-figure="success"]')).toContainText("1.00");
  await expect(ann.locator(".score")).toContainText("4 of 4 rounds won");

  await host.click('[data-act="pause"]');
  await expect(ann.locator(".question-wait")).toHaveText("Paused");
  await host.click('[data-act="resume"]');
  await expect(ann.locator(".letter")).toBeVisible();

  await host.locator('[data-team="1"] .team-name').click();
  await expect(host.locator("[data-detail='1'] [data-history]")).toHaveCount(4);
  await host.locator(".class-more > summary").click();
  const download = host.waitForEvent("download");
  await host.getByRole("button", { name: "Answers as CSV" }).click();
  const rows = (await (await (await download).createReadStream()).toArray()).join("").trim().split("\r\n");
  expect(rows[0]).toBe("time,team,round,slot,question,partner's question,answer,mode");
  expect(rows).toHaveLength(1 + 2 * 8);
  await expect(host.getByText("no longer keeps the oldest rounds")).toHaveCount(0);

  // A partner who leaves in mid-round may come back; the open round is dealt again.
  await tapAnswer(ann, true);
  await expect(host.locator('[data-team="1"] .presence[data-answered="true"]')).toHaveCount(1);
  watch.check();
  await bob.locator("summary").click();
  await bob.getByRole("button", { name: "Leave the team" }).click();
  await bob.getByRole("button", { name: "Tap again to do it" }).click();
  await expect(ann.locator(".question-wait")).toHaveText("Waiting for a partner");
  await bob.click('[data-act="comeBack"]');
  await expect(bob.locator('main[data-class="player"]')).toHaveAttribute("data-seat", "2");
  await expect(ann.locator(".question")).toHaveAttribute("data-round", "6");
  await playRound(ann, bob, { host, team: 1, watch });

  // A page that is loaded again is in its seat, the host in his chair.
  await ann.reload();
  await expect(ann.locator('main[data-class="player"]')).toHaveAttribute("data-seat", "1");
  await host.reload();
  await expect(host.locator('main[data-class="host"]')).toBeVisible();
  await playRound(bob, ann, { host, team: 1, watch });
  watch.check();
  expect(watch.found).toEqual([]);
  process.stdout.write(`${watch.frames} frames of five pages searched\n`);
  expect(watch.frames).toBeGreaterThan(100);
});

test("CS7 a double tap answers one question: its second half is none to the next one, which came while the finger was down", async ({
  table,
}) => {
  const [host, bob] = await Promise.all([connectTable(table.server.port), connectTable(table.server.port)]);
  await host.request("create", { game: "chsh" });
  const { gameId } = host.heard.find(({ type }) => type === "claimed")?.data ?? {};
  const ann = await table.open(`/g/${gameId}`);
  await createTeam(ann, "Bell");
  await bob.request("join", { gameId });
  await bob.request("joinTeam", { teamId: 1 });
  await host.request("start");
  for (const round of [1, 2]) {
    expect((await bob.request("answer", { round, answer: true })).type).toBe("ack");
    await expect(ann.locator(".question")).toHaveAttribute("data-round", String(round));
    await expect(ann.locator('.answer[aria-disabled="false"]')).toHaveCount(2);
    await doubleTap(ann.locator('.answer[data-answer="true"]'));
    await expect(ann.locator(".question")).toHaveAttribute("data-round", String(round + 1));
    await expect(ann.locator('.answer[aria-disabled="false"]')).toHaveCount(2);
    await bob.request("sync");
    expect(bob.state.last.number).toBe(round);
    await host.request("sync");
    expect(host.state.teams[0].answered).toEqual([false, false]);
  }
  await Promise.all([host.close(), bob.close()]);
});

/** A class of one team, whose host looks at what else he can do. */
async function openWithPair(host: Page, port: number) {
  await host.click('[data-start="class"]');
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const pair = await quickTeam(port, host.url().slice(-6), { id: 1, name: "Bell" });
  await host.locator(".class-more > summary").click();
  return pair;
}

test("whoever closes a class is asked first and offered its answers, which a double tap saves once", async ({ table }) => {
  const host = await table.open("/");
  const pair = await openWithPair(host, table.server.port);
  const close = host.getByRole("button", { name: "Close the class for everybody" });
  await expect(close, "nothing to take along yet: it asks by itself").toBeVisible();
  await host.click('[data-act="start"]');
  await pair.play(2);
  await expect(host.locator(".class-totals")).toHaveAttribute("data-rounds", "2");
  await expect(close).toHaveCount(0);
  const asks = host.locator('[data-last-act="close"]');
  await asks.locator("summary").click();
  await expect(asks).toContainText("Its answers leave this screen with it.");
  let files = 0;
  host.on("download", () => {
    files += 1;
  });
  await doubleTap(asks.getByRole("button", { name: "Answers as CSV" }));
  await expect.poll(() => files).toBe(1);
  await host.waitForTimeout(500);
  expect(files).toBe(1);
  await doubleTap(asks.getByRole("button", { name: "Answers as CSV" }));
  await expect.poll(() => files, "later it is saved again").toBe(2);
  await asks.getByRole("button", { name: "Close it now" }).click();
  await asks.locator('[data-armed="true"][aria-disabled="false"]').click();
  await expect(host.locator('[data-ended="closed"]')).toBeVisible();
  await pair.close();
});

test("whoever begins a class anew is offered its answers first: from then on no file holds them", async ({ table }) => {
  const host = await table.open("/");
  const pair = await openWithPair(host, table.server.port);
  const anew = host.getByRole("button", { name: "Begin anew: teams stay, rounds go" });
  await expect(anew, "nothing to take along yet: it asks by itself").toBeVisible();
  await host.click('[data-act="start"]');
  await pair.play(2);
  await expect(anew).toHaveCount(0);
  const asks = host.locator('[data-last-act="reset"]');
  await asks.locator("summary").click();
  await expect(asks).toContainText("Its answers leave this screen then.");
  const download = host.waitForEvent("download");
  await asks.getByRole("button", { name: "Answers as CSV" }).click();
  const rows = (await (await (await download).createReadStream()).toArray()).join("").trim().split("\r\n");
  expect(rows).toHaveLength(1 + 4);
  await asks.getByRole("button", { name: "Begin anew now" }).click();
  await asks.locator('[data-armed="true"][aria-disabled="false"]').click();
  await expect(host.locator('main[data-status="waiting"] .class-totals')).toHaveAttribute("data-rounds", "0");
  await expect(anew).toBeVisible();
  await pair.close();
});

test("a team's history that could not be read is read when it can be", async ({ table }) => {
  const host = await table.open("/", { viewport: { width: 1280, height: 800 } });
  await host.click('[data-start="class"]');
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const pair = await quickTeam(table.server.port, host.url().slice(-6), { id: 1, name: "Bell" });
  await host.click('[data-act="start"]');
  await pair.play(3);
  await expect(host.locator('[data-team="1"]')).toHaveAttribute("data-rounds", "3");
  const log = "**/api/games/*/log?*";
  await host.route(log, (route) => route.abort());
  const failed = host.waitForEvent("requestfailed");
  await host.reload();
  await host.locator('[data-team="1"] .team-name').click();
  await failed;
  await expect(host.locator("[data-history]")).toHaveCount(0);
  await host.unroute(log);
  await expect(host.locator("[data-history]")).toHaveCount(3);
  await pair.close();
});

/** A complete team of players without a page, who answer as fast as the server lets them. */
async function quickTeam(port: number, gameId: string, team: { readonly id: number; readonly name: string }) {
  const pair = await Promise.all([connectTable(port), connectTable(port)]);
  for (const client of pair) await client.request("join", { gameId, updates: "changes" });
  const [first, second] = pair as [TableClient, TableClient];
  await first.request("createTeam", { name: team.name });
  await second.request("joinTeam", { teamId: team.id });
  let round = 0;
  return {
    async play(rounds: number): Promise<void> {
      for (let count = 0; count < rounds; count += 1) {
        round += 1;
        for (const client of pair) expect((await client.request("answer", { round, answer: true })).type).toBe("ack");
      }
    },
    close: () => Promise.all(pair.map((client) => client.close())),
  };
}

test("CS15 the rounds of a team stay on the host's screen while another team plays on and on, and a page that comes late is told where they are", async ({
  table,
}) => {
  const host = await table.open("/", { viewport: { width: 1280, height: 800 } });
  await host.click('[data-start="class"]');
  await host.click('[data-act="create"]');
  await host.waitForURL(/\/g\/[A-Z2-9]{6}$/);
  const code = host.url().slice(-6);
  const slow = await quickTeam(table.server.port, code, { id: 1, name: "Bell" });
  const quick = await quickTeam(table.server.port, code, { id: 2, name: "Aspect" });
  await host.click('[data-act="start"]');
  await expect(host.locator('main[data-status="running"]')).toBeVisible();
  await host.locator('[data-team="1"] .team-name').click();
  await expect(host.locator("[data-detail='1']")).toContainText("No complete round yet");
  await slow.play(3);
  await expect(host.locator("[data-history]")).toHaveCount(3);
  await quick.play(100);
  await slow.play(2);
  await expect(host.locator('[data-team="2"]')).toHaveAttribute("data-rounds", "100");
  await expect(host.locator("[data-history]")).toHaveCount(5);

  // More changes than a page reads back lie between. They come from many players, none of whom is too quick for the server.
  const others = [];
  for (const id of [3, 4, 5, 6]) others.push(await quickTeam(table.server.port, code, { id, name: `Team ${id}` }));
  for (const team of [quick, ...others]) await team.play(260);
  await expect(host.locator('[data-team="6"]')).toHaveAttribute("data-rounds", "260");
  await expect(host.locator("[data-history]")).toHaveCount(5);
  await host.reload();
  await host.locator('[data-team="1"] .team-name').click();
  await expect(host.locator("[data-detail='1']")).toContainText("Older rounds are in the file of answers.");
  await expect(host.locator("[data-history]")).toHaveCount(0);
  await Promise.all([slow, quick, ...others].map((team) => team.close()));
});
