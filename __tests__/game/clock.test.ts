import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import { play, seated, startAt, started, Table } from "./table.ts";

describe("CK the clock", () => {
  test("CK1 a bank is what was left minus the time since; only runners pay", () => {
    play(
      started(),
      `at 1500  see A B running -> A=598500 B=600000 running=A
      at 2000  A passTurn -> turn-passed A B 2
      see A B running -> A=598000 B=630000 running=B
      at 3000  see A B -> A=598000 B=629000`,
    );
  });

  test("CK1 asking changes nothing: the same state answers for every moment", () => {
    const { state } = started();
    const left = (ms: number) => clockRules.view(state, "all", (startAt + ms) as typeof startAt).players[0]?.timeRemaining;
    expect([left(0), left(5), left(1_000), left(5)]).toEqual([600_000, 599_995, 599_000, 599_995]);
  });

  test("CK2 L03 the bonus comes with the turn, not with the first start and not by switching to whoever has it", () => {
    play(
      started(),
      `at 0     see A -> A=600000
      at 1000  A switch A -> nothing
      see A -> A=599000
      A switch B -> turn-passed A B 2
      see B -> B=630000`,
    );
  });

  test("CK2 L03 20 switches to the same seat are not worth a millisecond", () => {
    const table = started();
    for (let time = 1; time <= 20; time += 1) play(table, `at ${time * 10} A switch A -> nothing`);
    play(table, "at 200 see A -> A=599800");
  });

  test("CK2 L03 while paused or finished nobody passes, and a ruling on the turn brings no bonus", () => {
    play(
      started(),
      `at 1000  A pause -> game-paused player
      A passTurn -> ! wrong-status
      A switch B -> turn-passed A B 2
      see B -> B=600000
      A eliminate B -> eliminated B host, game-complete A
      A passTurn -> ! wrong-status`,
    );
  });

  test("CK2 the death of whoever has the turn passes it on with its bonus", () => {
    play(
      started({ playerCount: 3 }),
      `at 1000  A eliminate A -> eliminated A host, turn-passed A B 2
      see B C running -> B=630000 C=600000 running=B`,
    );
  });

  test("CK3 a seat that gets on the clock has its delay for free, and a pause does not renew it", () => {
    play(
      started({ delayTime: 5_000, bonusTime: 0 }),
      `at 3000   see A A.delayRemaining -> A=600000 A.delayRemaining=2000
      A pause -> game-paused player
      at 9000   A pause -> game-resumed
      at 12000  see A A.delayRemaining -> A=599000 A.delayRemaining=0
      A passTurn -> turn-passed A B 2
      at 15000  B interrupt -> interrupted B
      at 30000  see B -> B=587000`,
    );
  });

  test("CK3 the delay comes again each time priority comes back", () => {
    play(
      started({ delayTime: 5_000, bonusTime: 0 }),
      `at 6000   B interrupt -> interrupted B
      at 10000  B passPriority -> priority-passed B
      at 14000  see A B -> A=599000 B=600000
      at 16000  see A -> A=598000`,
    );
  });

  test("CK4 Bronstein gives back what was used, up to that much", () => {
    play(
      started({ bronsteinTime: 5_000, bonusTime: 0 }),
      `at 3000   A passTurn -> turn-passed A B 2
      at 3000   see A -> A=600000
      at 12000  B passTurn -> turn-passed B A 3
      see B -> B=596000`,
    );
  });

  test("CK5 L08 banks are capped at 24 h", () => {
    play(
      started({ initialTime: 86_400_000 }),
      `at 0     A adjustTime B deltaMs=60000 -> time-adjusted B 0
      at 1000  A passTurn -> turn-passed A B 2
      see B -> B=86400000`,
    );
  });

  test("CK6 handicaps belong to the full bank", () => {
    play(seated({ handicaps: { 2: -300_000 }, playerCount: 3 }), "at 0 see A B C -> A=600000 B=300000 C=600000");
  });

  test("CK5 CK6 a handicap lifts no full bank over 24 h", () => {
    play(seated({ initialTime: 86_400_000, handicaps: { 2: 60_000 } }), "at 0 see A B -> A=86400000 B=86400000");
  });

  test("CK7 one warning per crossing, at its own moment", () => {
    play(
      started({ initialTime: 62_000, warningThresholds: [60_000, 30_000], bonusTime: 0 }),
      `at 1999   wake -> nothing
      at 2000   wake -> warning A 60000
      at 2000   wake -> nothing
      at 2500   wake -> nothing
      at 3000   A pause -> game-paused player
      at 90000  A pause -> game-resumed
      at 119000 wake -> warning A 30000`,
    );
  });

  test("CK7 a ruling that takes a bank over thresholds warns once, for the lowest", () => {
    play(
      started({ initialTime: 400_000, bonusTime: 0 }),
      `at 0  A adjustTime B deltaMs=-50000 -> time-adjusted B -50000
      A adjustTime B deltaMs=-50000 -> time-adjusted B -50000, warning B 300000
      A adjustTime B deltaMs=-250000 -> time-adjusted B -250000, warning B 60000
      A adjustTime B deltaMs=10000 -> time-adjusted B 10000
      A adjustTime B deltaMs=-60000 -> time-adjusted B -60000`,
    );
  });

  test("CK7 before the start nobody is warned: a bank that is set is no clock that runs down", () => {
    play(
      seated({ initialTime: 400_000 }),
      `at 0  A adjustTime B deltaMs=-150000 -> time-adjusted B -150000
      see B -> B=250000`,
    );
  });

  test("CK7 a bank lifted above a threshold crosses it again; a start at one is no crossing", () => {
    const table = started({ initialTime: 60_000, warningThresholds: [60_000, 30_000], bonusTime: 0 });
    play(
      table,
      `at 29999  wake -> nothing
      at 30000  wake -> warning A 30000
      at 31000  A passTurn -> turn-passed A B 2
      A adjustTime B deltaMs=-25000 -> time-adjusted B -25000
      at 36000  wake -> warning B 30000
      at 37000  B passTurn -> turn-passed B A 3
      A adjustTime B deltaMs=10000 -> time-adjusted B 10000
      A passTurn -> turn-passed A B 4
      at 46000  wake -> warning B 30000`,
    );
  });

  test("CK9 a server clock that steps back never moves game time back", () => {
    const table = started();
    play(table, "at 10000 A pause -> game-paused player");
    const back = clockRules.decide(table.state, {
      now: (startAt + 5_000) as typeof startAt,
      v: table.v,
      viewerId: table.viewer("A"),
      rttMs: 0,
      command: { type: "pause" },
      draw: {},
    });
    expect(back.ok && back.state.at).toBe(startAt + 10_000);
    expect(clockRules.view(table.state, "all", startAt).players[0]?.timeRemaining).toBe(590_000);
  });

  test("CK10 what is looked at late happened at its own moment, in the order of time", () => {
    play(
      started({ playerCount: 3, initialTime: 10_000, bonusTime: 0, onTimeout: "game-loss", warningThresholds: [] }),
      `at 14000  wake -> timeout A 1, eliminated A time, turn-passed A B 2
      see B C -> B=6000 C=10000`,
    );
  });

  test("CK10 a tap at the very moment of the flag fall is too late", () => {
    play(
      started({ playerCount: 3, initialTime: 10_000, onTimeout: "game-loss", warningThresholds: [] }),
      "at 10000  A passTurn A -> timeout A 1, eliminated A time, turn-passed A B 2 | ! not-your-turn playerId",
    );
  });

  test("CK10 nothing is decided upon while something is due: that would be a bug of the shell", () => {
    const table = started({ onTimeout: "game-loss" });
    const late = {
      now: (startAt + 700_000) as typeof startAt,
      v: 1,
      viewerId: table.viewer("A"),
      rttMs: 0,
      command: { type: "pause" },
      draw: {},
    } as const;
    expect(() => clockRules.decide(table.state, late)).toThrow("not settled");
  });
});

