import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRaw } from "../support/raw-peer.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";

/** The status line and body of a refused upgrade. */
async function refusal(port: number, handshake: { readonly path?: string; readonly headers?: Record<string, string> }): Promise<string> {
  try {
    const peer = await openRaw(port, handshake);
    peer.socket.destroy();
    return "101";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("SAFETY 13-15: the upgrade gate", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startRunningServer({
      env: {
        NODE_ENV: "production",
        ALLOWED_ORIGINS: "https://play.example,https://*.example.org",
        TRUSTED_PROXIES: "",
        LIMIT_CONNECTIONS_PER_ADDRESS: "5",
      },
    });
  });
  afterAll(() => server.dispose());
  const origin = { Origin: "https://play.example" };

  test.each([
    ["another path", { path: "/other", headers: origin }, "404"],
    ["the path /ws", { path: "/ws", headers: origin }, "101"],
    ["the path / with a query", { path: "/?x=1", headers: origin }, "101"],
    ["no Origin in production", {}, "403"],
    ["a foreign Origin", { headers: { Origin: "https://evil.example" } }, "403"],
    ["an Origin below an allowed label", { headers: { Origin: "https://a.example.org" } }, "101"],
    ["L20 an Origin that ends like an allowed one", { headers: { Origin: "https://evilexample.org" } }, "403"],
    ["an unknown subprotocol", { headers: { ...origin, "Sec-WebSocket-Protocol": "tapotarp.v9" } }, "400"],
    ["a known subprotocol among others", { headers: { ...origin, "Sec-WebSocket-Protocol": "x, tapotarp.v1" } }, "101"],
    ["no key", { headers: { ...origin, "Sec-WebSocket-Key": "" } }, "400"],
    ["an old version", { headers: { ...origin, "Sec-WebSocket-Version": "7" } }, "400"],
  ])("%s: a real HTTP answer", async (_name, handshake, status) => {
    expect(await refusal(server.port, handshake as object)).toContain(status);
  });

  test("SAFETY 13 nobody gets compression, whoever offers it: each would hold memory for it, and a small frame could be a large message", async () => {
    const client = await connectTable(server.port, { headers: origin, perMessageDeflate: true });
    expect(client.socket.extensions).toBe("");
    await client.close();
  });

  test("a server with all the connections it may have refuses the next with 503 and says when to come back", async () => {
    const small = await startRunningServer({ env: { LIMIT_CONNECTIONS: "10", LIMIT_CONNECTIONS_PER_ADDRESS: "10" } });
    try {
      const open = await Promise.all(Array.from({ length: 10 }, () => connectTable(small.port)));
      expect(await refusal(small.port, {})).toMatch(/503[\s\S]*Retry-After: 5[\s\S]*The server is full/);
      await open[0]?.close();
      await expect.poll(() => refusal(small.port, {})).toBe("101");
      for (const client of open) client.cut();
    } finally {
      await small.dispose();
    }
  });

  test("F51 a client of another version is told which ones are spoken", async () => {
    expect(await refusal(server.port, { headers: { ...origin, "Sec-WebSocket-Protocol": "tapotarp.v9" } })).toContain("tapotarp.v1");
    // A browser keeps that answer from its page, which asks here.
    expect(await (await fetch(`${server.url}/api/server/state`)).json()).toMatchObject({ protocols: ["tapotarp.v1"] });
  });

  test("L20 X-Forwarded-For gains nothing when no proxy is trusted", async () => {
    const open: TableClient[] = [];
    for (let i = 0; i < 5; i += 1) open.push(await connectTable(server.port, { headers: { ...origin, "X-Forwarded-For": `9.9.9.${i}` } }));
    const sixth = await refusal(server.port, { headers: { ...origin, "X-Forwarded-For": "9.9.9.77" } });
    expect(sixth).toContain("429");
    expect(sixth).toContain("Retry-After");
    await Promise.all(open.map((client) => client.close()));
    await expect.poll(() => refusal(server.port, { headers: origin })).toBe("101");
  });

  test("F46 each refused origin and each limit hit is in the audit log, and counted", async () => {
    const folder = join(server.dataDir, "audit");
    await expect
      .poll(() =>
        existsSync(folder)
          ? readdirSync(folder)
              .map((name) => readFileSync(join(folder, name), "utf8"))
              .join("")
          : "",
      )
      .toMatch(/"origin-refused".*"detail":\{"origin":"http.*"rate-limited"/s);
  });

  test("a client that hangs up in the middle of a refusal harms nobody", async () => {
    for (let i = 0; i < 50; i += 1) {
      const { connect } = await import("node:net");
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write("GET /nope HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        socket.resetAndDestroy();
      });
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.on("close", resolve));
    }
    expect((await fetch(`${server.url}/live`)).status).toBe(200);
  });
});

