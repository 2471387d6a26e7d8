// A class behind the whole edge, in virtual time: what a page is told, and what it can still do then.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { refusals } from "../../lib/game/refusals.ts";
import { virtualEdge, type VirtualClient } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";

const root = resolve(import.meta.dirname, "../..");
const hourMs = 3_600_000;

/** A class with its host, and a way for students to come in, each from a device of his own. */
async function openClass() {
  const house = virtualEdge();
  const host = house.connect();
  await host.ask("create", { game: "chsh" });
  const { gameId, token: hostToken } = host.last("claimed")?.data ?? {};
  let devices = 0;
  const student = async (): Promise<VirtualClient> => {
    devices += 1;
    const client = house.connect(`198.51.100.${devices}`);
    await client.ask("join", { gameId });
    return client;
  };
  return { ...house, gameId: gameId as string, host, hostToken: hostToken as string, student };
}

test("the list of games says which game is played at each table, so that a page of one game can pass over the others'", async () => {
  const house = virtualEdge();
  for (const data of [{ game: "chsh", settings: { listed: true } }, { settings: { playerCount: 2, listed: true } }])
    await house.connect().ask("create", data);
  const { body } = await request(virtualHttp(house)).get("/api/games");
  expect((body as { games: { game: string }[] }).games.map(({ game }) => game).sort()).toEqual(["chsh", "clock"]);
});

describe("what was missed", () => {
  type Missed = { readonly changes: readonly { readonly events: readonly { type: string; data: { teamId?: number } }[] }[] };

  /** All that happened as this viewer may hear it. */
  async function happenedFor(one: VirtualClient) {
    await one.ask("sync", { v: 0 });
    return (one.last("missed") as unknown as { data: Missed }).data.changes.flatMap(({ events }) => events);
  }

  test("a player hears of his own team alone, also when he asks for what he missed; the host hears of all", async () => {
    const { host, student } = await openClass();
    const [ann, ben] = [await student(), await student()];
    await ann.ask("createTeam", { name: "One" });
    await ben.ask("createTeam", { name: "Two" });
    const heardBy = async (one: VirtualClient) => {
      const events = await happenedFor(one);
      return [...new Set(events.flatMap(({ data }) => data.teamId ?? []))];
    };
    expect([await heardBy(host), await heardBy(ann), await heardBy(ben)]).toEqual([[1, 2], [1], [2]]);
  });

  test("two of different teams whose hour is over at the same moment: each team hears of its own alone", async () => {
    const { ambient, student } = await openClass();
    const [ann, ben, cid, dan] = [await student(), await student(), await student(), await student()];
    await ann.ask("createTeam", { name: "One" });
    await ben.ask("joinTeam", { teamId: 1 });
    await cid.ask("createTeam", { name: "Two" });
    await dan.ask("joinTeam", { teamId: 2 });
    await Promise.all([ben.gone(), dan.gone()]);
    await ambient.advance(hourMs);
    for (const [one, own] of [
      [ann, 1],
      [cid, 2],
    ] as const) {
      const events = await happenedFor(one);
      expect(events.filter(({ type }) => type === "playerFreed").map(({ data }) => data.teamId)).toEqual([own]);
    }
  });
});

describe("what rules refuse is refused for good", () => {
  test("CS11 a full class says so with a code that is not sent again by itself, and a place that gets free is had by asking anew", async () => {
    const { gameId, student } = await openClass();
    const students: VirtualClient[] = [];
    for (let place = 0; place < 50; place += 1) {
      const one = await student();
      students.push(one);
      if (place % 2 === 0) expect((await one.ask("createTeam", { name: `Team ${place}` })).type).toBe("ack");
      else expect((await one.ask("joinTeam", { teamId: (place + 1) / 2 })).type).toBe("ack");
    }
    const late = await student();
    expect((await late.ask("createTeam", { name: "Late" }, "late")).data).toMatchObject({ code: "class-full", retry: false });
    const last = students.at(-1) as VirtualClient;
    const { playerId, token } = last.last("claimed")?.data ?? {};
    await last.ask("leaveTeam");
    expect((await late.ask("createTeam", { name: "Late" }, "late")).data).toMatchObject({ code: "class-full", retry: false });
    expect((await late.ask("createTeam", { name: "Late" })).type).toBe("ack");
    expect((await last.ask("joinTeam", { teamId: 25 })).data).toMatchObject({ code: "class-full", retry: false });
    const back = await last.ask("reconnect", { gameId, playerId, token });
    expect(back.data).toMatchObject({ code: "class-full", retry: false });
  });

  test("CS5 a name that cannot be is refused with the field at fault, so that the page can say where", async () => {
    const { student } = await openClass();
    const [ann, ben] = [await student(), await student()];
    expect((await ann.ask("createTeam", { name: "<b>" })).data).toMatchObject({ code: "bad-message", field: "name" });
    await ann.ask("createTeam", { name: "Bell" });
    expect((await ben.ask("createTeam", { name: "bell" })).data).toMatchObject({ code: "name-taken", field: "name" });
  });

  test("CS11 the rules of neither game name a code that is worth a repeat: what they decide is kept under its id for ever", () => {
    const worthARepeat = Object.entries(refusals).flatMap(([code, { retry }]) => (retry ? [code] : []));
    const named = ["lib/game", "lib/chsh"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).flatMap((file) => {
        const text = file === "refusals.ts" || !file.endsWith(".ts") ? "" : readFileSync(join(root, folder, file), "utf8");
        return worthARepeat.filter((code) => text.includes(`"${code}"`)).map((code) => `${folder}/${file} ${code}`);
      }),
    );
    expect(worthARepeat).toContain("game-full");
    expect(named).toEqual([]);
  });
});

describe("what only a clock has", () => {
  test("whoever asks a class for ticks gets none, and the class goes on", async () => {
    const { ambient, host, student } = await openClass();
    const ann = await student();
    expect((await ann.ask("subscribeTicks", { intervalMs: 250 })).type).toBe("ack");
    await ambient.advance(2_000);
    expect(ann.heard.filter(({ type }) => type === "tick" || type === "error")).toEqual([]);
    expect((await ann.ask("createTeam", { name: "Bell" })).type).toBe("ack");
    expect((await host.ask("start")).type).toBe("ack");
  });
});

describe("the host's chair", () => {
  test("CS10 a host who was away for hours has the chair as before: his key opens it, and he runs the class", async () => {
    const { ambient, connect, gameId, host, hostToken, student } = await openClass();
    const ann = await student();
    await ann.ask("createTeam", { name: "Bell" });
    await host.gone();
    await ambient.advance(3 * hourMs);
    expect(ann.last("state")?.data.hostConnected).toBe(false);
    const back = connect();
    expect((await back.ask("reconnect", { gameId, host: true, token: hostToken })).type).toBe("ack");
    expect((await back.ask("start")).type).toBe("ack");
    expect(ann.last("state")?.data).toMatchObject({ hostConnected: true, status: "running" });
  });
});
