import { describe, expect, test } from "vitest";
import type { Instant } from "../../lib/game/ids.ts";
import { clockRules } from "../../lib/game/rules.ts";
import { hashOf, outcome, play, seated, startAt, started, Table } from "./table.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Shows a token at a seat through a fresh connection. */
function show(table: Table, name: string, token: string | undefined): string {
  const before = table.viewer(name);
  const connection = table.renew(name);
  const seat = name === "host" ? null : "ABCDEFGH".indexOf(name) + 1;
  const said = table.say(name, { type: "reconnect", seat, tokenHash: hashOf(token ?? "none"), grantId: null });
  if (!said.ok) table.alias(name, before);
  const shownOut = said.ok ? (said.dismissals ?? []).map((one) => one.reason).join() : "";
  expect(connection).not.toBe(before);
  return shownOut === "" ? outcome(said) : `${outcome(said)} (${shownOut})`;
}

describe("SE seats", () => {
  test("SE1 one seat per viewer, one viewer per seat", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0  B claim B -> seat-claimed B
      C claim B -> ! seat-taken playerId
      B claim B -> ! not-allowed playerId
      B claim C -> ! not-allowed playerId
      B claim H -> ! no-such-seat playerId
      B unclaim -> seat-left B
      B unclaim -> ! no-seat
      C claim B -> seat-claimed B
      see B.claimed B.connected C.claimed -> B.claimed=true B.connected=true C.claimed=false`,
    );
  });

  test("SE2 L14 a drop frees nothing: the seat shows as away and nobody can take it", () => {
    play(
      started(),
      `at 1000  B drops -> seat-away B
      B drops -> nothing
      see B.claimed B.connected -> B.claimed=true B.connected=false
      C claim B -> ! seat-taken playerId
      B reconnects -> seat-back B
      see B.connected -> B.connected=true`,
    );
  });

  test("SE2 SE8 who leaves and comes in again through the same connection is back with the first thing he says", () => {
    play(
      started({ dropPolicy: "grace" }),
      `at 1000  A drops -> seat-away A
      at 2000  A passTurn -> turn-passed A B 2, seat-back A
      B passTurn -> turn-passed B A 3
      at 12000 see A -> A=619000`,
    );
    play(
      started({ dropPolicy: "pause" }),
      `at 1000  B drops -> seat-away B, game-paused drop
      B passTurn -> ! wrong-status
      B updatePlayer B life=19 -> life-changed B 20 19 B, seat-back B, game-resumed`,
    );
    const table = new Table({ warningThresholds: [] });
    play(table, "at 0 host drops -> host-away\nat 1000 host start -> game-started, host-back\nat 400000 B claim B -> seat-claimed B");
    expect(table.view().hostPlayer).toBeNull();
  });

  test("CK2 SE2 SE8 what he says with whom the clocks run on again was said while they stood: no bonus comes of it, and who ended the game resumes none", () => {
    play(
      started({ dropPolicy: "pause", playerCount: 3 }),
      `at 1000  A drops -> seat-away A, game-paused drop
      at 5000  A eliminate A -> eliminated A host, turn-passed A B 2, game-resumed, seat-back A
      see B -> B=600000`,
    );
    play(
      started({ dropPolicy: "pause" }),
      `at 1000  A drops -> seat-away A, game-paused drop
      at 5000  A eliminate B -> eliminated B host, seat-back A, game-complete A`,
    );
  });

  test("SE2 SE3 L16 the late close of a displaced connection touches nothing", () => {
    const table = started();
    const old = table.viewer("B");
    expect(show(table, "B", table.tokens.get("B"))).toBe("seat-back B (displaced)");
    const late = table.say("shell", { type: "drop", viewerId: old });
    expect(outcome(late)).toBe("nothing");
    expect(table.view().players[1]?.connected).toBe(true);
    play(table, "at 0 A passTurn -> turn-passed A B 2\nat 0 B passTurn -> turn-passed B A 3");
  });

  test("SE3 L15 a reconnect keeps seat and host, however often", () => {
    const table = started();
    for (let time = 0; time < 5; time += 1) expect(show(table, "A", table.tokens.get("A"))).toBe("seat-back A (displaced)");
    play(table, "at 0 A eliminate B -> eliminated B host, game-complete A");
  });

  test("SE3 a reconnect through the very connection that holds the seat renews the token, and sends nobody away", () => {
    const table = started();
    const first = table.tokens.get("B");
    const said = table.say("B", { type: "reconnect", seat: 2, tokenHash: hashOf(first ?? ""), grantId: null });
    expect([outcome(said), said.ok && said.dismissals]).toEqual(["seat-back B", undefined]);
    expect(table.tokens.get("B")).not.toBe(first);
    play(table, "at 0 A passTurn -> turn-passed A B 2\nat 0 B passTurn -> turn-passed B A 3");
  });

  test("SE3 whoever holds another seat, or has no right token, gets nothing", () => {
    const table = started({ playerCount: 3 });
    const token = table.tokens.get("B");
    const said = table.say("C", { type: "reconnect", seat: 2, tokenHash: hashOf(token ?? ""), grantId: null });
    expect(outcome(said)).toBe("! not-allowed playerId");
    expect(show(table, "B", "guess")).toBe("! bad-token");
    expect(show(table, "A", token)).toBe("! bad-token");
    expect(outcome(table.say("V", { type: "reconnect", seat: 7, tokenHash: hashOf("x"), grantId: null }))).toBe("! no-such-seat playerId");
    play(table, "at 0 B drops -> seat-away B");
    expect(show(table, "B", token)).toBe("seat-back B");
  });

  test("SE4 the token before is valid until the newer one was used", () => {
    const table = started();
    const first = table.tokens.get("B");
    expect(show(table, "B", first)).toBe("seat-back B (displaced)");
    const lost = table.tokens.get("B");
    expect(show(table, "B", first)).toBe("seat-back B (displaced)");
    expect(show(table, "B", lost)).toBe("! bad-token");
    const second = table.tokens.get("B");
    expect(show(table, "B", second)).toBe("seat-back B (displaced)");
    expect(show(table, "B", second)).toBe("seat-back B (displaced)");
  });

  test("SE4 an older token shown again voids them all; the seat stays with whoever is connected", () => {
    const table = started();
    const first = table.tokens.get("B");
    show(table, "B", first);
    const second = table.tokens.get("B");
    show(table, "B", second);
    const third = table.tokens.get("B");
    const holder = table.viewer("B");
    const thief = table.say("thief", { type: "reconnect", seat: 2, tokenHash: hashOf(first ?? ""), grantId: null });
    expect(outcome(thief)).toBe("! bad-token + keys-revoked B");
    expect(thief.ok && thief.grant).toBeUndefined();
    expect(table.state.seats[1]?.holder).toMatchObject({ viewerId: holder, tokenHash: null, previousTokenHash: null, droppedAt: null });
    for (const token of [first, second, third]) expect(show(table, "B", token)).toBe("! bad-token");
    play(table, "at 0 A passTurn -> turn-passed A B 2\nat 0 B passTurn -> turn-passed B A 3\nat 0 A kick B -> kicked B");
  });

  test("SE5 L14 a token lives as long as its holder is connected, and one hour after", () => {
    const table = started({ initialTime: 24 * hourMs, warningThresholds: [] });
    const token = table.tokens.get("B");
    play(table, `at ${5 * hourMs} B drops -> seat-away B\nat ${6 * hourMs - 1} wake -> nothing`);
    expect(show(table, "B", token)).toBe("seat-back B");
    play(table, `at ${7 * hourMs} B drops -> seat-away B\nat ${8 * hourMs} wake -> seat-freed B`);
    const lapsed = table.tokens.get("B");
    expect(show(table, "B", lapsed)).toBe("! token-expired");
    expect(show(table, "B", token)).toBe("! bad-token");
    play(table, `at ${8 * hourMs} C claim B -> seat-claimed B`);
    expect(show(table, "B", lapsed)).toBe("! bad-token");
  });

  test("SE6 the action id that asked for a token stands for it when the answer was lost", () => {
    const table = new Table();
    table.say("B", { type: "claim", playerId: 2 }, { action: "claim-1" });
    const said = (id: string) => {
      table.renew("B");
      return outcome(table.say("B", { type: "reconnect", seat: 2, tokenHash: null, grantId: hashOf(id) }, { action: `again-${id}` }));
    };
    expect(said("other")).toBe("! bad-token");
    expect(said("claim-1")).toBe("seat-back B");
    expect(said("claim-1")).toBe("! bad-token");
    expect(said("again-claim-1")).toBe("seat-back B");
    expect(outcome(table.say("V", { type: "reconnect", seat: 1, tokenHash: null, grantId: null }))).toBe("! bad-token");
  });

  test("SE6 a lost answer does not retire the token the browser still has", () => {
    const table = started();
    const kept = table.tokens.get("B");
    table.renew("B");
    table.say("B", { type: "reconnect", seat: 2, tokenHash: hashOf(kept ?? ""), grantId: null }, { action: "lost" });
    table.renew("B");
    table.say("B", { type: "reconnect", seat: 2, tokenHash: null, grantId: hashOf("lost") }, { action: "lost too" });
    expect(show(table, "B", kept)).toBe("seat-back B (displaced)");
  });

  test("SE7 unclaim, kick and the end of the table void tokens; the seat stays in the game", () => {
    const table = started({ playerCount: 3 });
    play(
      table,
      "at 1000 B interrupt -> interrupted B\nat 1000 B unclaim -> seat-left B\nat 1000 see running B.claimed -> running=B B.claimed=false",
    );
    expect(show(table, "B", table.tokens.get("B"))).toBe("! bad-token");
    const kicked = table.say("A", { type: "kick", playerId: 3 });
    expect(kicked.ok && kicked.dismissals).toEqual([{ viewerId: table.viewer("C"), reason: "kicked" }]);
    expect(show(table, "C", table.tokens.get("C"))).toBe("! bad-token");
    play(
      table,
      "at 1000 A kick C -> ! not-allowed playerId\nat 1000 A kick A -> ! not-allowed playerId\nat 1000 A kick H -> ! no-such-seat playerId",
    );
    const ended = table.say("A", { type: "endGame" });
    expect(ended.ok && ended.dismissals).toEqual([{ viewerId: null, reason: "closed" }]);
    expect(show(table, "A", table.tokens.get("A"))).toBe("! bad-token");
    expect(show(table, "host", table.tokens.get("host"))).toBe("! bad-token");
  });
});

describe("SE7 a kicked person", () => {
  test("SE7 a former host who is kicked does not come back by his chair", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0       host claim A -> seat-claimed A, host-changed A
      at 0       B claim B -> seat-claimed B
      at 0       C claim C -> seat-claimed C
      at 0       host drops -> seat-away A
      at 300000  wake -> host-changed B
      at 300000  B kick A -> kicked A
      at 300000  B unclaim -> seat-left B, host-changed -, host-changed C`,
    );
    expect(show(table, "host", table.tokens.get("host"))).toBe("! bad-token");
  });
});