test("refused origins count against the address: 403 while it may still try, 429 past that", async () => {
  const env = { NODE_ENV: "production", ALLOWED_ORIGINS: "https://play.example", LIMIT_UPGRADES_PER_ADDRESS: "3" };
  const server = await startRunningServer({ env });
  try {
    const from = async (origin: string) => (await refusal(server.port, { headers: { Origin: origin } })).split("\r\n", 1)[0];
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await from("https://evil.example"));
    answers.push(await from("https://play.example"));
    const [refused, tooMany] = ["HTTP/1.1 403 Forbidden", "HTTP/1.1 429 Too Many Requests"];
    expect(answers).toEqual([refused, refused, refused, tooMany, tooMany]);
  } finally {
    await server.dispose();
  }
});

test("XFF through a trusted proxy: each client has its own ceiling, and a forged prefix changes nothing", async () => {
  const server = await startRunningServer({ env: { TRUSTED_PROXIES: "loopback", LIMIT_CONNECTIONS_PER_ADDRESS: "2" } });
  try {
    const from = (forwarded: string) => connectTable(server.port, { headers: { "X-Forwarded-For": forwarded } });
    const open = [await from("198.51.100.1"), await from("6.6.6.6, 198.51.100.1"), await from("198.51.100.2")];
    expect(await refusal(server.port, { headers: { "X-Forwarded-For": "7.7.7.7, 198.51.100.1" } })).toContain("429");
    open.push(await from("198.51.100.2"));
    await Promise.all(open.map((client) => client.close()));
  } finally {
    await server.dispose();
  }
});

test("L21 60 phones behind one address are back within 5 s after a restart, and none is refused", async () => {
  const first = await startRunningServer();
  const { port, dataDir } = first;
  const tables = [];
  for (let i = 0; i < 10; i += 1) tables.push(await seatTable(port, 6));
  for (const { players } of tables) await players[0]?.request("start");
  const closed = Promise.all(tables.flatMap(({ players }) => players.map((player) => player.closed)));
  await first.stop();
  expect(new Set((await closed).map(({ code }) => code))).toEqual(new Set([1012]));
  const second = await startRunningServer({ dataDir, port });
  try {
    const startedAt = performance.now();
    const phones = await Promise.all(
      tables.flatMap(({ gameId, tokens }) =>
        tokens.map(async (token, index) => {
          const phone = await connectTable(port);
          const answer = await phone.request("reconnect", { gameId, playerId: index + 1, token });
          return { phone, answer };
        }),
      ),
    );
    const tookMs = performance.now() - startedAt;
    process.stderr.write(`60 phones behind one address were back after ${tookMs.toFixed(0)} ms\n`);
    expect(phones.filter(({ answer }) => answer.type === "ack")).toHaveLength(60);
    expect(tookMs).toBeLessThan(5_000);
    await Promise.all(phones.map(({ phone }) => phone.close()));
  } finally {
    await second.dispose();
    await first.dispose();
  }
});
