import { describe, expect, test } from "vitest";
import { damageCommand, damageFrom, firstBlow } from "../../public/app/model/damage.ts";
import { endedWhy } from "../../public/app/model/ended.ts";
import { en } from "../../public/app/i18n/en.ts";
import { emptyModel, foremost, type FromServer, type Model } from "../../public/app/model/model.ts";
import { noSamples, withPong, withServerTime } from "../../public/app/model/server-clock.ts";
import { step } from "../../public/app/model/step.ts";
import { meantTable, meantPlayer, stepCommand, stepped, stormStep, valueFor } from "../../public/app/model/values.ts";
import { player, table } from "./support/tables.ts";

const said = (model: Model, type: string, data: object, atMs = 0): Model =>
  step(model, { type: "server", message: { type, data } as FromServer, atMs });
const inGame = said({ ...emptyModel, gameId: "K7QX2M" }, "state", table());
const change = (v: number, fields: object, events: readonly object[] = []): object => ({ v, serverTime: 1_000_000 + v, events, ...fields });

describe("the page's model", () => {
  test("a change with the next v is applied field by field, players by id", () => {
    const next = said(inGame, "change", change(11, { activePlayer: 2, running: [2], players: [{ id: 2, timeRemaining: 630_000 }] }));
    expect(next.table).toMatchObject({ v: 11, activePlayer: 2, running: [2], serverTime: 1_000_011 });
    expect(next.table?.players.map((p) => p.timeRemaining)).toEqual([600_000, 630_000, 600_000, 600_000]);
    expect(next.table).not.toHaveProperty("events");
  });

  test("F27 a change that skips a v is not applied: the table is stale until a whole state comes", () => {
    const gap = said(inGame, "change", change(12, { turn: 12 }));
    expect(gap.stale).toBe(true);
    expect(gap.table?.v).toBe(10);
    const whole = said(gap, "state", table({ v: 12, turn: 12 }));
    expect(whole).toMatchObject({ stale: false, table: { v: 12, turn: 12 } });
  });

  test("a change that was seen before changes nothing", () => {
    expect(said(inGame, "change", change(10, { turn: 99 }))).toBe(inGame);
  });

  test("a whole state that was overtaken by changes is ignored", () => {
    expect(said(inGame, "state", table({ v: 9, turn: 1 })).table?.turn).toBe(9);
  });

  test("a state of another game is ignored", () => {
    expect(said(inGame, "state", table({ id: "ABCDEF", v: 99 })).table?.id).toBe("K7QX2M");
  });

  test("claimed with a seat makes it ours and ends the claim's wait; with null it is the host's chair", () => {
    const claim = { id: "c1", gameId: "K7QX2M", type: "claim", data: { playerId: 2 }, at: 0, serverAt: 0 };
    const asked = step(inGame, { type: "give", sent: claim });
    const seated = said(asked, "claimed", { playerId: 2, gameId: "K7QX2M", token: "t", state: table({ v: 11 }) });
    expect(seated).toMatchObject({ seat: 2, chair: false, outbox: [], table: { v: 11 } });
    expect(said(inGame, "claimed", { playerId: null, gameId: "K7QX2M", token: "t", state: table() })).toMatchObject({
      seat: null,
      chair: true,
    });
  });

  test("whoever's seat was freed is a watcher again", () => {
    const seated = said(inGame, "reconnected", { playerId: 2, gameId: "K7QX2M", token: "t", state: table() });
    const freed = said(seated, "change", change(11, { players: [{ id: 2, claimed: false }] }));
    expect(freed.seat).toBeNull();
  });

  test("L38 a command leaves the outbox with its ack or a refusal for good, not with a temporary one", () => {
    const sent = { id: "a", gameId: "K7QX2M", type: "passTurn", data: {}, at: 0, serverAt: 0 };
    const waiting = step(inGame, { type: "give", sent });
    expect(said(waiting, "ack", { id: "a", v: 11 }).outbox).toEqual([]);
    expect(said(waiting, "error", { id: "a", code: "busy", message: "", retry: true }).outbox).toHaveLength(1);
    const refused = said(waiting, "error", { id: "a", code: "not-your-turn", message: "", retry: false });
    expect(refused.outbox).toEqual([]);
    expect(refused.notices.at(-1)).toMatchObject({ key: "refusal.not-your-turn", tone: "error" });
  });

  test("the refusal of one's own tap is not pushed out by dice, and has the place where there is room for one", () => {
    const rolled = (model: Model): Model => step(model, { type: "notice", tone: "info", key: "toast.dice" });
    const told = (model: Model): unknown => [foremost(model.notices)?.key, foremost(model.notices)?.n];
    const first = rolled(said(inGame, "error", { code: "not-your-turn", message: "", retry: false }));
    expect(told(first)).toEqual(["refusal.not-your-turn", 1]);
    const crowded = rolled(rolled(rolled(rolled(first))));
    expect(crowded.notices.map(({ n }) => n)).toEqual([1, 4, 5, 6]);
    const again = said(crowded, "error", { code: "busy", message: "", retry: false });
    expect(told(again)).toEqual(["refusal.busy", 7]);
    expect(again.notices.map(({ n }) => n)).toEqual([1, 5, 6, 7]);
    expect(told(rolled(inGame))).toEqual(["toast.dice", 1]);
    let refused = inGame;
    for (let n = 0; n < 6; n += 1) refused = said(refused, "error", { code: "busy", message: "", retry: false });
    expect(refused.notices.map(({ n }) => n)).toEqual([3, 4, 5, 6]);
    expect(told(step(refused, { type: "dismiss", n: 6 }))).toEqual(["refusal.busy", 5]);
    expect(foremost([])).toBeUndefined();
  });

  test("what the server says again because it is still so stays where it is and longer; a refusal of one's own tap is new each time", () => {
    const unsaved = (model: Model): Model => said(model, "error", { code: "store-unavailable", message: "", retry: true });
    const rolled = step(unsaved(inGame), { type: "notice", tone: "info", key: "toast.dice" });
    const told = unsaved(rolled).notices.map(({ key, n, said: times }) => [key, n, times]);
    expect(told).toEqual([
      ["refusal.store-unavailable", 1, 2],
      ["toast.dice", 2, 1],
    ]);
    const refused = (model: Model): Model => said(model, "error", { id: "a", code: "not-your-turn", message: "", retry: false });
    expect(refused(refused(inGame)).notices.map(({ n }) => n)).toEqual([1, 2]);
  });

  test("a new table that is refused for now is told why, once; a command that waits says so itself", () => {
    const busy = { id: "c", code: "busy", message: "", retry: true };
    const asked = step(emptyModel, { type: "link", link: "connecting" });
    const notices = said(said(asked, "error", busy), "error", busy).notices.map(({ key, said: times }) => [key, times]);
    expect(notices).toEqual([["refusal.busy", 2]]);
    expect(said(inGame, "error", busy).notices).toEqual([]);
  });

  test("HO2 a host who is refused to hand over hears whom he can make host, not that he may not", () => {
    const given = (type: string) => {
      const sent = { id: "h", gameId: "K7QX2M", type, data: { playerId: 2 }, at: 0, serverAt: 0 };
      const model = said(step(inGame, { type: "give", sent }), "error", { id: "h", code: "not-allowed", message: "", retry: false });
      return model.notices.map(({ key }) => key);
    };
    expect(given("transferHost")).toEqual(["refusal.not-allowed.transferHost"]);
    expect(en["refusal.not-allowed.transferHost"]).toContain("five minutes");
    expect(given("adjustTime")).toEqual(["refusal.not-allowed"]);
  });

  test("a life that is on its way is shown before the server has answered", () => {
    const model = step(inGame, {
      type: "give",
      sent: { id: "l", gameId: "K7QX2M", type: "updatePlayer", data: { playerId: 1, life: 37 }, at: 0, serverAt: 0 },
    });
    expect(valueFor(model, 1, "life")).toBe(37);
    expect(valueFor(model, 2, "life")).toBe(40);
    expect(valueFor(said(model, "ack", { id: "l", v: 11 }), 1, "life")).toBe(40);
  });

  test("L38 a step that is on its way is shown on top of what somebody else has made of the number, and once it has come through not twice", () => {
    const was = { life: 40, counters: {}, commanderDamage: {} };
    const data = { playerId: 1, life: 37, counters: { constructor: 2 }, was: { life: 40 } };
    const sent = { id: "l", gameId: "K7QX2M", type: "updatePlayer", data, was, at: 0, serverAt: 0 };
    const model = step(inGame, { type: "give", sent });
    const hit = said(model, "change", change(11, { players: [{ id: 1, life: 35 }] }));
    expect([valueFor(model, 1, "life"), valueFor(hit, 1, "life"), valueFor(hit, 1, "constructor")]).toEqual([37, 32, 2]);
    expect(valueFor(said(model, "change", change(11, { players: [{ id: 1, life: 37 }] })), 1, "life")).toBe(37);
  });

  test.each(["constructor", "__proto__", "toString"])(
    "a counter called %s that nobody has yet is 0, and the first step makes it 1",
    (name) => {
      const model = said(emptyModel, "state", table());
      expect(valueFor(model, 1, name)).toBe(0);
      expect(stepCommand(model, { seat: 1, name }, 1)).toEqual({ type: "updatePlayer", data: { playerId: 1, counters: { [name]: 1 } } });
    },
  );

  test("L38 a step of the storm count counts from what it is by then, once, and goes as far as the rules let it", () => {
    const data = { stormCount: 1, was: { stormCount: 0 } };
    const sent = { id: "s", gameId: "K7QX2M", type: "updateTable", data, was: data.was, at: 0, serverAt: 0 };
    const model = step(inGame, { type: "give", sent });
    const storm = (at: Model, by: number): unknown => stormStep(at, by)?.data;
    const others = (stormCount: number): Model => said(model, "change", change(11, { stormCount }));
    expect([model, others(1), others(4)].map((at) => storm(at, 1))).toEqual([2, 2, 6].map((stormCount) => ({ stormCount })));
    expect(meantTable(table(), model.outbox)).toEqual(table({ stormCount: 1 }));
    expect([storm(others(9_999), 1), storm(inGame, -1), stormStep(emptyModel, 1)]).toEqual([undefined, undefined, null]);
    expect(storm(others(9_990), 10)).toEqual({ stormCount: 9_999 });
  });

  test("a step goes as far as the rules let it, for life below nothing and for a counter not", () => {
    expect([stepped("life", 40, -1), stepped("life", 0, -10), stepped("life", -995, -10), stepped("life", 9_995, 10)]).toEqual([
      39, -10, -999, 9_999,
    ]);
    expect([stepped("poison", 3, 1), stepped("poison", 3, -10), stepped("poison", 995, 10)]).toEqual([4, 0, 999]);
  });

  test("taps that were gathered are a step from what the value is by then; when their table was left meanwhile they are none", () => {
    const life = { seat: 2, name: "life" } as const;
    const hurt = said(inGame, "change", change(11, { players: [{ id: 2, life: 35 }] }));
    expect([stepCommand(hurt, life, -1), stepCommand(hurt, life, 0)]).toEqual([
      { type: "updatePlayer", data: { playerId: 2, life: 34 } },
      null,
    ]);
    expect(stepCommand(hurt, { seat: 2, name: "poison" }, 1)?.data).toEqual({ playerId: 2, counters: { poison: 1 } });
    const elsewhere = step(hurt, { type: "enter", gameId: "ABCDEF" });
    expect([stepCommand(elsewhere, life, 1), stepCommand(elsewhere, { seat: 2, name: "poison" }, 1)]).toEqual([null, null]);
  });

  test("a name and a colour that are on their way are those of their seat, and of no other", () => {
    const data = { playerId: 1, name: "Ayla the Great", color: "#123456" };
    const model = step(inGame, { type: "give", sent: { id: "n", gameId: "K7QX2M", type: "updatePlayer", data, at: 0, serverAt: 0 } });
    expect(meantPlayer(model, 1)).toMatchObject({ name: "Ayla the Great", color: "#123456", life: 40 });
    expect(meantPlayer(model, 2)).toEqual(inGame.table?.players[1]);
    expect(meantPlayer(said(model, "error", { id: "n", code: "bad-message", message: "", retry: false }), 1)?.name).toBe("Ayla");
  });

  test("L38 a second blow before the first is answered takes life and counts commander damage on top of it, and storm counts on", () => {
    const blow = { to: 1, from: 2, amount: 5, kind: "first" } as const;
    const hit = (model: Model): Model => {
      const { type, data } = damageCommand(meantTable(table(), model.outbox), blow);
      return step(model, { type: "give", sent: { id: type, gameId: "K7QX2M", type, data, at: 0, serverAt: 0 } });
    };
    const twice = hit(hit(inGame));
    expect(twice.outbox.at(-1)?.data).toMatchObject({ playerId: 1, life: 30, commanderDamage: { 2: [10, 0] } });
    expect(damageFrom(meantTable(table(), twice.outbox), blow)).toBe(10);
    const storm = { id: "s", gameId: "K7QX2M", type: "updateTable", data: { stormCount: 1 }, at: 0, serverAt: 0 };
    expect(meantTable(table(), [storm]).stormCount).toBe(1);
    expect(meantTable(table(), [storm]).monarch).toBeNull();
  });

  test("a blow is first meant for whoever enters it, and never for a seat that is out", () => {
    const players = [player(1, { isEliminated: true }), player(2), player(3)];
    const at = table({ players, activePlayer: 2 });
    expect([1, 2, 3, null].map((seat) => firstBlow(at, { seat })).map(({ to, from }) => [to, from])).toEqual([
      [2, null],
      [2, null],
      [3, 2],
      [2, null],
    ]);
  });

  test("missed events are put in order before what came since, and not twice", () => {
    const lived = said(inGame, "change", change(11, { turn: 10 }, [{ type: "turnPassed", data: {} }]));
    const both = said(lived, "missed", {
      from: 8,
      changes: [
        { v: 9, at: 1, events: [{ type: "gamePaused", data: {} }] },
        { v: 11, at: 3, events: [{ type: "turnPassed", data: {} }] },
      ],
    });
    expect(both.happenings.map((h) => [h.v, h.event.type])).toEqual([
      [9, "gamePaused"],
      [11, "turnPassed"],
    ]);
  });

  test("what fell due before its change has its own time in the log, heard at once or missed", () => {
    const fell = [
      { type: "timeout", data: {}, at: 5 },
      { type: "gamePaused", data: {} },
    ];
    const heard = said(inGame, "change", change(11, { serverTime: 9 }, fell));
    const missed = said(inGame, "missed", { from: 8, changes: [{ v: 9, at: 9, events: fell }] });
    for (const { happenings } of [heard, missed]) expect(happenings.map(({ at }) => at)).toEqual([5, 9]);
  });

  test("no more happenings are kept than their bound", () => {
    let model = inGame;
    for (let v = 11; v < 311; v += 1) model = said(model, "change", change(v, { turn: v }, [{ type: "turnPassed", data: {} }]));
    expect(model.happenings).toHaveLength(200);
    expect(model.happenings.at(-1)?.v).toBe(310);
  });

  test("a page whose table is closed says who closed it, an operator with his reason, and nobody when it was not told", () => {
    const closed = (...events: readonly object[]) => {
      const told = events.length === 0 ? inGame : said(inGame, "change", change(11, { status: "finished" }, events));
      return endedWhy(step(told, { type: "link", link: "closed" }));
    };
    const end = (reason: string) => ({ type: "gameEnded", data: { reason } });
    expect(closed(end("host"))).toEqual({ key: "ended.closed.byHost" });
    expect(closed(end("The shop closes."))).toEqual({ key: "ended.closed.byOperator", params: { reason: "The shop closes." } });
    expect(closed()).toEqual({ key: "ended.closed.why" });
    expect(endedWhy(step(inGame, { type: "link", link: "kicked" }))).toEqual({ key: "ended.kicked.why" });
  });

  test("leaving for another game keeps nothing of this one", () => {
    const seated = said(inGame, "claimed", { playerId: 2, gameId: "K7QX2M", token: "t", state: table() });
    expect(step(seated, { type: "enter", gameId: "ABCDEF" })).toMatchObject({
      gameId: "ABCDEF",
      table: null,
      seat: null,
      chair: false,
      outbox: [],
    });
  });
});

