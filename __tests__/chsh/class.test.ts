import { describe, expect, test } from "vitest";
import type { Command, Event, Settings } from "../../lib/chsh/commands.ts";
import { brokenInvariants } from "../../lib/chsh/invariants.ts";
import { type Item, items } from "../../lib/chsh/items.ts";
import { chshRules } from "../../lib/chsh/rules.ts";
import type { State } from "../../lib/chsh/state.ts";
import type { HostView, PlayerView, WatcherView } from "../../lib/chsh/view.ts";
import type { SystemCommand } from "../../lib/game/commands.ts";
import type { Dismissal } from "../../lib/game/contract.ts";
import type { GameId, Instant, SeatId, ViewerId } from "../../lib/game/ids.ts";
import { diceFrom } from "../../lib/game/random.ts";

/** One class and everything that was said in it. The only code of these tests that touches the rules. */
class Class {
  state: State;
  now = 1_000_000 as Instant;
  readonly events: Event[] = [];
  /** Who had to go with the last change. */
  dismissed: readonly Dismissal[] = [];
  readonly #dice = diceFrom("0123456789abcdef0123456789abcdef");
  #v = 1;

  constructor(settings: Settings = { mode: "simplified", listed: false }) {
    const created = chshRules.create({
      id: "CLASS2" as GameId,
      now: this.now,
      viewerId: "host" as ViewerId,
      name: null,
      settings,
      draw: this.#draw(),
    });
    if (!created.ok) throw new Error(created.code);
    this.state = created.state;
  }

