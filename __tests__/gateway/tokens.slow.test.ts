import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";
import { openIngest } from "../support/sentry-ingest.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";
import { raceTokens, tellRaces } from "./runs/token-races.ts";

/** Reconnects and gives the new token, or the code of the refusal. */
async function reconnect(client: TableClient, data: object): Promise<string> {
  const since = client.heard.length;
  const answer = await client.request("reconnect", data);
  if (answer.type === "error") return answer.data.code;
  return client.heard.slice(since).find((message) => message.type === "reconnected")?.data.token;
}

const raised = { LIMIT_JOIN_FAILURES_PER_ADDRESS: "1000000" };

describe("PRODUCT 4: tokens", () => {
  test("L16 one token used by 2 to 10 clients at once: one winner, the others displaced", async () => {
    const server = await startRunningServer({ env: raised });
    try {
      const figures = await raceTokens(server.port, 40);
      process.stderr.write(`${tellRaces(figures)}\n`);
      expect(figures).toMatchObject({ badRounds: 0, loserTokensGood: 0, otherAnswers: 0 });
    } finally {
      await server.dispose();
    }
  });

  test("F20 L17 rotation: a lost answer costs nothing, the old token works until the new one is used, and then its use revokes both", async () => {
    const server = await startRunningServer({ env: raised });
    try {
      const { gameId, tokens, players } = await seatTable(server.port, 2);
      const first = tokens[1] ?? "";
      const seat = { gameId, playerId: 2 };
      // The reply with the new token is lost: the line is cut before it is read.
      const lost = await connectTable(server.port);
      lost.socket.pause();
      lost.send("reconnect", { ...seat, token: first });
      await expect.poll(() => players[1]?.socket.readyState).toBe(3);
      lost.cut();
      const back = await connectTable(server.port);
      const second = await reconnect(back, { ...seat, token: first });
      expect(second).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const again = await connectTable(server.port);
      const third = await reconnect(again, { ...seat, token: second });
      expect(third).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect((await back.closed).code).toBe(4001);
      // Out of use: somebody copied it. Both tokens are void from here on.
      const thief = await connectTable(server.port);
      expect(await reconnect(thief, { ...seat, token: first })).toBe("bad-token");
      expect(await reconnect(thief, { ...seat, token: third })).toBe("bad-token");
      // Who sits there goes on playing, because his connection is his.
      expect((await again.request("updatePlayer", { playerId: 2, name: "Still here" })).type).toBe("ack");
      const folder = join(server.dataDir, "audit");
      await expect
        .poll(() =>
          readdirSync(folder)
            .map((name) => readFileSync(join(folder, name), "utf8"))
            .join(""),
        )
        .toContain("token-reused");
    } finally {
      await server.dispose();
    }
  });

  test("L38 a claim whose answer was lost is granted again to whoever knows its id, also after a restart", async () => {
    const server = await startRunningServer();
    const { gameId } = await seatTable(server.port, 1);
    const lost = await connectTable(server.port);
    await lost.request("join", { gameId });
    lost.socket.pause();
    lost.send("claim", { playerId: 2 }, "my-claim-0001");
    const watcher = await connectTable(server.port);
    await watcher.request("join", { gameId });
    await expect.poll(() => watcher.request("sync").then(() => watcher.state.players[1].claimed)).toBe(true);
    lost.cut();
    await server.stop();
    const second = await startRunningServer({ dataDir: server.dataDir });
    try {
      const back = await connectTable(second.port);
      await back.request("join", { gameId });
      const since = back.heard.length;
      expect((await back.request("claim", { playerId: 2 }, "my-claim-0001")).type).toBe("ack");
      const claimed = back.heard.slice(since).find((message) => message.type === "claimed");
      expect(claimed?.data).toMatchObject({ playerId: 2, gameId });
      const other = await connectTable(second.port);
      expect(await reconnect(other, { gameId, playerId: 2, token: claimed?.data.token })).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const stranger = await connectTable(second.port);
      await stranger.request("join", { gameId });
      expect((await stranger.request("claim", { playerId: 2 }, "another-id")).data.code).toBe("seat-taken");
    } finally {
      await second.dispose();
      await server.dispose();
    }
  });

  test("L18 SAFETY 26 1,000 tokens: in no log line, metric, error, record or report; only hashes in the store", async () => {
    const ingest = await openIngest();
    const server = await startRunningServer({
      env: { ...raised, LOG_LEVEL: "trace", LOG_SAMPLE_EVERY: "1", SENTRY_DSN: ingest.dsn, METRICS_TOKEN: "metrics-token-for-tests" },
    });
    try {
      const tokens: string[] = [];
      const errors: string[] = [];
      for (let table = 0; table < 10; table += 1) {
        const { gameId, tokens: seated, hostToken } = await seatTable(server.port, 8);
        tokens.push(hostToken, ...seated);
        let client = await connectTable(server.port);
        while (tokens.length < (table + 1) * 100) {
          const token = await reconnect(client, {
            gameId,
            playerId: 1,
            token: tokens.length % 100 === 9 ? (seated[0] ?? "") : (tokens.at(-1) ?? ""),
          });
          tokens.push(token);
          if (tokens.length % 10 === 0) client = await connectTable(server.port);
        }
        client.send("reconnect", { gameId, playerId: 2, token: `${tokens.at(-1)}` });
        client.raw(`{"type":"reconnect","data":{"gameId":"${gameId}","playerId":3,"token":"${tokens.at(-1)}","extra":1}}`);
        client.raw(`{"type":"reconnect","token":"${tokens.at(-1)}"}`);
        client.raw(`{"type":"reconnect","data":{"token":"${tokens.at(-1)}"`);
        await client.request("ping-pong");
        errors.push(...client.heard.filter(({ type }) => type === "error").map((message) => JSON.stringify(message)));
      }
      expect(tokens).toHaveLength(1_000);
      expect(new Set(tokens).size).toBe(1_000);
      const metrics = await (await fetch(`${server.url}/metrics`, { headers: { Authorization: "Bearer metrics-token-for-tests" } })).text();
      await server.stop();
      const files = readdirSync(server.dataDir, { recursive: true, encoding: "utf8" }).map((name) => join(server.dataDir, name));
      const stored = files.flatMap((path) => {
        try {
          return [readFileSync(path).toString("latin1")];
        } catch {
          return [];
        }
      });
      const sinks = { log: server.output(), metrics, errors: errors.join("\n"), reports: ingest.raw.join("\n"), stored: stored.join("\n") };
      for (const [sink, text] of Object.entries(sinks)) {
        expect([sink, tokens.filter((token) => text.includes(token)).length]).toEqual([sink, 0]);
      }
      expect(errors.length).toBeGreaterThanOrEqual(30);
      expect(metrics).toContain("tapotarp_commands_total");
      const hashed = tokens.filter((token) => sinks.stored.includes(createHash("sha256").update(token).digest("hex"))).length;
      process.stderr.write(
        `1,000 tokens: found nowhere; hashes of ${hashed} in the store; ${sinks.log.split("\n").length} log lines searched\n`,
      );
      expect(hashed).toBeGreaterThan(500);
    } finally {
      await server.dispose();
      await ingest.close();
    }
  });
});