describe("the server's time", () => {
  test("L12 the sample with the shortest way wins, whatever the device's own clock says", () => {
    let clock = withServerTime(noSamples, 5_000_000, 100);
    expect(clock.offsetMs).toBe(4_999_900);
    clock = withPong(clock, { sentMs: 200, receivedMs: 600, serverTime: 5_000_500 });
    clock = withPong(clock, { sentMs: 700, receivedMs: 720, serverTime: 5_000_710 });
    clock = withPong(clock, { sentMs: 800, receivedMs: 1_100, serverTime: 5_001_090 });
    expect(clock).toMatchObject({ rttMs: 20, offsetMs: 5_000_000 });
  });

  test("L12 the server time with which a new line begins is a first guess: it takes the place of nothing that was measured", () => {
    const measured = withPong(noSamples, { sentMs: 0, receivedMs: 4, serverTime: 1_000_002 });
    expect(withServerTime(measured, 1_000_000, 900)).toBe(measured);
  });

  test("old samples are forgotten: after a sleep the best of before says nothing", () => {
    let clock = withPong(noSamples, { sentMs: 0, receivedMs: 2, serverTime: 1_001 });
    clock = withPong(clock, { sentMs: 200_000, receivedMs: 200_100, serverTime: 203_050 });
    expect(clock.offsetMs).toBe(3_000);
  });

  test("L12 after a sleep that stopped the device's clock, the first answer counts, however much faster the ones before were", () => {
    let clock = noSamples;
    for (let i = 0; i < 8; i += 1) clock = withPong(clock, { sentMs: i * 150, receivedMs: i * 150 + 4, serverTime: 1_000_002 + i * 150 });
    expect(clock).toMatchObject({ rttMs: 4, offsetMs: 1_000_000 });
    clock = withPong(clock, { sentMs: 2_000, receivedMs: 2_080, serverTime: 1_042_040 });
    expect(clock).toMatchObject({ rttMs: 80, offsetMs: 1_040_000 });
  });

  test("a slow answer that may well agree takes nothing from a fast one", () => {
    const fast = withPong(noSamples, { sentMs: 0, receivedMs: 4, serverTime: 1_000_002 });
    const slow = withPong(fast, { sentMs: 100, receivedMs: 1_100, serverTime: 1_000_110 });
    expect(slow).toMatchObject({ rttMs: 4, offsetMs: 1_000_000 });
  });

  test("on a line whose ways take from 50 to 800 ms the page's time is never off by 250 ms nor jumps by it", () => {
    // A Lehmer generator: the same line each time.
    let seed = 1;
    const wayMs = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return 50 + (750 * seed) / 2_147_483_647;
    };
    let clock = noSamples;
    let [offMs, jumpMs] = [0, 0];
    for (let n = 0, sentMs = 0; n < 400; n += 1, sentMs += n < 20 ? 150 : 10_000) {
      const [upMs, downMs] = [wayMs(), wayMs()];
      const before = clock.offsetMs;
      clock = withPong(clock, { sentMs, receivedMs: sentMs + upMs + downMs, serverTime: 1_000_000 + sentMs + upMs });
      if (n < 20) continue;
      offMs = Math.max(offMs, Math.abs(clock.offsetMs - 1_000_000));
      jumpMs = Math.max(jumpMs, Math.abs(clock.offsetMs - before));
    }
    expect([offMs, jumpMs].filter((ms) => ms >= 250)).toEqual([]);
  });

  test("a new socket on a slow line leaves the page's time as it was known; after a sleep it does not", () => {
    const known = withPong(noSamples, { sentMs: 0, receivedMs: 20, serverTime: 1_000_010 });
    let model = step({ ...inGame, serverClock: known }, { type: "link", link: "lost" });
    model = said(model, "clientId", { serverTime: 1_005_000 }, 5_800);
    expect(model.serverClock.offsetMs).toBe(1_000_000);
    expect(withPong(model.serverClock, { sentMs: 6_000, receivedMs: 7_000, serverTime: 1_006_900 }).offsetMs).toBe(1_000_000);
    // The device's clock stood still for 30 s.
    model = said(model, "clientId", { serverTime: 1_040_000 }, 10_800);
    expect(model.serverClock).toMatchObject({ offsetMs: 1_029_200, samples: [] });
  });

  test("L12 the time of a table on this device is not taken for a server's", () => {
    let model = step(said(emptyModel, "state", table()), { type: "link", link: "local" });
    model = said(model, "pong", { t: 50, serverTime: 9_000_000 }, 50);
    for (const input of [
      { type: "enter", gameId: "ABCDEF" },
      { type: "link", link: "connecting" },
    ] as const)
      model = step(model, input);
    model = said(model, "clientId", { serverTime: 5_000_060 }, 60);
    expect(model.serverClock.offsetMs).toBe(5_000_000);
  });
});

test("a player's part that the server leaves out stays as it was", () => {
  const next = said(inGame, "change", change(11, { players: [{ id: 3, life: 12 }] }));
  expect(next.table?.players[2]).toEqual(player(3, { life: 12 }));
});