  #hex(digits: number): string {
    return Array.from({ length: digits }, () => (this.#dice.roll(16) - 1).toString(16)).join("");
  }

  #draw() {
    return { tokenHash: this.#hex(64), seed: this.#hex(32) };
  }

  say(viewer: string | null, command: Command | SystemCommand, tokenHash?: string): string {
    this.now = (this.now + 10) as Instant;
    const draw = { ...this.#draw(), ...(tokenHash === undefined ? {} : { tokenHash }) };
    const decision = chshRules.decide(this.state, { now: this.now, v: this.#v, viewerId: viewer as ViewerId, rttMs: 0, command, draw });
    if (!decision.ok) return decision.code;
    this.state = decision.state;
    this.dismissed = decision.dismissals ?? [];
    this.#v += 1;
    this.events.push(...decision.events);
    // Slow where thousands of rounds are played: every hundredth change is enough there.
    if (this.#v < 100 || this.#v % 100 === 0) expect(brokenInvariants(this.state)).toEqual([]);
    expect(chshRules.encode(chshRules.decode(chshRules.encode(this.state)))).toBe(chshRules.encode(this.state));
    return decision.refusal?.code ?? "ok";
  }

  player = (viewer: string) => this.#view(viewer) as PlayerView;
  host = () => this.#view("host") as HostView;
  watcher = () => this.#view("nobody") as WatcherView;

  #view(viewer: string): object {
    return JSON.parse(JSON.stringify(chshRules.view(this.state, chshRules.audienceOf(this.state, viewer as ViewerId), this.now)));
  }

  pair(name: string, first: string, second: string): void {
    expect(this.say(first, { type: "createTeam", name })).toBe("ok");
    expect(this.say(second, { type: "joinTeam", teamId: this.state.teams.length })).toBe("ok");
  }
}

describe("a class", () => {
  test("CS5 team names are unique among active teams whatever their case, and refused when they hold anything but letters, digits, space, - and _", () => {
    const one = new Class();
    one.pair("Straße 1", "a", "b");
    expect(one.say("c", { type: "createTeam", name: "straße 1" })).toBe("name-taken");
    expect(one.say("c", { type: "createTeam", name: "<b>" })).toBe("bad-message");
    expect(one.say("c", { type: "createTeam", name: "x".repeat(51) })).toBe("bad-message");
    expect(one.say("c", { type: "createTeam", name: "Çağrı-2_b" })).toBe("ok");
    expect(one.say("c", { type: "createTeam", name: "second" })).toBe("not-allowed");
  });

  test.each([
    ["straße", "STRASSE"],
    ["STRAẞE", "straße"],
    ["İzmir", "izmir"],
    ["IŞIK", "ışık"],
    ["ΣΙΣΥΦΟΣ", "σισυφος"],
    ["Ｂｅｌｌ", "bell"],
  ])("CS5 %s and %s are the same name", (first, second) => {
    const one = new Class();
    expect(one.say("a", { type: "createTeam", name: first })).toBe("ok");
    expect(one.say("b", { type: "createTeam", name: second })).toBe("name-taken");
    expect(one.say("b", { type: "createTeam", name: `${second} 2` })).toBe("ok");
    const both = one.state.teams.map((team) => ({ ...team, name: team.id === 1 ? first : second }));
    expect(brokenInvariants({ ...one.state, teams: both })).toEqual(["names of active teams are unique"]);
  });

  test.each(["½", "②", "Ⅷ", "x²"])("CS5 %s holds something that is no digit, and is refused; digits of any script are welcome", (name) => {
    const one = new Class();
    expect(one.say("a", { type: "createTeam", name })).toBe("bad-message");
    expect(one.say("a", { type: "createTeam", name: "٣ ४ 5" })).toBe("ok");
  });

  test("CS5 what nobody sees is no part of a name: it makes none of nothing, no second one of the same, and hinders no script", () => {
    const one = new Class();
    for (const blank of ["\u3164", "\u115f\u1160", "\ufe0f"]) expect(one.say("a", { type: "createTeam", name: blank })).toBe("bad-message");
    expect(one.say("a", { type: "createTeam", name: "Bell" })).toBe("ok");
    for (const same of ["Bell\ufe0f", "B\u034fell"]) expect(one.say("b", { type: "createTeam", name: same })).toBe("name-taken");
    // Persian writes a joiner that does not join inside of words.
    expect(one.say("b", { type: "createTeam", name: "می\u200cروم" })).toBe("ok");
  });

  test("CS5 a team's name has up to 50 characters", () => {
    const one = new Class();
    expect(one.say("a", { type: "createTeam", name: "x".repeat(50) })).toBe("ok");
    expect(one.watcher().teams[0]?.name).toBe("x".repeat(50));
  });

  test("CS6 only the host chooses the mode, starts, pauses, resumes, resets and ends", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    for (const type of ["start", "pause", "resume", "reset", "endGame"] as const) expect(one.say("a", { type })).toBe("not-host");
    expect(one.say("a", { type: "setMode", mode: "classic" })).toBe("not-host");
    expect(one.say("host", { type: "start" })).toBe("ok");
    expect(one.say("host", { type: "setMode", mode: "classic" })).toBe("wrong-status");
  });

  test("CS6 a class starts once, and is paused and resumed in turn: what does not fit is refused, and nothing is dealt", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    const say = (types: readonly ("start" | "pause" | "resume")[]) => types.map((type) => one.say("host", { type }));
    expect(say(["pause", "resume"])).toEqual(["wrong-status", "wrong-status"]);
    expect([one.host().status, one.player("a").round]).toEqual(["waiting", null]);
    expect(say(["start", "start", "resume"])).toEqual(["ok", "wrong-status", "wrong-status"]);
    expect(say(["pause", "start", "pause"])).toEqual(["ok", "wrong-status", "wrong-status"]);
    expect([one.host().status, say(["resume"])]).toEqual(["paused", ["ok"]]);
  });

  test("CS6 a class that was ended allows nothing, and everybody has to go", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    expect(one.say("host", { type: "endGame" })).toBe("ok");
    expect(one.dismissed).toEqual([{ viewerId: null, reason: "closed" }]);
    expect(one.events.slice(-2)).toEqual([
      { type: "roundAbandoned", data: { teamId: 1, round: 1 } },
      { type: "gameEnded", data: { reason: "host" } },
    ]);
    expect([one.watcher().status, one.host().role, one.state.teams[0]?.slots[0].holder]).toEqual(["finished", "watcher", null]);
    for (const type of ["start", "pause", "resume", "reset", "endGame", "leaveTeam"] as const)
      for (const viewer of ["host", "a"]) expect(one.say(viewer, { type })).toBe("wrong-status");
    expect(one.say("a", { type: "answer", round: 1, answer: true })).toBe("wrong-status");
    expect(one.say("z", { type: "createTeam", name: "Late" })).toBe("wrong-status");
    expect(one.say(null, { type: "close", reason: "again" })).toBe("wrong-status");
  });

  test("CS7 a round ends when both have answered; until then nobody else sees a question or an answer of it", () => {
    const [one, other] = [true, false].map((answer) => {
      const made = new Class();
      made.pair("Bell", "a", "b");
      made.say("host", { type: "start" });
      expect(made.say("a", { type: "answer", round: 1, answer })).toBe("ok");
      expect(made.player("a").round?.answer).toBe(answer);
      return made;
    }) as [Class, Class];
    const visible = (made: Class) => JSON.stringify([made.player("b"), made.host(), made.watcher(), made.events]);
    expect(visible(one)).toBe(visible(other));
    expect(one.player("b").round).toEqual({ number: 1, question: expect.any(String), answer: null });
    expect(one.host().teams[0]?.answered).toEqual([true, false]);
    expect(one.say("a", { type: "answer", round: 1, answer: false })).toBe("already-answered");
    expect(one.say("b", { type: "answer", round: 1, answer: false })).toBe("ok");
    expect(one.player("a").last?.answers).toEqual([true, false]);
    expect(one.player("b").last?.answers).toEqual([true, false]);
    expect(one.say("b", { type: "answer", round: 1, answer: false })).toBe("wrong-round");
    expect(one.player("b").round?.number).toBe(2);
  });

  test("CS7 whichever of the two answers first, both answers count as they were given, and in the place of who gave them", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    for (const [round, [first, second]] of [
      [1, ["a", "b"]],
      [2, ["b", "a"]],
    ] as const) {
      expect(one.say(first, { type: "answer", round, answer: first === "a" })).toBe("ok");
      expect(one.host().teams[0]?.answered).toEqual([first === "a", first === "b"]);
      const answeredAt = [one.now, one.now + 10];
      expect(one.say(second, { type: "answer", round, answer: second === "a" })).toBe("ok");
      expect(one.player("a").last).toMatchObject({ number: round, answers: [true, false] });
      const told = { round, answers: [true, false], answeredAt: first === "a" ? answeredAt : answeredAt.reverse() };
      expect(one.events.at(-1)).toMatchObject({ type: "roundCompleted", data: told });
    }
    expect(one.host().teams[0]?.figures.rounds).toBe(2);
  });

  test("CS11 the list of classes says how many places are free", () => {
    const one = new Class({ mode: "simplified", listed: true });
    one.pair("Bell", "a", "b");
    one.say("c", { type: "createTeam", name: "Aspect" });
    expect(chshRules.index(one.state)).toMatchObject({ kind: "chsh", listed: true, seats: 50, seatsFree: 47 });
    one.say("host", { type: "endGame" });
    expect(chshRules.index(one.state)).toMatchObject({ listed: false, status: "finished" });
  });

  test("CS8 answers while paused are refused, and a reset starts anew without pause and without old answers", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    one.say("host", { type: "pause" });
    expect(one.say("a", { type: "answer", round: 1, answer: true })).toBe("wrong-status");
    one.say("host", { type: "resume" });
    expect(one.say("a", { type: "answer", round: 1, answer: true })).toBe("ok");
    expect(one.say("host", { type: "reset" })).toBe("ok");
    expect([one.host().status, one.host().teams.length, one.host().teams[0]?.figures.rounds]).toEqual(["waiting", 1, 0]);
    one.say("host", { type: "start" });
    expect(one.player("a").round?.answer).toBeNull();
    expect(one.say("a", { type: "answer", round: 1, answer: true })).toBe("wrong-round");
  });

