// The page's files: what was built last is what a browser gets.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express, { type Express } from "express";
import request from "supertest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPages } from "../../lib/gateway/pages.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { routeOf } from "../../public/app/route.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const addresses = ["/", "/g/ABC234", "/admin/", "/api/docs"];
let publicDir = "";
beforeEach(() => {
  publicDir = mkdtempSync(join(tmpdir(), "tapotarp-pages-"));
});
afterEach(() => rmSync(publicDir, { recursive: true, force: true }));

function build(text: string): void {
  for (const folder of ["", "admin", "api-docs"]) {
    mkdirSync(join(publicDir, folder), { recursive: true });
    writeFileSync(join(publicDir, folder, "index.html"), text);
  }
}

function pagesApp(environment: string): Express {
  const app = express();
  const { edge, rooms } = virtualEdge();
  addPages(app, { publicDir, rooms, edge, config: readConfig({ NODE_ENV: environment }) });
  return app;
}

function serve(environment: string) {
  const app = pagesApp(environment);
  return async () => Promise.all(addresses.map(async (address) => (await request(app).get(address)).text));
}

describe("built pages", () => {
  test("in development the page that was built last is served, also when there was none at the start", async () => {
    const pages = serve("development");
    for (const text of await pages()) expect(text).toContain("npm run build");
    for (const text of ["<p>first</p>", "<p>second</p>"]) {
      build(text);
      expect(await pages()).toEqual(addresses.map(() => text));
    }
  });

  test("in production nothing is read for a request: the page is that of the start", async () => {
    build("<p>first</p>");
    const pages = serve("production");
    build("<p>second</p>");
    expect(await pages()).toEqual(addresses.map(() => "<p>first</p>"));
  });

  test("each address of the players' page is one of its screens: none but the first shows the start", () => {
    const operators = ["/admin", "/api/docs"];
    const served = pagesApp("production")
      .router.stack.flatMap(({ route }) => route?.path ?? [])
      .flat();
    const players = served.map(String).filter((path) => !operators.includes(path));
    const screens = players.map((path) => [path, routeOf({ pathname: path.replace(":code", "ABC234"), hash: "" }).page]);
    expect(screens).toEqual([
      ["/", "home"],
      ["/overlay/:code", "overlay"],
      ["/g/:code", "game"],
    ]);
  });
});
