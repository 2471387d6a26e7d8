import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startRunningServer({
    env: { LIMIT_HTTP_REQUESTS: "300", LIMIT_EVENT_STREAMS: "2", LIMIT_KEEP_ALIVE_MS: "65000", ADMIN_TOKEN: "the-operator-of-the-tests" },
  });
});
afterAll(() => server.dispose());

/** What a request made by hand is answered, up to the first blank line; "" when the line is cut. */
function byHand(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(server.port, "127.0.0.1", () => socket.write(bytes));
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      if (heard.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("close", () => resolve(heard.split("\r\n\r\n")[0] ?? ""));
  });
}

describe("F31 SAFETY 20: HTTP", () => {
  test.each(["/", "/live", "/health", "/api/games", "/api/games/AAAAAA", "/g/AAAAAA", "/nowhere"])(
    "%s carries every security header",
    async (path) => {
      const { headers } = await fetch(server.url + path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).not.toMatch(/unsafe|\*|http:/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
      });
      expect(headers.get("x-powered-by")).toBe(null);
    },
  );

  test.each(["/live", "/ready", "/health", "/metrics", "/api/server/state", "/api/games"])("%s is kept by no cache", async (path) => {
    expect((await fetch(server.url + path)).headers.get("cache-control")).toBe("no-store");
  });

  test("an operator whose proxy keeps its connections for a minute may have the server keep them longer", async () => {
    expect(await byHand("GET /live HTTP/1.1\r\nHost: here\r\n\r\n")).toMatch(/^Keep-Alive: timeout=65$/im);
  });

  test("a line on which requests pile up is cut: 2,000 in one piece are not all served while nobody else is heard", async () => {
    const answersTo = (count: number) =>
      new Promise<number>((resolve) => {
        let heard = "";
        const answers = () => heard.split("HTTP/1.1 200 OK").length - 1;
        const socket = connect(server.port, "127.0.0.1", () => socket.write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".repeat(count)));
        socket.on("error", () => undefined);
        socket.on("data", (chunk) => {
          heard += chunk.toString("latin1");
          if (answers() === count) socket.destroy();
        });
        socket.on("close", () => resolve(answers()));
      });
    expect(await answersTo(8)).toBe(8);
    expect(await answersTo(2_000)).toBeLessThanOrEqual(8);
  });

  test("only an address of a game says that there is no such game", async () => {
    const body = async (path: string, method = "GET") => (await fetch(server.url + path, { method })).text();
    expect(JSON.parse(await body("/api/games/AAAAAA"))).toMatchObject({ code: "no-such-game" });
    for (const [path, method] of [["/api/nowhere"], ["/api"], ["/api/nowhere", "POST"]] as const) {
      expect(await body(path, method)).toBe("There is nothing here.");
    }
  });

  test("in production HSTS is sent, and metrics for which no token is set are shown to nobody", async () => {
    const production = await startRunningServer({ env: { NODE_ENV: "production" } });
    try {
      expect((await fetch(`${production.url}/metrics`)).status).toBe(401);
      expect((await fetch(`${production.url}/live`)).headers.get("strict-transport-security")).toContain("max-age=31536000");
    } finally {
      await production.dispose();
    }
  });

  test("F39 the caller's trace id comes back, and one is drawn for who has none", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const given = await fetch(`${server.url}/live`, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    expect(given.headers.get("x-request-id")).toBe(traceId);
    expect((await fetch(`${server.url}/live`)).headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  });

  test("a body past 16 KiB is refused by its length, and cut when it hides its length", async () => {
    const head =
      "POST /admin/api/drain HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer the-operator-of-the-tests\r\nContent-Type: application/json\r\n";
    expect(await byHand(`${head}Content-Length: 16385\r\n\r\n${"x".repeat(16_385)}`)).toContain(" 413 ");
    const chunked = await byHand(
      `${head}Transfer-Encoding: chunked\r\n\r\n8000\r\n${" ".repeat(0x8000)}\r\n8000\r\n${" ".repeat(0x8000)}\r\n`,
    );
    expect(chunked === "" || chunked.includes(" 413 ")).toBe(true);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  test("a body that hides its length, and that nobody reads, is no longer taken once the request is answered", async () => {
    const heard = await byHand("POST /live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    expect(heard).toContain("Connection: close");
  });

  test("what is long goes out compressed, and an event stream does not, as each event has to go at once", async () => {
    const { gameId } = await seatTable(server.port, 2);
    const ask = (path: string) => fetch(server.url + path, { headers: { "accept-encoding": "gzip" } });
    expect((await ask("/api/openapi.json")).headers.get("content-encoding")).toBe("gzip");
    const stream = await ask(`/api/games/${gameId}/events`);
    expect([stream.status, stream.headers.get("content-encoding")]).toEqual([200, null]);
    await stream.body?.cancel();
  });

  test("a request that never ends is cut within 15 s and a little, however steadily it drips", async () => {
    const head =
      "POST /admin/api/drain HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer the-operator-of-the-tests\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    const startedAt = performance.now();
    const socket = connect(server.port, "127.0.0.1", () => socket.write(head));
    const drip = setInterval(() => socket.write(" "), 500);
    socket.on("error", () => undefined);
    socket.resume();
    const enough = setTimeout(() => socket.destroy(), 20_000);
    await new Promise((resolve) => socket.on("close", resolve));
    clearInterval(drip);
    clearTimeout(enough);
    expect(performance.now() - startedAt).toBeLessThan(19_000);
  });

  test("a client that offers HTTP/2 beside its question is answered as if it had not", async () => {
    const offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
    expect(await byHand(`GET /live HTTP/1.1\r\nHost: x\r\n${offer}\r\n`)).toContain("HTTP/1.1 200 OK");
  });

  test("F52 a watcher gets the view and each change as events, at most so many watchers", async () => {
    const { gameId, players } = await seatTable(server.port, 2);
    const url = `${server.url}/api/games/${gameId}/events`;
    const stream = await fetch(url);
    const second = await fetch(url);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect((await fetch(url)).status).toBe(503);
    await players[0]?.request("start");
    const reader = stream.body?.getReader();
    let text = "";
    while (!text.includes('"status":"running"')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(text).toMatch(/^retry: 2000\n\nid: 3\ndata: \{"type":"state"/);
    expect(text).not.toMatch(/tokenHash|viewerId/);
    await reader?.cancel();
    await second.body?.cancel();
    await expect.poll(async () => (await fetch(url)).status).toBe(200);
  });

  test("F52 where no stream is left, who comes from another address takes the place of one from the address with most", async () => {
    const { gameId } = await seatTable(server.port, 2);
    const listen = (localAddress: string) =>
      new Promise<{ readonly status: string; readonly socket: Socket; readonly heard: () => string }>((resolve) => {
        const wish = `GET /api/games/${gameId}/events HTTP/1.1\r\nHost: x\r\n\r\n`;
        const socket = connect({ port: server.port, host: "127.0.0.1", localAddress }, () => void socket.write(wish));
        let heard = "";
        socket
          .on("error", () => undefined)
          .on("data", (chunk) => {
            heard += chunk.toString("latin1");
            resolve({ status: heard.slice(9, 12), socket, heard: () => heard });
          });
      });
    const many = [await listen("127.0.0.1")];
    while (many.at(-1)?.status === "200") many.push(await listen("127.0.0.1"));
    const other = await listen("127.0.0.2");
    expect(other.status).toBe("200");
    // The newest that was let in; the last was not.
    await expect.poll(() => many.at(-2)?.heard()).toContain('event: end\ndata: {"reason":"busy"}');
    const another = await listen("127.0.0.1");
    expect(another.status).toBe("503");
    for (const { socket } of [...many, other, another]) socket.destroy();
  });

  test("F43 the address's share is told in every answer, and past it 429 says when to come back; probes go on", async () => {
    let refused: Response | null = null;
    let left = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 400 && refused === null; i += 1) {
      const response = await fetch(`${server.url}/api/server/state`);
      expect(response.headers.get("ratelimit-policy")).toBe('"address";q=300;w=60');
      if (response.status === 429) refused = response;
      else left = Math.min(left, Number(/r=(\d+)/.exec(response.headers.get("ratelimit") ?? "")?.[1]));
    }
    expect(left).toBe(0);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ code: "rate-limited", retry: true });
    expect([(await fetch(`${server.url}/live`)).status, (await fetch(`${server.url}/ready`)).status]).toEqual([200, 200]);
  });
});