  test("CS9 a player replaced in mid-round: the open round is abandoned, counts for nothing and is dealt again", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    one.say("a", { type: "answer", round: 1, answer: true });
    one.say("b", { type: "leaveTeam" });
    expect(one.player("a").team.state).toBe("waiting");
    expect(one.say("c", { type: "joinTeam", teamId: 1 })).toBe("ok");
    expect(one.player("a").round).toEqual({ number: 2, question: expect.any(String), answer: null });
    expect(one.state.teams[0]?.dealt.reduce((sum, count) => sum + count)).toBe(1);
    expect(one.host().teams[0]?.figures.rounds).toBe(0);
  });

  test("CS10 a drop keeps the slot; an hour away frees it; who left revives the slot with his token while nobody else has it", () => {
    const one = new Class();
    const token = "c".repeat(64);
    one.say("a", { type: "createTeam", name: "Bell" }, token);
    one.say(null, { type: "drop", viewerId: "a" as ViewerId });
    expect(one.host().teams[0]?.players).toEqual(["away", "free"]);
    expect(chshRules.settle(one.state, (one.now + 3_599_999) as Instant)).toBeNull();
    expect(one.say("a2", { type: "reconnect", seat: 1, tokenHash: token, grantId: null }, "d".repeat(64))).toBe("ok");
    expect(one.say("a2", { type: "leaveTeam" })).toBe("ok");
    expect(one.host().teams[0]?.state).toBe("inactive");
    expect(one.say("x", { type: "joinTeam", teamId: 1 })).toBe("not-allowed");
    expect(one.say("a3", { type: "reconnect", seat: 1, tokenHash: token, grantId: null })).toBe("bad-token");
    expect(one.say("a3", { type: "reconnect", seat: 1, tokenHash: "d".repeat(64), grantId: null })).toBe("ok");
    expect(one.player("a3").team.state).toBe("waiting");
  });

  test("CS10 a player sees whether the partner is there: not before one came, not while that one is away", () => {
    const one = new Class();
    const seen = () => [one.player("a").team.partnerHere, one.player("b").team.partnerHere];
    one.say("a", { type: "createTeam", name: "Bell" });
    expect(one.player("a").team).toMatchObject({ state: "waiting", partnerHere: false });
    one.say("b", { type: "joinTeam", teamId: 1 });
    expect(seen()).toEqual([true, true]);
    expect([one.player("a"), one.player("b")]).toMatchObject([
      { seat: 1, slot: 1 },
      { seat: 2, slot: 2 },
    ]);
    one.say(null, { type: "drop", viewerId: "b" as ViewerId });
    expect(seen()).toEqual([false, true]);
    one.say(null, { type: "drop", viewerId: "a" as ViewerId });
    one.say("b", { type: "leaveTeam" });
    expect(one.host().teams[0]?.players).toEqual(["away", "free"]);
    one.say("b", { type: "joinTeam", teamId: 1 });
    expect(seen()).toEqual([true, false]);
  });

  test("CS5 CS10 a team that was left and whose name was given to another one is revived only when that one is left, too", () => {
    const one = new Class();
    const [key, other] = ["c".repeat(64), "d".repeat(64)];
    const back = (seat: number, tokenHash: string) => one.say("a2", { type: "reconnect", seat: seat as SeatId, tokenHash, grantId: null });
    one.say("a", { type: "createTeam", name: "Straße" }, key);
    one.say("a", { type: "leaveTeam" });
    expect(one.say("b", { type: "createTeam", name: "STRASSE" }, other)).toBe("ok");
    expect(back(1, key)).toBe("name-taken");
    expect(back(5, key)).toBe("no-such-seat");
    expect(one.say("b", { type: "leaveTeam" })).toBe("ok");
    expect(back(1, key)).toBe("ok");
    expect(one.player("a2").team.name).toBe("Straße");
    expect(one.host().teams.map(({ state }) => state)).toEqual(["waiting", "inactive"]);
    expect(one.say("b", { type: "reconnect", seat: 3 as SeatId, tokenHash: other, grantId: null })).toBe("name-taken");
  });

  test("CS10 who leaves and comes in again through the same connection is back with the first thing he says, and keeps his slot", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    for (const viewer of ["a", "host"]) one.say(null, { type: "drop", viewerId: viewer as ViewerId });
    expect(one.host()).toMatchObject({ hostConnected: false, teams: [{ players: ["away", "here"] }] });
    expect(one.say("a", { type: "answer", round: 7, answer: false })).not.toBe("ok");
    expect(one.host().teams[0]?.players).toEqual(["away", "here"]);
    expect(one.say("a", { type: "answer", round: 1, answer: false })).toBe("ok");
    expect(one.say("host", { type: "pause" })).toBe("ok");
    expect(one.events.slice(-4).map(({ type }) => type)).toEqual(["answered", "playerBack", "gamePaused", "hostBack"]);
    expect(one.host()).toMatchObject({ hostConnected: true, teams: [{ players: ["here", "here"] }] });
    expect(chshRules.settle(one.state, (one.now + 2 * 3_600_000) as Instant)).toBeNull();
  });

  test("CS10 two partners whose hour is over at the same moment are both gone, and the round that was open with them", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    for (const viewer of ["a", "b"]) one.say(null, { type: "drop", viewerId: viewer as ViewerId });
    const settled = chshRules.settle(one.state, (one.now + 3_600_000) as Instant);
    expect(settled?.events.map(({ type }) => type)).toEqual(["roundAbandoned", "playerFreed", "playerFreed"]);
    expect(settled?.state.teams[0]).toMatchObject({ slots: [{ holder: null }, { holder: null }], open: null });
    expect(settled && [brokenInvariants(settled.state), chshRules.nextWakeAt(settled.state)]).toEqual([[], null]);
  });

  test("CS10 who comes back through another connection shows the old one out, when it is still there", () => {
    const one = new Class();
    const back = (viewer: string, seat: SeatId | null, tokenHash: string, next: string) =>
      one.say(viewer, { type: "reconnect", seat, tokenHash, grantId: null }, next);
    const [key, next] = ["c", "d"].map((digit) => digit.repeat(64)) as [string, string];
    one.say("a", { type: "createTeam", name: "Bell" }, key);
    expect([back("a2", 1 as SeatId, key, next), one.dismissed]).toEqual(["ok", [{ viewerId: "a", reason: "displaced" }]]);
    one.say(null, { type: "drop", viewerId: "a2" as ViewerId });
    expect([back("a3", 1 as SeatId, next, key), one.dismissed]).toEqual(["ok", []]);
    const host = one.state.host?.tokenHash ?? "";
    expect([back("host2", null, host, next), one.dismissed]).toEqual(["ok", [{ viewerId: "host", reason: "displaced" }]]);
  });

  test("CS10 an outage counts for nobody's hour: who was away when the server went has what was left of his, everybody else a whole one", () => {
    const one = new Class();
    one.pair("Bell", "a", "b");
    one.say(null, { type: "drop", viewerId: "a" as ViewerId });
    const awayMs = 3_000_000;
    const wentAt = (one.now + awayMs) as Instant;
    one.now = (wentAt + 86_400_000) as Instant;
    one.say(null, { type: "outage", fromAt: wentAt });
    const backAt = one.now;
    expect(chshRules.nextWakeAt(one.state)).toBe(backAt + 3_600_000 - awayMs);
    const settled = chshRules.settle(one.state, (backAt + 3_600_000 - 1) as Instant);
    expect(settled?.events).toEqual([{ type: "playerFreed", data: { teamId: 1, slot: 1 } }]);
    expect(settled && chshRules.nextWakeAt(settled.state)).toBe(backAt + 3_600_000);
  });

  test("CS10 L14 a host's key that is out of use voids the newer ones, and whoever shows it is refused; so with a player's", () => {
    const one = new Class();
    const [first, second, third] = ["c", "d", "e"].map((digit) => digit.repeat(64));
    const back = (seat: SeatId | null, tokenHash: string | undefined, next?: string) =>
      one.say("x", { type: "reconnect", seat, tokenHash: tokenHash ?? null, grantId: null }, next);
    const host = one.state.host?.tokenHash;
    one.say("a", { type: "createTeam", name: "Bell" }, first);
    for (const [seat, keys] of [
      [null, [host ?? "", second, third]],
      [1 as SeatId, [first, second, third]],
    ] as const) {
      if (seat === 1) one.say(null, { type: "drop", viewerId: "x" as ViewerId });
      expect(back(seat, keys[0], keys[1])).toBe("ok");
      expect(back(seat, keys[1], keys[2])).toBe("ok");
      expect(back(seat, keys[2])).toBe("ok");
      expect(back(seat, keys[1])).toBe("bad-token");
      expect(one.events.at(-1)?.type).toMatch(/eysRevoked$/);
      for (const key of keys) expect(back(seat, key)).toBe("bad-token");
    }
  });

  test("CS14 making and leaving teams uses up no places: when the list is full, one that was left without a complete round is made anew", () => {
    const one = new Class();
    const old = "c".repeat(64);
    one.pair("Bell", "a", "b");
    one.say("host", { type: "start" });
    for (const viewer of ["a", "b"]) one.say(viewer, { type: "answer", round: 1, answer: true });
    for (const viewer of ["a", "b"]) one.say(viewer, { type: "leaveTeam" });
    for (let turn = 0; turn < 300; turn += 1) {
      expect(one.say("x", { type: "createTeam", name: `Junk ${turn}` }, turn === 299 ? old : undefined)).toBe("ok");
      expect(one.say("x", { type: "leaveTeam" })).toBe("ok");
    }
    expect(one.state.teams).toHaveLength(100);
    expect(one.say("c", { type: "createTeam", name: "Aspect" })).toBe("ok");
    const { id, name, slots } = one.state.teams.find((team) => team.name === "Aspect") ?? ({} as State["teams"][number]);
    expect([name, slots.map(({ holder }) => holder?.viewerId ?? null)]).toEqual(["Aspect", ["c", null]]);
    // Whoever left the team that was there has no key to this one, not even after it was left, too.
    expect(one.say("y", { type: "reconnect", seat: (id * 2 - 1) as SeatId, tokenHash: old, grantId: null })).toBe("bad-token");
    expect(one.say("c", { type: "leaveTeam" })).toBe("ok");
    expect(one.say("y", { type: "reconnect", seat: (id * 2 - 1) as SeatId, tokenHash: old, grantId: null })).toBe("bad-token");
    // What was played stays, and its players may still come back.
    expect(one.host().teams[0]).toMatchObject({ name: "Bell", state: "inactive", figures: { rounds: 1 } });
  });

  test("CS14 a list full of teams that sit or have played is full", () => {
    const one = new Class();
    one.say("host", { type: "start" });
    for (let turn = 0; turn < 100; turn += 1) {
      one.pair(`Team ${turn}`, "a", "b");
      for (const viewer of ["a", "b"]) one.say(viewer, { type: "answer", round: 1, answer: true });
      for (const viewer of ["a", "b"]) one.say(viewer, { type: "leaveTeam" });
    }
    expect(one.say("a", { type: "createTeam", name: "Late" })).toBe("class-full");
    one.say("host", { type: "reset" });
    expect(one.say("a", { type: "createTeam", name: "Late" })).toBe("ok");
    one.say("b", { type: "joinTeam", teamId: 100 });
    one.say("host", { type: "start" });
    // Rounds are counted on: an answer meant for the team that was there meets no question of this one.
    expect(one.say("a", { type: "answer", round: 1, answer: true })).toBe("wrong-round");
    expect(one.player("a").round?.number).toBe(3);
  });

  test("CS11 fifty players are let in, the fifty-first is not", () => {
    const one = new Class();
    for (let team = 0; team < 25; team += 1) one.pair(`team ${team}`, `p${team}`, `q${team}`);
    expect(one.say("late", { type: "createTeam", name: "late" })).toBe("class-full");
  });
});

