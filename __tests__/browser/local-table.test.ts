import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { memoryShelf } from "../../public/app/device/env.ts";
import type { LoggedChange } from "../../public/app/model/logged.ts";
import { recapOf } from "../../public/app/model/recap.ts";
import { emptyModel, type Input } from "../../public/app/model/model.ts";
import { step } from "../../public/app/model/step.ts";
import { hasKeptTable, keptLocalTable, newLocalTable } from "../../public/app/net/local-table.ts";
import { fakeEnv } from "./support/fake-env.ts";

function device(env = fakeEnv()) {
  const model = signal(emptyModel);
  const dispatch = (input: Input): void => {
    model.value = step(model.value, input);
  };
  return { env, model, dispatch };
}

/** The shelf of a device on which a table of two was played for ten seconds, and its page closed. */
function playedAndLeft() {
  const shelf = memoryShelf();
  const { env, dispatch } = device(fakeEnv(shelf));
  const local = newLocalTable(env, dispatch, { playerCount: 2, initialTime: 60_000 });
  local?.open();
  local?.give({ type: "start", data: {} });
  env.pass(10_000);
  local?.leave();
  return shelf;
}

describe("a table without a server", () => {
  test("plays by the server's rules: turns, refusals, undo, dice", () => {
    const { env, model, dispatch } = device();
    const local = newLocalTable(env, dispatch, { playerCount: 3, initialTime: 60_000, bonusTime: 0 });
    local?.open();
    local?.give({ type: "start", data: {} });
    expect(model.value).toMatchObject({ link: "local", table: { status: "running", activePlayer: 1 } });
    env.pass(10_000);
    local?.give({ type: "passTurn", data: { playerId: 1 } });
    expect(model.value.table?.activePlayer).toBe(2);
    expect(model.value.table?.players[0]?.timeRemaining).toBe(50_000);
    local?.give({ type: "passPriority", data: { playerId: 3 } });
    expect(model.value.notices.at(-1)?.key).toBe("refusal.not-your-turn");
    local?.give({ type: "undo", data: {} });
    expect(model.value.table).toMatchObject({ activePlayer: 1, status: "running" });
    local?.give({ type: "rollDice", data: { sides: 6 } });
    const rolled = model.value.happenings.at(-1)?.event;
    expect(rolled?.type).toBe("diceRolled");
    local?.leave();
  });

  test("goes by this device's own time from the first moment on", () => {
    const { env, model, dispatch } = device();
    env.pass(5_000);
    newLocalTable(env, dispatch, { playerCount: 2 })?.open();
    expect(env.nowMs() + model.value.serverClock.offsetMs).toBe(env.wallMs());
    expect(model.value.table?.serverTime).toBe(env.wallMs());
  });

  test("a clock falls by itself, without a tap", () => {
    const { env, model, dispatch } = device();
    const local = newLocalTable(env, dispatch, { playerCount: 2, initialTime: 5_000, onTimeout: "game-loss" });
    local?.open();
    local?.give({ type: "start", data: {} });
    env.pass(6_000);
    expect(model.value.table).toMatchObject({ status: "finished", winner: 2 });
    local?.leave();
  });

  test("a clock that is again what it was before dice were rolled is shown so: a reset after a roll shows full banks", () => {
    const { env, model, dispatch } = device();
    const local = newLocalTable(env, dispatch, { playerCount: 2, initialTime: 60_000 });
    const left = () => model.value.table?.players[0]?.timeRemaining;
    local?.open();
    local?.give({ type: "start", data: {} });
    env.pass(20_000);
    local?.give({ type: "rollDice", data: { sides: 6 } });
    expect(left()).toBe(40_000);
    local?.give({ type: "reset", data: {} });
    expect(left()).toBe(60_000);
    local?.leave();
  });

  test("a tap in the very millisecond in which something falls due is heard: whatever is due then comes first", () => {
    for (let lateMs = 0; lateMs <= 20; lateMs += 1) {
      const { env, model, dispatch } = device();
      let readings = 0;
      // Each look at the clock takes a while.
      const nowMs = (): number => {
        readings += 1;
        return env.nowMs() + readings;
      };
      const slow = { ...env, nowMs };
      const local = newLocalTable(slow, dispatch, { playerCount: 2, initialTime: 31_000, warningThresholds: [30_000] });
      local?.open();
      local?.give({ type: "start", data: {} });
      env.pass(1_000 - readings + lateMs);
      local?.give({ type: "passTurn", data: { playerId: 1 } });
      expect(model.value.table?.activePlayer).toBe(2);
      local?.leave();
    }
  });

  test("is kept on the device, and the time in which the page was gone is nobody's", () => {
    const shelf = playedAndLeft();
    const lateEnv = fakeEnv(shelf);
    lateEnv.pass(3_600_000);
    const later = device(lateEnv);
    keptLocalTable(later.env, later.dispatch)?.open();
    expect(later.model.value.table).toMatchObject({ status: "paused", pausedBy: "restart" });
    expect(later.model.value.table?.players[0]?.timeRemaining).toBe(50_000);
  });

  test("nobody is away from it: an hour after it was opened again, or opened and put away once more, it goes on with a tap", () => {
    const shelf = playedAndLeft();
    for (const afterMs of [20_000, 3 * 3_600_000]) {
      const later = device(fakeEnv(shelf));
      later.env.pass(afterMs);
      const kept = keptLocalTable(later.env, later.dispatch);
      kept?.open();
      later.env.pass(2 * 3_600_000);
      expect(later.model.value.table).toMatchObject({ status: "paused", pausedBy: "restart" });
      kept?.leave();
    }
    const last = device(fakeEnv(shelf));
    last.env.pass(9 * 3_600_000);
    const kept = keptLocalTable(last.env, last.dispatch);
    kept?.open();
    kept?.give({ type: "pause", data: { to: "running" } });
    kept?.give({ type: "passTurn", data: { playerId: 1 } });
    expect(last.model.value.notices).toEqual([]);
    expect(last.model.value.table).toMatchObject({ status: "running", activePlayer: 2 });
    kept?.leave();
  });

  test("one whose chair an older page let go of can be played again", () => {
    const { env, model, dispatch } = device();
    newLocalTable(env, dispatch, { playerCount: 2 })?.open();
    const kept = JSON.parse(env.shelf.get("tapotarp:local") ?? "") as { state: string };
    const { chair: _, ...nobodys } = JSON.parse(kept.state) as { chair: unknown };
    env.shelf.set("tapotarp:local", JSON.stringify({ ...kept, state: JSON.stringify(nobodys) }));
    const again = keptLocalTable(env, dispatch);
    again?.open();
    again?.give({ type: "start", data: {} });
    expect(model.value.table?.status).toBe("running");
    again?.leave();
  });

  test("what was thought before the page was thrown away stays used, without a tap and without a word of the browser", () => {
    const shelf = memoryShelf();
    const first = device(fakeEnv(shelf));
    const local = newLocalTable(first.env, first.dispatch, { playerCount: 2, initialTime: 60_000 });
    /** What is left, and what the recap says was used. */
    const comesBackTo = (): readonly unknown[] => {
      const later = device(fakeEnv(shelf));
      later.env.pass(3_600_000);
      const kept = keptLocalTable(later.env, later.dispatch);
      kept?.open();
      const recap = recapOf(kept?.log() ?? [], { seats: [1, 2], startingLife: 20, order: [1, 2] });
      return [later.model.value.table?.players[0]?.timeRemaining, recap.seats[0]?.usedMs];
    };
    local?.open();
    local?.give({ type: "start", data: {} });
    first.env.pass(12_000);
    const before = shelf.get("tapotarp:local") ?? "";
    expect(comesBackTo()).toEqual([50_000, 10_000]);
    shelf.set("tapotarp:local", before);
    // Out of sight: the browser says so, and the page keeps what it has.
    local?.keep();
    expect(comesBackTo()).toEqual([48_000, 12_000]);
  });

  test("the log does not grow over all games: a reset that stands ends what is kept, one that was undone does not", () => {
    const { env, dispatch } = device();
    const local = newLocalTable(env, dispatch, { playerCount: 2, initialTime: 60_000 });
    const give = (type: string) => local?.give({ type, data: {} });
    const keptLog = (): LoggedChange[] => JSON.parse(env.shelf.get("tapotarp:local") ?? "").log;
    local?.open();
    for (let game = 0; game < 150; game += 1) {
      give("start");
      env.pass(1_000);
      give("reset");
    }
    expect(keptLog()).toHaveLength(1);
    expect(local?.log().length).toBeLessThan(210);
    give("start");
    env.pass(7_000);
    give("reset");
    give("undo");
    expect(recapOf(keptLog(), { seats: [1, 2], startingLife: 20, order: [1, 2] }).seats[0]?.usedMs).toBe(7_000);
  });

  test("goes on in one page only: another one that has taken it over is not overwritten by the first, which lets go of it", () => {
    const env = fakeEnv(memoryShelf());
    const first = device(env);
    const one = newLocalTable(env, first.dispatch, { playerCount: 2, initialTime: 60_000 });
    let taken = 0;
    one?.open(() => (taken += 1));
    one?.give({ type: "start", data: {} });
    const second = device(env);
    const other = keptLocalTable(env, second.dispatch);
    other?.open();
    other?.give({ type: "pause", data: { to: "running" } });
    other?.give({ type: "passTurn", data: { playerId: 1 } });
    // The first page's own timer, and what the browser says when it is closed.
    env.pass(6_000);
    one?.leave();
    one?.give({ type: "passTurn", data: { playerId: 1 } });
    expect([first.model.value.link, first.model.value.table, taken]).toEqual(["connecting", null, 1]);
    expect(second.model.value).toMatchObject({ link: "local", table: { activePlayer: 2 } });
    other?.leave();
    const third = device(env);
    keptLocalTable(env, third.dispatch)?.open();
    expect(third.model.value.table).toMatchObject({ activePlayer: 2 });
  });

  test("whose storage is cleared while it is played is kept anew", () => {
    const { env, model, dispatch } = device();
    const local = newLocalTable(env, dispatch, { playerCount: 2 });
    local?.open();
    for (const key of env.shelf.keys()) env.shelf.remove(key);
    local?.give({ type: "start", data: {} });
    expect(model.value.table).toMatchObject({ status: "running" });
    expect(hasKeptTable(env)).toBe(true);
    local?.leave();
  });

  test("what cannot be read is thrown away instead of breaking the page", () => {
    const { env, dispatch } = device();
    env.shelf.set("tapotarp:local", JSON.stringify({ v: 1, seenAt: 0, state: "{", log: [] }));
    expect(keptLocalTable(env, dispatch)).toBeNull();
    expect(env.shelf.get("tapotarp:local")).toBeNull();
  });

  test("runs on when the device's clock was set back while the page was gone", () => {
    const shelf = memoryShelf();
    const aheadEnv = fakeEnv(shelf);
    aheadEnv.pass(7_200_000);
    const first = device(aheadEnv);
    const local = newLocalTable(first.env, first.dispatch, { playerCount: 2, initialTime: 60_000 });
    local?.open();
    local?.give({ type: "start", data: {} });
    first.env.pass(10_000);
    local?.leave();
    const later = device(fakeEnv(shelf));
    const kept = keptLocalTable(later.env, later.dispatch);
    kept?.open();
    expect(later.model.value.table?.players[0]?.timeRemaining).toBe(50_000);
    expect(later.model.value.table?.status).toBe("paused");
    kept?.give({ type: "pause", data: {} });
    later.env.pass(20_000);
    kept?.give({ type: "passTurn", data: { playerId: 1 } });
    expect(later.model.value.table?.players[0]?.timeRemaining).toBe(30_000);
    kept?.leave();
  });
});
