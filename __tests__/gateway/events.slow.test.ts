// F52: whoever cannot open a socket watches a game over Server-Sent Events: the view, every change, and nothing secret.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startRunningServer({ env: { LIMIT_EVENT_STREAMS: "2" } });
});

afterAll(async () => server.dispose());

/** Reads one stream; `until` resolves with everything read so far once the text holds what is looked for. */
async function watch(gameId: string) {
  const stop = new AbortController();
  const response = await fetch(`${server.url}/api/games/${gameId}/events`, { signal: stop.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    response,
    stop: () => stop.abort(),
    async until(sought: RegExp): Promise<string> {
      while (!sought.test(text)) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: "" };
        if (done) throw new Error(`The stream ended before ${sought}:\n${text}`);
        text += value;
      }
      return text;
    },
  };
}

describe("F52 Server-Sent Events", () => {
  test("a watcher gets the view at once and each change as it happens, without tokens", async () => {
    const table = await seatTable(server.port, 2);
    const watcher = await watch(table.gameId);
    expect(watcher.response.headers.get("content-type")).toContain("text/event-stream");
    await watcher.until(/"status":"waiting"/);
    await table.players[0]?.request("start");
    await watcher.until(/"status":"running"/);
    await table.players[0]?.request("passTurn");
    const text = await watcher.until(/"activePlayer":2/);
    expect(text).toMatch(/^retry: \d+$/m);
    for (const token of [...table.tokens, table.hostToken]) if (token !== "") expect(text).not.toContain(token);
    watcher.stop();
    for (const player of table.players) player.cut();
  });

  test("no such game is 404; past the limit of streams it is 503 with Retry-After", async () => {
    const table = await seatTable(server.port, 2);
    expect((await watch("ZZZZZZ")).response.status).toBe(404);
    const open = [await watch(table.gameId), await watch(table.gameId)];
    for (const watcher of open) await watcher.until(/"v":/);
    const refused = await watch(table.gameId);
    expect(refused.response.status).toBe(503);
    expect(Number(refused.response.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const watcher of open) watcher.stop();
    for (const player of table.players) player.cut();
  });

  test("watchers who are here when the server leaves are let go of before its store is closed: the log has no fault", async () => {
    const leaving = await startRunningServer();
    try {
      const table = await seatTable(leaving.port, 2);
      const stream = await fetch(`${leaving.url}/api/games/${table.gameId}/events`);
      const reader = stream.body?.getReader();
      await reader?.read();
      expect((await leaving.stop()).code).toBe(0);
      await expect(reader?.read().then(({ done }) => done)).rejects.toThrow();
      expect(leaving.output()).not.toMatch(/"level":"(warn|error|fatal)"/);
    } finally {
      await leaving.dispose();
    }
  });
});