const angles: Readonly<Record<Item, number>> = { A: 0, B: Math.PI / 2, X: Math.PI / 4, Y: -Math.PI / 4 };

const strategySeed = "feedfacefeedfacefeedfacefeedface";

function playRounds(rounds: number, answers: (questions: readonly [Item, Item], chance: () => number) => readonly [boolean, boolean]) {
  const one = new Class();
  const dice = diceFrom(strategySeed);
  const chance = () => (dice.roll(1_000_000) - 1) / 1_000_000;
  one.pair("Bell", "a", "b");
  one.say("host", { type: "start" });
  for (let round = 0; round < rounds; round += 1) {
    const [first, second] = [one.player("a").round, one.player("b").round];
    if (first === null || second === null) throw new Error("no round is open");
    const [p, q] = answers([first.question, second.question], chance);
    one.say("a", { type: "answer", round: first.number, answer: p });
    one.say("b", { type: "answer", round: second.number, answer: q });
  }
  const figures = one.host().teams[0]?.figures;
  if (figures?.chsh?.sigma == null || figures.success?.sigma == null) throw new Error("no figures");
  return { chsh: figures.chsh.value, chshSigma: figures.chsh.sigma, success: figures.success.value, successSigma: figures.success.sigma };
}

describe("what strategies reach in 2,000 rounds", () => {
  test("CS12 every fixed strategy stays at 2 or below within three errors", () => {
    const said: string[] = [];
    // Always true, always false, and two mirror images that come to -2: every fixed strategy comes to one of the two.
    for (const strategy of [0b1111, 0b0000, 0b0101, 0b0001]) {
      const fixed = (item: Item) => ((strategy >> items.indexOf(item)) & 1) === 1;
      const { chsh, chshSigma } = playRounds(2_000, ([p, q]) => [fixed(p), fixed(q)]);
      expect(chsh).toBeLessThanOrEqual(2 + 3 * chshSigma);
      said.push(`${chsh.toFixed(3)} ± ${chshSigma.toFixed(3)}`);
    }
    process.stdout.write(`fixed strategies, CHSH after 2,000 rounds: ${said.join(", ")} (seed ${strategySeed})\n`);
  }, 60_000);

  test("CS13 answers with E = cos of the angle between them come to 2.83 and to a success of 0.8536 within three errors", () => {
    const { chsh, chshSigma, success, successSigma } = playRounds(2_000, ([p, q], chance) => {
      const first = chance() < 0.5;
      const isSame = chance() < (1 + Math.cos(angles[p] - angles[q])) / 2;
      return [first, isSame ? first : !first];
    });
    const text = `CHSH ${chsh.toFixed(3)} ± ${chshSigma.toFixed(3)}, success ${success.toFixed(4)} ± ${successSigma.toFixed(4)}`;
    process.stdout.write(`entangled, after 2,000 rounds: ${text} (seed ${strategySeed})\n`);
    expect(Math.abs(chsh - 2 * Math.SQRT2)).toBeLessThan(3 * chshSigma);
    expect(Math.abs(success - (2 + Math.SQRT2) / 4)).toBeLessThan(3 * successSigma);
  }, 60_000);
});
