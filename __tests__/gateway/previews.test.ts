// SAFETY 15: the preview of a link says whether there is a game under a code, so guessing through it is guessing.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import request from "supertest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";

const guessesMax = 3;
let publicDir = "";

beforeAll(() => {
  publicDir = mkdtempSync(join(tmpdir(), "page-"));
  writeFileSync(join(publicDir, "index.html"), "<html><head><title>The page</title></head><body></body></html>");
});
afterAll(() => rmSync(publicDir, { recursive: true }));

test("who guessed codes through links gets the page without a preview, and may not guess on elsewhere", async () => {
  const all = virtualEdge({ limits: { joinFailuresPerAddressPerMinuteMax: guessesMax } });
  const { gameId, host } = await all.seated();
  await host.ask("renameGame", { name: "Friday" });
  const app = virtualHttp(all, { publicDir });
  const title = async (code: string) => /<title>(.*)<\/title>/.exec((await request(app).get(`/g/${code}`)).text)?.[1];
  expect(await title(gameId)).toBe("Friday - Tap-or-Tarp");
  for (let guess = 0; guess < guessesMax; guess += 1) expect(await title(`ZZZZZ${"ABC"[guess]}`)).toBe("The page");
  expect(await title(gameId)).toBe("The page");
  expect((await request(app).get("/api/games/ZZZZZD")).status).toBe(429);
  expect(all.notes).toEqual([{ event: "rate-limited", detail: { kind: "joins" } }]);
  await all.ambient.advance(60_000);
  expect(await title(gameId)).toBe("Friday - Tap-or-Tarp");
});

test("SAFETY 19: with more to do than can be done what is read of games is refused with the spectators, and the page comes without a preview", async () => {
  const all = virtualEdge({ limits: { storeQueueChangesMax: 80 } });
  const { gameId } = await all.seated();
  const app = virtualHttp(all, { publicDir });
  const api = ["/api/games", `/api/games/${gameId}`, `/api/games/${gameId}/log`];
  const read = () => Promise.all([...api, "/live", "/"].map(async (path) => (await request(app).get(path)).status));
  const title = async () => /<title>(.*)<\/title>/.exec((await request(app).get(`/g/${gameId}`)).text)?.[1];
  const named = await title();
  expect([named, await read()]).toEqual([expect.stringContaining("Tap-or-Tarp"), [200, 200, 200, 200, 200]]);
  all.setQueueDepth(40);
  expect([await title(), await read()]).toEqual(["The page", [503, 503, 503, 200, 200]]);
  all.setQueueDepth(0);
  expect([await title(), await read()]).toEqual([named, [200, 200, 200, 200, 200]]);
});
