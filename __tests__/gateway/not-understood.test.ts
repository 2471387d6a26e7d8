// What a session answers itself, what it asks of a room again, and what it has done with.
import { describe, expect, test } from "vitest";
import type { Answer } from "../../lib/room/answer.ts";
import type { Room } from "../../lib/room/room.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const both = { gameId: "ABC234", playerId: 1, host: true, token: "x".repeat(43) };

describe("what is refused before it reaches a game", () => {
  test.each([
    ["a command of a game, by somebody who is in none", "passTurn", {}, { code: "not-joined" }, null],
    ["a sync by somebody who is in no game", "sync", {}, { code: "not-joined" }, null],
    ["ticks for somebody who is in no game", "subscribeTicks", { intervalMs: 1_000 }, { code: "not-joined" }, null],
    ["a type there is not, by somebody who is in no game", "fly", {}, { code: "bad-message", field: "type" }, 1],
    ["a game there is not", "create", { game: "bridge" }, { code: "bad-message", field: "data.game" }, 1],
    ["a setting there is not", "create", { settings: { fog: 1 } }, { code: "bad-message", field: "data.settings.fog" }, 1],
    ["a seat and the host's chair at once", "reconnect", both, { code: "bad-message", field: "data.playerId" }, 1],
  ])("%s", async (_what, type, data, refusal, counted) => {
    const { connect, metrics } = virtualEdge();
    expect(await connect().ask(type, data)).toMatchObject({ type: "error", data: refusal });
    expect(await metrics.text()).toContain(`tapotarp_bad_messages_total ${counted ?? 0}\n`);
  });

  test.each([
    ["a type there is not", "fly", {}, "type"],
    ["a command without what it needs", "claim", {}, "data.playerId"],
    ["a message of the session with what it may not have", "sync", { v: -1 }, "data.v"],
  ])("%s, by a player: named, and counted", async (_what, type, data, field) => {
    const { seated, metrics } = virtualEdge();
    const { host } = await seated();
    expect(await host.ask(type, data)).toMatchObject({ type: "error", data: { code: "bad-message", field } });
    expect(await metrics.text()).toContain("tapotarp_bad_messages_total 1\n");
  });
});

describe("a reader who lost changes and takes frames again", () => {
  const away: Answer = { ok: false, code: "store-unavailable" };
  test.each([
    ["is sent the whole state again when it could not be read at once", away, 3],
    ["asks no more for a game that is not there", { ok: false, code: "no-such-game" }, 1],
  ] as const)("%s", async (_what, refusal, times) => {
    const { seated, ambient } = virtualEdge();
    const { host } = await seated();
    let asked = 0;
    (host.session.room as Room).sync = async (_who, told) => {
      asked += 1;
      told(asked < 3 ? refusal : { ok: true, v: 1 });
    };
    host.session.resync();
    await ambient.advance(10_000);
    await ambient.advance(10_000);
    expect(asked).toBe(times);
  });
});

describe("feedback", () => {
  test.each([
    ["kept", "ack"],
    ["refused by the store", "error"],
  ])("that was %s is not under way any more: reading does not wait for it, nor does the way out", async (what, type) => {
    const store = memoryStore();
    if (what !== "kept") store.saveFeedback = () => Promise.reject(new StoreFault("unavailable", "planted"));
    const { ambient, connect } = virtualEdge({ store });
    const client = connect();
    expect((await client.ask("feedback", { text: "Good" })).type).toBe(type);
    await ambient.advance(0);
    expect(client.session.isBusy).toBe(false);
  });
});
