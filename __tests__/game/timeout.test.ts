import { describe, expect, test } from "vitest";
import { play, started } from "./table.ts";

const short = { initialTime: 10_000, bonusTime: 0, warningThresholds: [] };

describe("TO flag fall by choice", () => {
  test("TO1 TO2 life pays, the bank stands meanwhile, then the seat goes on with new time", () => {
    play(
      started(short),
      `at 10000  wake -> timeout A 1
      at 15000  see A A.timeoutPending A.timeoutRemaining A.penalties running -> A=0 A.timeoutPending=true A.timeoutRemaining=25000 A.penalties=1 running=A
      A timeoutChoice choice=loseLives -> timeout-choice A loseLives false, life-changed A 20 18 -
      see A A.timeoutPending A.timeoutRemaining -> A=60000 A.timeoutPending=false A.timeoutRemaining=0
      at 16000  see A -> A=59000
      at 75000  wake -> timeout A 2`,
    );
  });

  test("TO2 drunk counters pay as well, and only the seat that fell may choose", () => {
    play(
      started(short),
      `at 9999   A timeoutChoice choice=gainDrunk -> ! not-allowed
      at 10000  wake -> timeout A 1
      A timeoutChoice choice=wait -> ! bad-message choice
      B timeoutChoice choice=gainDrunk -> ! not-allowed
      B timeoutChoice A choice=gainDrunk -> ! not-allowed
      V timeoutChoice choice=die -> ! no-seat
      A timeoutChoice choice=gainDrunk -> timeout-choice A gainDrunk false, counter-changed A drunk 0 2
      see A A.counters -> A=60000 A.counters={"drunk":2}`,
    );
  });

  test("TO2 who chooses to die, or pays with his last life, is out", () => {
    play(
      started({ ...short, playerCount: 3 }),
      `at 10000  A timeoutChoice choice=die -> timeout A 1 | timeout-choice A die false, eliminated A choice, turn-passed A B 2
      at 20000  B timeoutChoice choice=loseLives -> timeout B 1 | timeout-choice B loseLives false, life-changed B 20 18 -
      B updatePlayer B life=2 -> life-changed B 18 2 B
      at 80000  B timeoutChoice choice=loseLives -> timeout B 2 | timeout-choice B loseLives false, life-changed B 2 0 -, eliminated B life, game-complete C`,
    );
  });

  test("TO2 whoever wins while his choice is due owes no answer: the game is over", () => {
    play(
      started(short),
      `at 10000  wake -> timeout A 1
      at 12000  B updatePlayer B life=0 -> life-changed B 20 0 B, eliminated B life, game-complete A
      see winner A.timeoutPending A.timeoutRemaining -> winner=A A.timeoutPending=false A.timeoutRemaining=0
      at 90000  wake -> nothing
      A timeoutChoice choice=die -> ! wrong-status`,
    );
  });

  test("TO2 LI10 whom the host gives time has nothing to choose any more: he goes on with it, and falls again when it is over", () => {
    play(
      started(short),
      `at 0      A passTurn -> turn-passed A B 2
      at 10000  wake -> timeout B 1
      at 12000  A adjustTime B deltaMs=-5000 -> time-adjusted B 0
      see B.timeoutPending B.timeoutRemaining -> B.timeoutPending=true B.timeoutRemaining=28000
      A adjustTime B deltaMs=40000 -> time-adjusted B 40000
      see B B.timeoutPending B.timeoutRemaining -> B=40000 B.timeoutPending=false B.timeoutRemaining=0
      at 13000  see B -> B=39000
      A undo -> undone 8
      see B B.timeoutPending B.timeoutRemaining -> B=0 B.timeoutPending=true B.timeoutRemaining=28000
      A adjustTime B deltaMs=40000 -> time-adjusted B 40000
      B timeoutChoice choice=loseLives -> ! not-allowed
      at 53000  wake -> timeout B 2`,
    );
  });

  test("TO3 no choice in time is death", () => {
    play(
      started({ ...short, playerCount: 3 }),
      `at 10000  wake -> timeout A 1
      at 39999  wake -> nothing
      at 40000  wake -> timeout-choice A die true, eliminated A time, turn-passed A B 2`,
    );
  });

  test("TO3 L06 the grace period runs in running time: a pause and an outage stop it", () => {
    play(
      started({ ...short, playerCount: 3 }),
      `at 10000   wake -> timeout A 1
      at 20000   B pause -> game-paused player
      at 900000  see A.timeoutRemaining -> A.timeoutRemaining=20000
      B pause -> game-resumed
      at 901000  wake -> nothing
      at 999000  shell outage 905000 -> game-paused restart
      see A.timeoutRemaining -> A.timeoutRemaining=15000
      B reconnects -> seat-back B, game-resumed
      at 1013999 wake -> nothing
      at 1014000 wake -> timeout-choice A die true, eliminated A time, turn-passed A B 2`,
    );
  });

  test("TO3 the grace period runs on while somebody else holds priority", () => {
    play(
      started({ ...short, playerCount: 3 }),
      `at 10000  wake -> timeout A 1
      at 11000  B interrupt -> interrupted B
      see A.timeoutRemaining running -> A.timeoutRemaining=29000 running=B
      at 20000  B passPriority -> priority-passed B
      at 40000  wake -> timeout-choice A die true, eliminated A time, turn-passed A B 2`,
    );
  });

  test("CK10 TO3 a flag that falls while somebody else's choice is due falls before that choice is forced, however late it is looked at", () => {
    play(
      started({ ...short, playerCount: 3 }),
      `at 10000  wake -> timeout A 1
      at 11000  B interrupt -> interrupted B
      at 40000  wake -> timeout B 1, timeout-choice A die true, eliminated A time, turn-passed A B 2
      see B B.timeoutRemaining -> B=0 B.timeoutRemaining=11000`,
    );
  });

  test("CK4 Bronstein gives nothing to a seat that has to choose", () => {
    play(
      started({ ...short, bronsteinTime: 5_000, playerCount: 3 }),
      `at 10000  wake -> timeout A 1
      at 11000  B interrupt -> interrupted B
      see A -> A=0`,
    );
  });
});

