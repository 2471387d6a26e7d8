import { describe, expect, test } from "vitest";
import { play, seated, startAt, started, Table, written } from "./table.ts";

describe("TU turns", () => {
  test("TU1 the top of the stack runs, else the targets, else the active seat", () => {
    play(
      started({ playerCount: 4 }),
      `at 0  see running -> running=A
      A toggleTarget B -> target-toggled B true
      A toggleTarget C -> target-toggled C true
      see running -> running=A
      A confirmTargets -> targets-confirmed BC
      see running -> running=BC
      D interrupt -> interrupted D
      see running -> running=D
      D passPriority -> priority-passed D
      see running -> running=BC`,
    );
  });

  test("TU2 the first in the order begins with turn 1, or whoever was chosen", () => {
    play(
      seated(),
      `at 0  see activePlayer turn status -> activePlayer=- turn=0 status=waiting
      A start -> game-started
      see activePlayer turn running -> activePlayer=A turn=1 running=A`,
    );
    play(
      seated({ playerCount: 3 }),
      `at 0  A switch C -> turn-passed - C 0
      B start -> game-started
      see activePlayer turn C -> activePlayer=C turn=1 C=600000`,
    );
  });

  test("TU2 a table without two seats alive does not start", () => {
    play(
      seated(),
      `at 0  A updatePlayer B life=0 -> life-changed B 20 0 A
      A start -> ! wrong-status life
      see status winner -> status=waiting winner=-`,
    );
  });

  test("TU3 turns go round the living in the order of play", () => {
    play(
      started({ playerCount: 4 }),
      `at 0     A eliminate C -> eliminated C host
      at 1000  A passTurn -> turn-passed A B 2
      at 2000  B passTurn -> turn-passed B D 3
      at 3000  D passTurn -> turn-passed D A 4`,
    );
  });

  test("TU3 nobody passes while priority is held or targets are chosen or asked", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B interrupt -> interrupted B
      A passTurn -> ! wrong-status
      B passPriority -> priority-passed B
      A toggleTarget B -> target-toggled B true
      A passTurn -> ! wrong-status
      A confirmTargets -> targets-confirmed B
      A passTurn -> ! wrong-status`,
    );
  });

  test("TU3 the host passes for whoever has the turn; others only their own; a named seat has to have it", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A passTurn -> turn-passed A B 2
      C passTurn -> ! not-your-turn
      V passTurn -> ! no-seat
      A passTurn A -> ! not-your-turn playerId
      A passTurn -> turn-passed B C 3
      A passTurn C -> turn-passed C A 4`,
    );
  });

  test("TU8 a tap that names its turn does nothing in another one, though the turn has come back to its sender", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A passTurn turn=1 -> turn-passed A B 2
      B passTurn turn=2 -> turn-passed B C 3
      A interrupt turn=2 -> ! too-late turn
      C passTurn -> turn-passed C A 4
      A passTurn A turn=1 -> ! too-late turn
      A interrupt turn=4 -> interrupted A
      A passPriority -> priority-passed A
      A toggleTarget B -> target-toggled B true
      A confirmTargets -> targets-confirmed B
      B passTargetPriority turn=1 -> ! too-late turn
      B passTargetPriority turn=4 -> target-answered B, targeting-ended false
      A passTurn A turn=4 -> turn-passed A B 5`,
    );
  });

  test("TU8 so does every other tap of play that names its turn: a pause, a target, what becomes of the targets, priority given back", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A passTurn -> turn-passed A B 2
      B passTurn -> turn-passed B C 3
      C passTurn -> turn-passed C A 4
      B pause to=paused turn=1 -> ! too-late turn
      B pause to=paused turn=4 -> game-paused player
      B pause to=running turn=3 -> ! too-late turn
      B pause to=running turn=4 -> game-resumed
      A toggleTarget C turn=1 -> ! too-late turn
      A toggleTarget B turn=4 -> target-toggled B true
      A cancelTargeting turn=1 -> ! too-late turn
      A confirmTargets turn=1 -> ! too-late turn
      A confirmTargets turn=4 -> targets-confirmed B
      A cancelTargeting turn=4 -> targeting-ended true
      A interrupt -> interrupted A
      A passPriority turn=1 -> ! too-late turn
      A passPriority turn=4 -> priority-passed A`,
    );
  });

  test("TU8 a choice that names its turn pays for no flag fall of another one", () => {
    play(
      started({ playerCount: 2, initialTime: 10_000, bonusTime: 0, timeoutBonusTime: 10_000, warningThresholds: [] }),
      `at 10000  A timeoutChoice choice=loseLives turn=1 -> timeout A 1 | timeout-choice A loseLives false, life-changed A 20 18 -
      A passTurn -> turn-passed A B 2
      B passTurn -> turn-passed B A 3
      at 20000  A timeoutChoice choice=die turn=1 -> timeout A 2 | ! too-late turn
      A timeoutChoice choice=gainDrunk turn=3 -> timeout-choice A gainDrunk false, counter-changed A drunk 0 2`,
    );
  });

  test("TU8 nor in the same turn of a game that was set since its sender heard of the one before", () => {
    const heardAt = startAt + 1;
    play(
      started({ playerCount: 3 }),
      `at 1  A passTurn turn=1 heardAt=${heardAt} -> turn-passed A B 2
      at 5  A reset -> game-reset
      A start -> game-started
      A passTurn turn=1 heardAt=${heardAt} -> ! too-late heardAt
      A interrupt turn=1 heardAt=${heardAt} -> ! too-late heardAt
      A passTurn turn=1 heardAt=${heardAt + 4} -> turn-passed A B 2`,
    );
  });

  test("TU4 a switch takes stack and targets away, also when it goes back to whoever has the turn", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A toggleTarget B -> target-toggled B true
      A confirmTargets -> targets-confirmed B
      C interrupt -> interrupted C
      A switch A -> targeting-ended true, turn-passed A A 1
      see running A interruptingPlayers targetingState -> running=A A=600000 interruptingPlayers=- targetingState=none
      A toggleTarget B -> target-toggled B true
      A switch A -> targeting-ended true, turn-passed A A 1
      C interrupt -> interrupted C
      A switch A -> turn-passed A A 1
      see running targetingState -> running=A targetingState=none
      A switch C -> turn-passed A C 2
      B switch B -> ! not-your-turn
      C switch B -> turn-passed C B 3`,
    );
  });

  test("TU4 a switch to a dead seat or one that is not there is refused", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A eliminate B -> eliminated B host
      A switch B -> ! seat-dead playerId
      A switch H -> ! no-such-seat playerId`,
    );
  });

  test("TU4 while waiting only the host says who begins", () => {
    play(
      seated(),
      `at 0  B switch B -> ! not-your-turn
      A switch B -> turn-passed - B 0
      B switch A -> ! not-your-turn`,
    );
  });

  test("TU5 L11 a pause stops every clock for everybody, whoever looks, and nothing goes below zero", () => {
    play(
      started(),
      `at 5000    B pause -> game-paused player
      at 900000  see A B status pausedBy running -> A=595000 B=600000 status=paused pausedBy=player running=-
      B start -> game-resumed
      at 901000  see A running -> A=594000 running=A
      A start -> ! wrong-status`,
    );
  });

  test("TU5 two who pause or resume at the same moment do not undo each other: a tap that says what it is for changes nothing that is so", () => {
    play(
      started(),
      `at 5000   B pause to=paused -> game-paused player
      at 5100    A pause to=paused -> nothing
      see status pausedBy -> status=paused pausedBy=player
      at 6000    A pause to=running -> game-resumed
      at 6100    B pause to=running -> nothing
      see status A -> status=running A=594900`,
    );
  });

  test("TU6 L09 a reset keeps names, colours and claims, and neither winner, life nor time", () => {
    const table = started();
    play(
      table,
      `at 1000  B updatePlayer B name=Bo color=#ABCDEF life=3 -> player-renamed B Bo, player-recoloured B #abcdef, life-changed B 20 3 B
      B interrupt -> interrupted B
      A updateTable monarch=B dayNight=day stormCount=3 -> marker-moved monarch B, table-changed day 3
      A addPenalty B -> penalty-added B 1
      A eliminate B -> eliminated B host, marker-moved monarch A, game-complete A
      see winner status -> winner=A status=finished
      at 2000  B reset -> game-reset
      see winner status A B B.life B.name B.color B.claimed B.penalties B.isEliminated -> winner=- status=waiting A=600000 B=600000 B.life=20 B.name=Bo B.color=#abcdef B.claimed=true B.penalties=0 B.isEliminated=false
      see monarch dayNight stormCount turn activePlayer hostPlayer -> monarch=- dayNight=null stormCount=0 turn=0 activePlayer=- hostPlayer=A
      A start -> game-started`,
    );
  });
});