describe("HO the host", () => {
  test("HO1 the creator is host without a seat, then with the seat he claims", () => {
    play(
      new Table(),
      `at 0  see hostPlayer -> hostPlayer=-
      host claim B -> seat-claimed B, host-changed B
      see hostPlayer -> hostPlayer=B
      host kick A -> ! not-allowed playerId
      host unclaim -> seat-left B, host-changed -
      see hostPlayer -> hostPlayer=-
      host renameGame name=Friday -> game-renamed Friday`,
    );
  });

  test("HO1 HO4 the chair's token brings back chair and seat of the same person", () => {
    const table = new Table();
    play(table, "at 0 host claim A -> seat-claimed A, host-changed A\nat 0 host drops -> seat-away A");
    expect(show(table, "host", table.tokens.get("host"))).toBe("seat-back A");
    play(table, "at 0 host kick B -> ! not-allowed playerId\nat 0 see A.connected hostPlayer -> A.connected=true hostPlayer=A");
  });

  test("HO2 a host hands over to a claimed seat only", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  C unclaim -> seat-left C
      A transferHost C -> ! not-allowed playerId
      A transferHost H -> ! no-such-seat playerId
      A transferHost A -> nothing
      A transferHost B -> host-changed B
      A kick B -> ! not-host
      B transferHost A -> host-changed A`,
    );
  });

  test("HO2 the old host's chair does not come back after he gave it away", () => {
    const table = new Table();
    play(table, "at 0 B claim B -> seat-claimed B\nat 0 host transferHost B -> host-changed B\nat 0 host kick B -> ! not-host");
    expect(show(table, "host", table.tokens.get("host"))).toBe("! bad-token");
  });

  test("HO3 L15 after five minutes the longest-seated who is there follows", () => {
    const table = new Table({ playerCount: 4 });
    play(
      table,
      `at 0       C claim C -> seat-claimed C
      at 1000    A claim A -> seat-claimed A
      at 2000    host claim B -> seat-claimed B, host-changed B
      at 3000    host drops -> seat-away B
      at 302999  wake -> nothing
      at 303000  wake -> host-changed C
      see hostPlayer -> hostPlayer=C`,
    );
    expect(show(table, "host", table.tokens.get("host"))).toBe("! not-host");
    expect(outcome(table.say("V", { type: "reconnect", seat: 2, tokenHash: hashOf(table.tokens.get("B") ?? ""), grantId: null }))).toBe(
      "seat-back B",
    );
    play(table, "at 303000 V kick C -> ! not-host");
  });

  test("HO3 nobody there to follow: the first who returns after five minutes does", () => {
    const table = started();
    play(
      table,
      `at 0       B drops -> seat-away B
      A drops -> seat-away A
      at 400000  wake -> warning A 300000
      B reconnects -> seat-back B, host-changed B`,
    );
  });

  test("HO3 a host who is back in time stays host", () => {
    play(
      started(),
      `at 0       A drops -> seat-away A
      at 299999  A reconnects -> seat-back A
      at 305000  see hostPlayer -> warning A 300000 | hostPlayer=A`,
    );
  });

  test("HO4 a former host's token counts again when nobody else is host", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0       B claim B -> seat-claimed B
      host drops -> host-away
      at 300000  wake -> host-changed B
      at 300001  B unclaim -> seat-left B, host-changed -`,
    );
    expect(show(table, "host", table.tokens.get("host"))).toBe("host-back");
    play(table, "at 300002 host renameGame name=Mine -> game-renamed Mine");
  });

  test("HO5 a host by succession who leaves is followed at once", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A transferHost B -> host-changed B
      B unclaim -> seat-left B, host-changed -, host-changed A
      A unclaim -> seat-left A, host-changed -, host-changed C
      C unclaim -> seat-left C, host-changed -
      V claim C -> seat-claimed C, host-changed C`,
    );
  });

  test("HO6 a host gives commands of play for unclaimed seats, never for claimed ones", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0  host claim A -> seat-claimed A, host-changed A
      C claim C -> seat-claimed C
      host start -> game-started
      host interrupt B -> interrupted B
      host interrupt C -> ! not-allowed
      C interrupt B -> ! not-allowed
      host passPriority B -> priority-passed B
      host passTurn -> turn-passed A B 2
      host toggleTarget C -> target-toggled C true
      host confirmTargets -> targets-confirmed C
      host passTargetPriority C -> ! not-allowed
      C passTargetPriority -> target-answered C, targeting-ended false
      host passTurn B -> turn-passed B C 3
      host toggleTarget A -> ! not-your-turn`,
    );
  });

  test("SE5 a seatless host's chair ends an hour after he left", () => {
    const table = new Table();
    play(table, `at 0 host drops -> host-away\nat ${hourMs} wake -> nothing`);
    expect(show(table, "host", table.tokens.get("host"))).toBe("! bad-token");
    play(table, `at ${hourMs} V claim A -> seat-claimed A, host-changed A`);
  });

  test("SE4 an outdated token of the chair voids the chair's tokens", () => {
    const table = new Table();
    const first = table.tokens.get("host");
    show(table, "host", first);
    show(table, "host", table.tokens.get("host"));
    const last = table.tokens.get("host");
    const thief = table.say("thief", { type: "reconnect", seat: null, tokenHash: hashOf(first ?? ""), grantId: null });
    expect(outcome(thief)).toBe("! bad-token + keys-revoked -");
    expect(show(table, "host", last)).toBe("! bad-token");
  });

  test("SE1 a viewer with a seat who shows the chair's token becomes host from that seat; two seats he never has", () => {
    const table = new Table({ playerCount: 3 });
    play(table, "at 0 B claim B -> seat-claimed B\nat 0 host drops -> host-away");
    const show1 = table.say("B", { type: "reconnect", seat: null, tokenHash: hashOf(table.tokens.get("host") ?? ""), grantId: null });
    expect(outcome(show1)).toBe("host-back, host-changed B");
    expect(table.view().hostPlayer).toBe(2);
    const other = new Table({ playerCount: 3 });
    play(other, "at 0 B claim B -> seat-claimed B\nat 0 host claim A -> seat-claimed A, host-changed A");
    const show2 = other.say("B", { type: "reconnect", seat: null, tokenHash: hashOf(other.tokens.get("host") ?? ""), grantId: null });
    expect(outcome(show2)).toBe("! not-allowed");
  });
});

