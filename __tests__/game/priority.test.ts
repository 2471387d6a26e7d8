import { describe, expect, test } from "vitest";
import { play, started, Table } from "./table.ts";

describe("IN interrupts", () => {
  test("IN1 IN2 the last to interrupt runs and passes first", () => {
    play(
      started({ playerCount: 4, bonusTime: 0 }),
      `at 1000  B interrupt -> interrupted B
      at 3000  C interrupt -> interrupted C
      at 6000  B interrupt -> interrupted B
      see A B C running interruptingPlayers -> A=599000 B=598000 C=597000 running=B interruptingPlayers=BCB
      C passPriority -> ! not-your-turn
      at 7000  B passPriority -> priority-passed B
      at 8000  C passPriority -> priority-passed C
      at 9000  B passPriority -> priority-passed B
      see A B C running -> A=599000 B=596000 C=596000 running=A`,
    );
  });

  test("IN1 L05 the stack holds 32, no more", () => {
    const table = started();
    for (let depth = 0; depth < 32; depth += 1) table.say(depth % 2 === 0 ? "B" : "A", { type: "interrupt" });
    play(
      table,
      `at 0  A interrupt -> ! stack-full
      A passPriority -> priority-passed A
      A interrupt -> interrupted A`,
    );
  });

  test("IN1 the dead, spectators and claimed seats of others cannot be pushed", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  V interrupt -> ! no-seat
      A interrupt B -> ! not-allowed
      B interrupt C -> ! not-allowed
      A eliminate C -> eliminated C host
      C interrupt -> ! seat-dead`,
    );
  });

  test("IN3 L05 a seat that dies leaves the stack wherever it is, and the clock below runs", () => {
    play(
      started({ playerCount: 3 }),
      `at 0     B interrupt -> interrupted B
      C interrupt -> interrupted C
      B interrupt -> interrupted B
      at 1000  A eliminate B -> eliminated B host
      see interruptingPlayers running -> interruptingPlayers=C running=C
      at 2000  A eliminate C -> eliminated C host, game-complete A
      see interruptingPlayers running status -> interruptingPlayers=- running=- status=finished`,
    );
  });

  test("IN3 L05 a flag that falls on the stack frees the stack", () => {
    play(
      started({ playerCount: 3, initialTime: 60_000, onTimeout: "game-loss", warningThresholds: [] }),
      `at 0      B interrupt -> interrupted B
      at 61000  wake -> timeout B 1, eliminated B time
      see running A -> running=A A=59000`,
    );
  });

  test("IN3 an unclaimed seat on the stack can be popped by the host, who names it", () => {
    const table = new Table({ playerCount: 2 });
    play(
      table,
      `at 0  host start -> game-started
      host interrupt B -> interrupted B
      host passPriority -> ! no-seat
      host passPriority B -> priority-passed B`,
    );
  });
});

describe("TG targets", () => {
  test("TG1 the active seat chooses living others, and takes back", () => {
    play(
      started({ playerCount: 4 }),
      `at 0  A toggleTarget A -> ! not-allowed playerId
      B toggleTarget C -> ! not-your-turn
      A toggleTarget B -> target-toggled B true
      A toggleTarget C -> target-toggled C true
      see targetingState targetedPlayers running -> targetingState=selecting targetedPlayers=BC running=A
      A toggleTarget B -> target-toggled B false
      A toggleTarget C -> target-toggled C false
      see targetingState -> targetingState=none
      A confirmTargets -> ! wrong-status
      A cancelTargeting -> ! wrong-status
      A eliminate D -> eliminated D host
      A toggleTarget D -> ! seat-dead playerId
      A toggleTarget H -> ! no-such-seat playerId
      B interrupt -> interrupted B
      A toggleTarget C -> ! wrong-status`,
    );
  });

  test("TG2 TG3 targets answer side by side, each on its own clock; the last gives the turn back", () => {
    const table = started({ playerCount: 4, bonusTime: 0 });
    play(
      table,
      `at 1000  A toggleTarget B -> target-toggled B true
      A toggleTarget C -> target-toggled C true
      A toggleTarget D -> target-toggled D true
      at 2000  A confirmTargets -> targets-confirmed BCD
      A toggleTarget B -> ! wrong-status
      at 5000  C passTargetPriority -> target-answered C
      C passTargetPriority -> ! not-your-turn
      see A B C D awaitingPriority running -> A=598000 B=597000 C=597000 D=597000 awaitingPriority=BD running=BD
      at 6000  B passTargetPriority -> target-answered B
      at 9000  D passTargetPriority -> target-answered D, targeting-ended false
      at 10000 see A B C D running targetedPlayers -> A=597000 B=596000 C=597000 D=593000 running=A targetedPlayers=-`,
    );
    expect(table.state.ledger.parallel).toBe(7_000);
  });

  test("TG3 L05 a target that dies in the middle is asked no more, the last one gives the turn back", () => {
    play(
      started({ playerCount: 4 }),
      `at 0     A toggleTarget B -> target-toggled B true
      A toggleTarget C -> target-toggled C true
      A confirmTargets -> targets-confirmed BC
      at 1000  B updatePlayer B life=0 -> life-changed B 20 0 B, eliminated B life
      see running awaitingPriority -> running=C awaitingPriority=C
      at 2000  A eliminate C -> eliminated C host, targeting-ended false
      see running targetingState -> running=A targetingState=none`,
    );
  });

  test("TG3 an answer counts while somebody else holds priority above", () => {
    play(
      started({ playerCount: 3 }),
      `at 0     A toggleTarget B -> target-toggled B true
      A confirmTargets -> targets-confirmed B
      C interrupt -> interrupted C
      A cancelTargeting -> targeting-ended true
      A toggleTarget B -> ! wrong-status
      C passPriority -> priority-passed C
      A toggleTarget B -> target-toggled B true
      C interrupt -> interrupted C
      A confirmTargets -> ! wrong-status
      C passPriority -> priority-passed C
      A confirmTargets -> targets-confirmed B
      C interrupt -> interrupted C
      B passTargetPriority -> target-answered B, targeting-ended false
      see running -> running=C`,
    );
  });

  test("TG4 a host may name the seat that has the turn, when nobody has claimed it, and no other", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0  C claim C -> seat-claimed C
      host start -> game-started
      host toggleTarget B -> target-toggled B true
      host confirmTargets B -> ! not-your-turn playerId
      host confirmTargets A -> targets-confirmed B
      host cancelTargeting B -> ! not-your-turn playerId
      C cancelTargeting A -> ! not-your-turn
      host cancelTargeting A -> targeting-ended true`,
    );
  });

  test("TG4 the active seat cancels, at any point; its death cancels too", () => {
    play(
      started({ playerCount: 3 }),
      `at 0     A toggleTarget B -> target-toggled B true
      A cancelTargeting -> targeting-ended true
      A toggleTarget B -> target-toggled B true
      A confirmTargets -> targets-confirmed B
      at 1000  A eliminate A -> eliminated A host, targeting-ended true, turn-passed A B 2
      see running B -> running=B B=629000`,
    );
  });
});