describe("TO flag fall, the other kinds", () => {
  test("TO4 overtime counts below zero, once per crossing", () => {
    play(
      started({ ...short, onTimeout: "warning" }),
      `at 10000  wake -> timeout A 1
      at 25000  wake -> nothing
      see A A.penalties A.timeoutPending -> A=-15000 A.penalties=1 A.timeoutPending=false
      A passTurn -> turn-passed A B 2
      A adjustTime B deltaMs=-86400000 -> time-adjusted B -86400000, timeout B 1
      see B -> B=-86390000
      at 26000  wake -> nothing
      see B.penalties -> B.penalties=1`,
    );
  });

  test("TO4 a seat back above zero falls again", () => {
    const table = started({ ...short, onTimeout: "warning", bonusTime: 20_000 });
    play(
      table,
      `at 10000  wake -> timeout A 1
      at 12000  A passTurn -> turn-passed A B 2
      at 13000  B passTurn -> turn-passed B A 3
      see A -> A=18000
      at 31000  wake -> timeout A 2`,
    );
  });

  test("TO5 time deduction: overtime now, less time in the next full bank", () => {
    play(
      started({ ...short, initialTime: 100_000, onTimeout: "time-deduction", penaltyTimeDeduction: 30_000 }),
      `at 100000  wake -> timeout A 1
      at 101000  see A -> A=-1000
      A reset -> game-reset
      see A B -> A=70000 B=100000
      A reset -> game-reset
      see A -> A=70000
      A start -> game-started
      A reset -> game-reset
      see A -> A=100000`,
    );
  });

  test("TO5 SET3 a bank with a deduction is untouched too: it follows the settings, and owes the same", () => {
    play(
      started({ ...short, initialTime: 100_000, onTimeout: "time-deduction", penaltyTimeDeduction: 30_000 }),
      `at 100000  wake -> timeout A 1
      A reset -> game-reset
      A updateSettings {"initialTime":50000} -> settings-changed ["initialTime"]
      see A B -> A=20000 B=50000
      A updateSettings {"initialTime":200000} -> settings-changed ["initialTime"]
      see A B -> A=170000 B=200000`,
    );
  });

  test("TO5 a deduction leaves at least a second", () => {
    play(
      started({ ...short, onTimeout: "time-deduction", penaltyTimeDeduction: 3_600_000 }),
      `at 10000  wake -> timeout A 1
      A reset -> game-reset
      see A -> A=1000`,
    );
  });

  test("TO6 game loss: out at once", () => {
    play(
      started({ ...short, onTimeout: "game-loss" }),
      `at 10000  wake -> timeout A 1, eliminated A time, game-complete B
      see status winner running -> status=finished winner=B running=-`,
    );
  });

  test("TO7 targets that fall together fall together: nobody else's flag is looked at after the end", () => {
    const table = started({ ...short, playerCount: 3, onTimeout: "game-loss" });
    play(
      table,
      `at 0      A toggleTarget B -> target-toggled B true
      A toggleTarget C -> target-toggled C true
      A confirmTargets -> targets-confirmed BC
      at 10000  wake -> timeout B 1, eliminated B time, timeout C 1, eliminated C time, game-complete A`,
    );
    expect(table.view().players.map((player) => player.penalties)).toEqual([0, 1, 1]);
  });

  test("TO a change of the kind while paused holds for banks below zero: they fall when they run again", () => {
    play(
      started({ ...short, onTimeout: "warning" }),
      `at 12000  A pause -> timeout A 1 | game-paused player
      A updateSettings {"onTimeout":"choice"} -> settings-changed ["onTimeout"]
      A pause -> game-resumed, timeout A 2
      A timeoutChoice choice=gainDrunk -> timeout-choice A gainDrunk false, counter-changed A drunk 0 2
      see A -> A=60000`,
    );
  });
});