describe("presence for the shell", () => {
  test("SE2 connected holders are those who sit somewhere and are there, each once", () => {
    const table = seated({ playerCount: 3 });
    expect(clockRules.connectedHolders(table.state)).toEqual(["A", "B", "C"].map((name) => table.viewer(name)));
    play(table, "at 0 B drops -> seat-away B");
    expect(clockRules.connectedHolders(table.state)).toEqual(["A", "C"].map((name) => table.viewer(name)));
    expect(clockRules.seatOf(table.state, table.viewer("C"))).toBe(3);
    expect(clockRules.seatOf(table.state, table.viewer("V"))).toBeNull();
  });

  test("SE2 the index counts seats and free seats; a closed table is not listed", () => {
    const table = new Table({ playerCount: 3, listed: true });
    play(table, "at 0 B claim B -> seat-claimed B");
    expect(clockRules.index(table.state)).toEqual({
      kind: "clock",
      name: "Game TABLE1",
      status: "waiting",
      listed: true,
      seats: 3,
      seatsFree: 2,
    });
    play(table, "at 0 host endGame -> game-ended host");
    expect(clockRules.index(table.state)).toMatchObject({ listed: false, status: "finished" });
  });

  test("CK10 the next wake is the next thing that would change, and never lies in the past", () => {
    const table = started({ warningThresholds: [300_000] });
    const wake = () => (clockRules.nextWakeAt(table.state) ?? 0) - startAt;
    expect(wake()).toBe(300_000);
    play(table, "at 1000 A drops -> seat-away A");
    expect(wake()).toBe(300_000);
    play(table, "at 2000 B pause -> game-paused player");
    expect(wake()).toBe(301_000);
    play(table, "at 301000 wake -> host-changed B");
    expect(wake()).toBe(hourMs + 1_000);
    play(table, `at ${hourMs + 1_000} wake -> seat-freed A`);
    expect(clockRules.nextWakeAt(table.state)).toBeNull();
    expect(clockRules.settle(table.state, (startAt + 9 * hourMs) as Instant)).toBeNull();
  });
});
