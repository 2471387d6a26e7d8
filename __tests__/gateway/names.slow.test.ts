import he from "he";
import { describe, expect, test } from "vitest";
import { sharePage } from "../../lib/gateway/pages.ts";
import { startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";
import { xssPayloads } from "../support/xss-payloads.ts";

const page = `<!doctype html><html><head><meta name="description" content="x" /><title>T</title></head><body><div id="app"></div></body></html>`;
const marks = (html: string) => html.replaceAll(/[^<>"'`]/g, "");

describe("F18 L22 names are kept as typed and escaped where markup is written", () => {
  test("there are 500 payloads, all different", () => {
    expect(new Set(xssPayloads).size).toBe(500);
  });

  test("500 payloads in the share page: no mark of markup more than with a plain name, and the title says what was typed", () => {
    const plain = marks(sharePage(page, { title: "plain", description: "plain" }));
    for (const name of xssPayloads) {
      const html = sharePage(page, { title: name, description: name });
      expect(marks(html)).toBe(plain);
      expect(he.decode(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? "")).toBe(name);
      expect(he.decode(/<meta property="og:description" content="([^"]*)"/.exec(html)?.[1] ?? "")).toBe(name);
    }
  });

  test("500 payloads through socket, state, log, table of changes, event stream and share page of a whole server", async () => {
    const server = await startRunningServer({ env: { LIMIT_COMMANDS_PER_SESSION: "10000", LIMIT_FRAMES_PER_SECOND: "10000" } });
    try {
      const { gameId, players } = await seatTable(server.port, 2, { settings: { listed: true } });
      const [host] = players;
      const url = `${server.url}/api/games/${gameId}`;
      const stream = await fetch(`${url}/events`);
      const reader = stream.body?.getReader();
      const wrong: string[] = [];
      for (const name of xssPayloads) {
        const typed = name.normalize("NFC").replace(/\s+/gu, " ").trim();
        const answers = [await host?.request("updatePlayer", { playerId: 1, name }), await host?.request("renameGame", { name })];
        const isKept =
          answers.every((answer) => answer?.type === "ack") && host?.state.players[0].name === typed && host.state.name === typed;
        if (!isKept) wrong.push(name);
      }
      const shared = await fetch(`${server.url}/g/${gameId}`);
      const view = await fetch(url);
      const log = await fetch(`${url}/log?after=0`);
      const csv = await fetch(`${url}/log?after=0&format=csv`);
      for (const [response, type] of [
        [stream, "text/event-stream"],
        [view, "application/json"],
        [log, "application/json"],
        [csv, "text/csv"],
      ] as const) {
        expect(response.headers.get("content-type")).toContain(type);
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none';script-src 'self';style-src 'self'/);
      }
      expect(((await view.json()) as { name: string }).name).toBe(xssPayloads.at(-1)?.normalize("NFC"));
      const lines = (await csv.text()).split("\r\n");
      // No cell begins with what a spreadsheet takes for a formula.
      expect(lines.filter((line) => /(^|,)"?[=+@]/.test(line.replace(/"(?:[^"]|"")*"/g, (quoted) => quoted.slice(0, 2))))).toEqual([]);
      if (shared.status === 200) expect(await shared.text()).not.toContain("pwned()</script>");
      expect(wrong).toEqual([]);
      // No name reached the log of the server.
      expect(xssPayloads.filter((name) => name.length > 8 && server.output().includes(name))).toEqual([]);
      await reader?.cancel();
    } finally {
      await server.dispose();
    }
  });
});
