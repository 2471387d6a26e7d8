import { describe, expect, test } from "vitest";
import { LookUps } from "../../lib/gateway/look-ups.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const codes = [..."ABCDEFGHJK"].map((letter) => letter.repeat(6));

/** A store that looks into many games at once, and says how often it was asked. */
function countedStore() {
  const store = memoryStore();
  const load = store.load.bind(store);
  const asked: string[] = [];
  store.load = async (gameId) => {
    asked.push(gameId);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return load(gameId);
  };
  return { store, asked };
}

describe("F43 codes guessed all at once", () => {
  test("over sockets: no more are looked for than may be missed, and the rest is told to wait", async () => {
    const { store, asked } = countedStore();
    const { connect } = virtualEdge({ store, limits: { joinFailuresPerAddressPerMinuteMax: 5 } });
    const answers = await Promise.all(codes.map((gameId) => connect().ask("join", { gameId })));
    const told = answers.map(({ data }) => data.code);
    expect(told.filter((code) => code === "no-such-game")).toHaveLength(5);
    expect(told.filter((code) => code === "rate-limited")).toHaveLength(5);
    expect(asked).toHaveLength(5);
  });

  test("tokens: no more are compared than may be wrong, and the rest is told to wait", async () => {
    const { connect, seated, notes } = virtualEdge({ limits: { joinFailuresPerAddressPerMinuteMax: 5 } });
    const { gameId } = await seated();
    const guess = (at: number) => connect("203.0.113.66").ask("reconnect", { gameId, playerId: 1, token: `${at}`.padStart(43, "A") });
    const answers = await Promise.all(codes.map((_, at) => guess(at)));
    const told = answers.map(({ data }) => data.code);
    expect(told.filter((code) => code === "bad-token")).toHaveLength(5);
    expect(told.filter((code) => code === "rate-limited")).toHaveLength(5);
    expect(notes.filter(({ event }) => event === "token-refused")).toHaveLength(5);
  });

  test("over HTTP: the same, through one line or many", async () => {
    const { store, asked } = countedStore();
    const all = virtualEdge({ store, limits: { joinFailuresPerAddressPerMinuteMax: 5 } });
    const lineOf = heldLines(all);
    const lines = [lineOf(), lineOf(), lineOf()];
    for (const [at, line] of lines.entries()) line.get(...codes.filter((_, i) => i % 3 === at).map((code) => `/api/games/${code}`));
    await all.ambient.advance(0);
    await all.ambient.advance(0);
    const statuses = lines.flatMap((line) => line.statuses);
    expect(statuses.filter((status) => status === 404)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(asked).toHaveLength(5);
  });

  test("whoever names games that exist is never refused, however many come at once from one address", async () => {
    const { store } = countedStore();
    const { connect, seated } = virtualEdge({ store, limits: { joinFailuresPerAddressPerMinuteMax: 2 } });
    const { gameId } = await seated();
    // Another instance on the same games: none of them is open there.
    const { connect: connectThere } = virtualEdge({ store, limits: { joinFailuresPerAddressPerMinuteMax: 2 } });
    const crowd = (to: typeof connect) => Promise.all(Array.from({ length: 20 }, () => to().ask("join", { gameId })));
    const answers = [...(await crowd(connect)), ...(await crowd(connectThere))];
    expect(new Set(answers.map(({ type }) => type))).toEqual(new Set(["ack"]));
  });

  test("whoever looks for a game while the store does not answer has guessed nothing", async () => {
    const store = memoryStore();
    const { gameId } = await virtualEdge({ store }).seated();
    const load = store.load.bind(store);
    store.load = async () => {
      throw new StoreFault("unavailable", "not now");
    };
    const guest = virtualEdge({ store, limits: { joinFailuresPerAddressPerMinuteMax: 2 } }).connect();
    for (let i = 0; i < 3; i += 1) expect((await guest.ask("join", { gameId })).data.code).toBe("store-unavailable");
    store.load = load;
    expect((await guest.ask("join", { gameId })).type).toBe("ack");
  });

  test("an address is kept while somebody looks or waits there, and no longer, whatever came of it", async () => {
    const lookUps = new LookUps({ ask: () => null, take: () => null, left: () => 1 });
    const guess = (address: string, attempt: () => Promise<string>) =>
      lookUps.guess(address, attempt, (found) => found === "missed").catch(() => "failed");
    const looks = ["203.0.113.1", "203.0.113.1", "203.0.113.2"].flatMap((address) => [
      guess(address, async () => "found"),
      guess(address, async () => "missed"),
      guess(address, () => Promise.reject(new Error("planted"))),
    ]);
    expect(lookUps.size).toBe(2);
    expect(await Promise.all(looks)).toEqual(Array(3).fill(["found", "missed", "failed"]).flat());
    expect(lookUps.size).toBe(0);
  });
});