describe("TU7 chance", () => {
  test("TU7 dice give 1..sides, the same for the same seed", () => {
    const results = new Set<number>();
    const table = seated();
    for (let roll = 0; roll < 400; roll += 1) {
      const said = table.say("B", { type: "rollDice", sides: 6 }, { seed: roll.toString(16).padStart(32, "0") });
      const [event] = said.ok ? said.events : [];
      if (event?.type === "diceRolled") results.add(event.data.result);
    }
    expect([...results].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const twice = [1, 2].map(() => table.say("B", { type: "rollDice", sides: 999 }, { seed: "ab".repeat(16) }));
    expect(twice[0]?.ok && twice[0].events.map(written)).toEqual(twice[1]?.ok && twice[1].events.map(written));
    expect(table.say("V", { type: "rollDice", sides: 6 })).toMatchObject({ ok: false, code: "no-seat" });
    expect(table.say("B", { type: "rollDice", sides: 1 })).toMatchObject({ ok: false, code: "bad-message", field: "sides" });
  });

  test("TU7 a host rolls for a seat that nobody has claimed, and for no other", () => {
    const table = new Table({ playerCount: 3 });
    play(
      table,
      `at 0  B claim B -> seat-claimed B
      host rollDice sides=6 -> ! no-seat
      host rollDice B sides=6 -> ! not-allowed`,
    );
    const rolled = table.say("host", { type: "rollDice", sides: 6, playerId: 3 });
    expect(rolled.ok && rolled.events[0]).toMatchObject({ type: "diceRolled", data: { playerId: 3, sides: 6 } });
  });

  test("TU7 L18 dice are even: 3,000 rolls of a D20 stay within five standard deviations", () => {
    const table = seated();
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 3_000; seed += 1) {
      const said = table.say("B", { type: "rollDice", sides: 20 }, { seed: (seed * 2_654_435_761).toString(16).padStart(32, "5") });
      const [event] = said.ok ? said.events : [];
      if (event?.type === "diceRolled") counts[event.data.result - 1] = (counts[event.data.result - 1] ?? 0) + 1;
    }
    const expected = 3_000 / 20;
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  test("TU7 the order of play: highest roll first, ties roll again, the first begins, seat ids stay", () => {
    let ties = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const table = seated({ playerCount: 8 });
      const said = table.say("A", { type: "rollPlayOrder" }, { seed: (seed + 1).toString(16).padStart(32, "0") });
      const [event] = said.ok ? said.events : [];
      if (event?.type !== "playOrderRolled") throw new Error("no order");
      const { rolls, order } = event.data;
      expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      const of = (id: number) => rolls.find((one) => one.playerId === id)?.rolls ?? [];
      for (let place = 1; place < order.length; place += 1) {
        const [better, worse] = [of(order[place - 1] ?? 0), of(order[place] ?? 0)];
        const at = better.findIndex((roll, index) => roll !== worse[index]);
        expect(better[at]).toBeGreaterThan(worse[at] ?? Number.POSITIVE_INFINITY);
      }
      if (rolls.some((one) => one.rolls.length > 1)) ties += 1;
      expect(table.view()).toMatchObject({ playOrder: order, activePlayer: order[0] });
      expect(table.view().players.map((player) => player.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      table.say("A", { type: "start" });
      expect(table.view().activePlayer).toBe(order[0]);
      table.say("A", { type: "passTurn" });
      expect(table.view().activePlayer).toBe(order[1]);
    }
    expect(ties).toBeGreaterThan(10);
  });

  test("TU7 a random seat begins; only the host rolls, only while waiting", () => {
    const chosen = new Set<number | null>();
    for (let seed = 0; seed < 60; seed += 1) {
      const table = seated({ playerCount: 3 });
      table.say("A", { type: "randomStartPlayer" }, { seed: (seed * 77_777 + 1).toString(16).padStart(32, "3") });
      table.say("A", { type: "start" });
      chosen.add(table.view().activePlayer);
    }
    expect([...chosen].sort()).toEqual([1, 2, 3]);
    play(
      started(),
      `at 0  A randomStartPlayer -> ! wrong-status
      B rollPlayOrder -> ! not-host`,
    );
  });

  test("TU7 dice need the seed the shell draws", () => {
    const table = new Table();
    expect(() => table.say("host", { type: "rollPlayOrder" }, { seed: "short" })).toThrow("seed");
  });
});