describe("CK8 lag credit", () => {
  test("CK8 a tap gives back its round trip, up to min(1000, 0.4 rtt + 150)", () => {
    play(
      started({ bonusTime: 0 }),
      `at 5000   A passTurn rtt=200 -> turn-passed A B 2
      see A -> A=595200
      at 10000  B passTurn rtt=1000 -> turn-passed B A 3
      see B -> B=595550
      at 20000  A passTurn rtt=60000 -> turn-passed A B 4
      see A -> A=585920
      # Whole milliseconds, and never one too many: at most 270.4, then 200.6.
      at 30000  B passTurn rtt=301 -> turn-passed B A 5
      see B -> B=585820
      at 40000  A passTurn rtt=200.6 -> turn-passed A B 6
      see A -> A=576120`,
    );
    play(
      started({ bonusTime: 0 }),
      `at 5000   A passTurn rtt=60000 -> turn-passed A B 2
      see A -> A=596000`,
    );
  });

  test("CK8 no more than the bank paid, nothing of free time", () => {
    play(
      started({ bonusTime: 0, delayTime: 1_000 }),
      `at 500   A passTurn rtt=200 -> turn-passed A B 2
      see A -> A=600000
      at 1600  B passTurn rtt=200 -> turn-passed B A 3
      see B -> B=600000`,
    );
  });

  test("CK8 the quota: three credits to start with, one more per tap, never above seven", () => {
    const table = started({ bonusTime: 0, initialTime: 3_600_000 });
    let at = 0;
    const pass = (name: string, rtt: number): void => {
      at += 10_000;
      play(table, `at ${at} ${name} passTurn rtt=${rtt}`);
    };
    for (let tap = 0; tap < 8; tap += 1) {
      pass("A", 1);
      pass("B", 1);
    }
    const quota = (seat: number) => table.state.seats[seat - 1]?.lagQuotaMs;
    expect(quota(1)).toBe(150 * 7);
    const paid = table.view().players[0]?.timeRemaining ?? 0;
    pass("A", 2_000);
    expect((table.view().players[0]?.timeRemaining ?? 0) - paid).toBe(-10_000 + 950);
    expect(quota(1)).toBe(1_050 + 950 - 950);
  });

  test("CK8 an empty quota gives what has been gained since", () => {
    const table = started({ bonusTime: 0, initialTime: 3_600_000 });
    const before = table.state.seats[0];
    play(table, "at 10000 A passTurn rtt=10");
    expect(before?.lagQuotaMs).toBeNull();
    expect(table.state.seats[0]?.lagQuotaMs).toBe(154 * 3 + 154 - 10);
  });

  test("CK8 taps before the round trip is known are none of the quota's: the first that is known brings its three credits", () => {
    play(
      started({ bonusTime: 0 }),
      `at 5000   A passTurn -> turn-passed A B 2
      at 10000  B passTurn -> turn-passed B A 3
      at 20000  A passTurn rtt=2000 -> turn-passed A B 4
      see A -> A=585950`,
    );
  });

  test("CK8 a host who passes over a player's head, and a round trip that is no number, credit nothing", () => {
    play(
      started({ bonusTime: 0 }),
      `at 1000  A passTurn -> turn-passed A B 2
      at 5000  A passTurn rtt=500 -> turn-passed B A 3
      see B -> B=596000
      at 6000  A passTurn rtt=NaN -> turn-passed A B 4
      see A -> A=598000`,
    );
  });

  test("CK8 who stays on the clock has ended nothing: interrupts of one's own turn give no time back", () => {
    play(
      started({ bonusTime: 0 }),
      `at 10000  A interrupt -> interrupted A
      A passPriority rtt=300 -> priority-passed A
      A interrupt -> interrupted A
      A interrupt -> interrupted A
      A passPriority rtt=300 -> priority-passed A
      see A -> A=590000
      A passPriority rtt=300 -> priority-passed A
      see A -> A=590000
      A passTurn rtt=300 -> turn-passed A B 2
      see A -> A=590270`,
    );
  });

  test("CK8 TO2 who has to choose after a flag fall is given nothing back", () => {
    const table = started({ bonusTime: 0, initialTime: 10_000, warningThresholds: [] });
    play(
      table,
      `at 10000  wake -> timeout A 1
      at 11000  A passTurn rtt=200 -> turn-passed A B 2
      see A A.timeoutPending -> A=0 A.timeoutPending=true`,
    );
  });

  test("CK8 the host's own tap for an unclaimed seat is that seat's tap", () => {
    const table = new Table({ bonusTime: 0 });
    play(
      table,
      `at 0     host start -> game-started
      at 5000  host passTurn rtt=100 -> turn-passed A B 2
      see A -> A=595100`,
    );
  });
});

describe("CK11 LE free time", () => {
  test("LE1 time is written where it went: waiting, on the clock, paused, in an outage, finished", () => {
    const table = seated({ bonusTime: 0 });
    play(
      table,
      `at 1000  A start -> game-started
      at 3000   A pause -> game-paused player
      at 7000   A pause -> game-resumed
      at 31000  A outage 15000 -> game-paused restart
      A reconnects -> seat-back A, game-resumed`,
    );
    expect(table.state.ledger).toMatchObject({ waiting: 1_000, paused: 4_000, outage: 16_000, finished: 0 });
    play(table, "at 32000 A eliminate B -> eliminated B host, game-complete A\nat 64000 A updatePlayer B name=Bo");
    expect(table.state.ledger).toMatchObject({ waiting: 1_000, paused: 4_000, outage: 16_000, finished: 32_000 });
    expect(table.state.seats[0]?.spent.turn).toBe(2_000 + 8_000 + 1_000);
  });

  test("CK11 a stretch that ends within the grace costs the bank nothing, and adds nothing to it", () => {
    const table = started({ delayTime: 2_000, dropPolicy: "grace", bonusTime: 0 });
    play(
      table,
      `at 0      A drops -> seat-away A
      at 3500   B updatePlayer B name=Bo -> player-renamed B Bo
      see A A.delayRemaining -> A=600000 A.delayRemaining=28500
      at 32000  B updatePlayer B name=Bea -> player-renamed B Bea
      see A A.delayRemaining -> A=600000 A.delayRemaining=0
      at 33000  see A -> A=599000`,
    );
  });

  test("CK11 LE2 delay first, then the grace of the absent, then the bank; each is written down", () => {
    const table = started({ delayTime: 2_000, dropPolicy: "grace", bonusTime: 0 });
    play(
      table,
      `at 1000   A drops -> seat-away A
      at 1000   see A A.delayRemaining -> A=600000 A.delayRemaining=31000
      at 40000  see A -> A=592000
      A reconnects -> seat-back A
      at 41000  A passTurn -> turn-passed A B 2`,
    );
    expect(table.state.seats[0]?.spent).toEqual({ turn: 41_000, priority: 0, target: 0, delay: 2_000, grace: 30_000, choice: 0, lag: 0 });
  });
});
