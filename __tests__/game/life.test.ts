import { describe, expect, test } from "vitest";
import type { Command, UpdatePlayer } from "../../lib/game/commands.ts";
import { outcome, play, seated, started, Table } from "./table.ts";

describe("LI life and counters", () => {
  const impossible: readonly (readonly [string, object, string])[] = [
    ["text", { life: "abc" }, "life"],
    ["NaN", { life: Number.NaN }, "life"],
    ["a fraction", { life: 1.5 }, "life"],
    ["too low", { life: -1_000 }, "life"],
    ["too high", { life: 10_000 }, "life"],
    ["infinite", { life: Number.POSITIVE_INFINITY }, "life"],
    ["a counter below 0", { counters: { poison: -1 } }, "counters"],
    ["a counter above 999", { counters: { poison: 1_000 } }, "counters"],
    ["a counter of text", { counters: { poison: "9" } }, "counters"],
    ["a counter without a name", { counters: { " ": 1 } }, "counters"],
    ["a counter that hides itself", { counters: JSON.parse('{"__proto__": 1}') as object }, "counters"],
    ["a long counter name", { counters: { abcdefghijklmnopqrstu: 1 } }, "counters"],
    ["five named counters", { counters: { a: 1, b: 1, c: 1, d: 1, e: 1 } }, "counters"],
    ["damage by oneself", { commanderDamage: { 2: [1, 0] } }, "commanderDamage"],
    ["damage by nobody", { commanderDamage: { 7: [1, 0] } }, "commanderDamage"],
    ["damage below 0", { commanderDamage: { 1: [-1, 0] } }, "commanderDamage"],
    ["a commander too many", { commanderDamage: { 1: [1, 2, 3] } }, "commanderDamage"],
    ["a source that is not there", { life: 3, source: 8 }, "source"],
    ["a step from a life there cannot be", { life: 3, was: { life: 10_000 } }, "was"],
    ["a step from a counter there cannot be", { counters: { poison: 1 }, was: { counters: { poison: -1 } } }, "was"],
    ["a step from damage by oneself", { commanderDamage: { 1: [1, 0] }, was: { commanderDamage: { 2: [0, 0] } } }, "was"],
    ["a colour of 60 KB", { color: `#${"a".repeat(60_000)}` }, "color"],
    ["a colour by name", { color: "red" }, "color"],
    ["an empty name", { name: "  " }, "name"],
    ["a lone surrogate", { name: "\ud800" }, "name"],
    ["33 letters", { name: "x".repeat(33) }, "name"],
  ];
  test.each(impossible)("LI1 L08 %s is refused with its field, and nothing changes", (_, fields, field) => {
    const table = started();
    const before = table.state;
    const said = table.say("B", { type: "updatePlayer", playerId: 2, ...fields } as UpdatePlayer);
    expect(said).toMatchObject({ ok: false, code: "bad-message", field });
    expect(table.state).toBe(before);
  });

  test("LI1 one impossible field refuses the whole command", () => {
    const table = started();
    play(table, `at 0 B updatePlayer B name=Bo life=5 {"counters":{"poison":1000}} -> ! bad-message counters`);
    expect(table.view().players[1]).toMatchObject({ name: "Player 2", life: 20 });
  });

  test("LI1 bounds themselves are possible", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B life=9999 {"counters":{"poison":999}} -> counter-changed B poison 0 999, loss-asked B poison, life-changed B 20 9999 B
      B updatePlayer B life=-999 -> life-changed B 9999 -999 B, eliminated B life`,
    );
  });

  test("LI2 life at 0 kills while the clocks run", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  A updatePlayer A life=0 -> life-changed A 20 0 A, eliminated A life, turn-passed A B 2
      C updatePlayer C life=-5 -> life-changed C 20 -5 C, eliminated C life, game-complete B
      C updatePlayer C life=7 -> life-changed C -5 7 C
      see status winner -> status=finished winner=B`,
    );
  });

  test("LI2 L09 life at 0 in the lobby or in a pause ends nothing; it counts when the clocks run", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0  B updatePlayer B life=0 -> life-changed B 20 0 B
      see status winner B.isEliminated -> status=waiting winner=- B.isEliminated=false
      A start -> game-started, eliminated B life
      A pause -> game-paused player
      C updatePlayer C life=-3 -> life-changed C 20 -3 C
      see status C.isEliminated -> status=paused C.isEliminated=false
      A pause -> game-resumed, eliminated C life, game-complete A`,
    );
  });

  test("LI3 10 poison and 21 commander damage ask once, they never kill", () => {
    play(
      started(),
      `at 0  B updatePlayer B {"counters":{"poison":9}} -> counter-changed B poison 0 9
      B updatePlayer B {"counters":{"poison":10}} -> counter-changed B poison 9 10, loss-asked B poison
      B updatePlayer B {"counters":{"poison":11}} -> counter-changed B poison 10 11
      B updatePlayer B {"commanderDamage":{"1":[20,21]}} -> commander-damaged B A [20,21], loss-asked B commander:1
      see B.asks B.isEliminated status -> B.asks=["poison","commander:1"] B.isEliminated=false status=running
      B updatePlayer B {"commanderDamage":{"1":[0,0]}} -> commander-damaged B A [0,0]
      see B.asks B.commanderDamage -> B.asks=["poison"] B.commanderDamage={}`,
    );
    // Of a seat that is out there is nothing to decide any more.
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B {"counters":{"poison":10}} -> counter-changed B poison 0 10, loss-asked B poison
      A eliminate B -> eliminated B host
      see B.asks -> B.asks=[]
      B updatePlayer B {"commanderDamage":{"1":[21,0]}} -> commander-damaged B A [21,0]
      see B.asks -> B.asks=[]`,
    );
  });

  test("LI4 one living seat wins, and nothing runs any more", () => {
    play(
      started({ playerCount: 3 }),
      `at 1000  A eliminate B -> eliminated B host
      at 2000  A eliminate A -> eliminated A host, game-complete C
      see winner status running activePlayer A C -> winner=C status=finished running=- activePlayer=- A=598000 C=600000
      at 99999 see C -> C=600000
      A eliminate C -> ! wrong-status
      A revive B -> ! wrong-status`,
    );
  });

  test("LI4 L26 nobody left is a draw", () => {
    play(
      started(),
      `at 0  A pause -> game-paused player
      A updatePlayer A life=0 -> life-changed A 20 0 A
      B updatePlayer B life=0 -> life-changed B 20 0 B
      A pause -> game-resumed, eliminated A life, eliminated B life, game-complete -
      see winner status -> winner=- status=finished`,
    );
  });

  test("LI5 markers of the dead go to whoever has the turn", () => {
    play(
      started({ playerCount: 4 }),
      `at 0  B updateTable monarch=C initiative=C -> marker-moved monarch C, marker-moved initiative C
      A eliminate C -> eliminated C host, marker-moved monarch A, marker-moved initiative A
      A eliminate A -> eliminated A host, turn-passed A B 2, marker-moved monarch B, marker-moved initiative B
      see monarch initiative -> monarch=B initiative=B`,
    );
  });

  test("LI5 a death takes no marker from the living", () => {
    play(
      started({ playerCount: 4 }),
      `at 0  B updateTable monarch=D initiative=B -> marker-moved monarch D, marker-moved initiative B
      A eliminate C -> eliminated C host
      A eliminate B -> eliminated B host, marker-moved initiative A
      see monarch initiative -> monarch=D initiative=A`,
    );
  });

  test("LI6 a revived seat lives on with life and time", () => {
    play(
      started({ playerCount: 3, initialTime: 10_000, bonusTime: 0, onTimeout: "game-loss", warningThresholds: [] }),
      `at 10000  wake -> timeout A 1, eliminated A time, turn-passed A B 2
      A updatePlayer A life=-4 -> life-changed A 20 -4 A
      B revive A -> ! not-host
      A revive B -> ! wrong-status playerId
      A revive H -> ! no-such-seat playerId
      A revive A -> revived A
      see A A.life A.isEliminated -> A=60000 A.life=1 A.isEliminated=false
      A eliminate A -> eliminated A host
      A eliminate A -> ! seat-dead playerId
      A eliminate H -> ! no-such-seat playerId`,
    );
  });

  test("LI7 named counters: four, in any script, gone at 0, whatever objects inherit", () => {
    play(
      started(),
      `at 0  B updatePlayer B {"counters":{"constructor":3,"Öl":1,"c":1,"d":1,"energy":2}} -> counter-changed B constructor 0 3, counter-changed B Öl 0 1, counter-changed B c 0 1, counter-changed B d 0 1, counter-changed B energy 0 2
      B updatePlayer B {"counters":{"e":1}} -> ! bad-message counters
      B updatePlayer B {"counters":{"e":1,"c":0}} -> counter-changed B e 0 1, counter-changed B c 1 0
      see B.counters -> B.counters={"constructor":3,"Öl":1,"d":1,"energy":2,"e":1}`,
    );
  });

  test("LI8 each commander counts by itself, partners too", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B {"commanderDamage":{"1":[7,3],"3":[2,0]}} -> commander-damaged B A [7,3], commander-damaged B C [2,0]
      B updatePlayer B {"commanderDamage":{"1":[7,3],"3":[4,0]}} -> commander-damaged B C [4,0]
      see B.commanderDamage B.life -> B.commanderDamage={"1":[7,3],"3":[4,0]} B.life=20`,
    );
  });

  test("LI9 one holder per marker; day, night, storm", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updateTable monarch=A dayNight=day -> marker-moved monarch A, table-changed day 0
      C updateTable monarch=C stormCount=4 -> marker-moved monarch C, table-changed day 4
      C updateTable {"monarch":null,"dayNight":null} -> marker-moved monarch -, table-changed null 4
      C updateTable stormCount=4 -> nothing
      C updateTable stormCount=10000 -> ! bad-message stormCount
      C updateTable monarch=H -> ! no-such-seat monarch
      V updateTable monarch=A -> ! no-seat
      A eliminate C -> eliminated C host
      A updateTable initiative=C -> ! seat-dead initiative`,
    );
  });

  test("LI10 L04 only the host adjusts time, and never his own", () => {
    play(
      started(),
      `at 0  B adjustTime B deltaMs=60000 -> ! not-host
      B adjustTime A deltaMs=60000 -> ! not-host
      A adjustTime A deltaMs=60000 -> ! not-allowed playerId
      A adjustTime B deltaMs=60000 -> time-adjusted B 60000
      see B -> B=660000
      A adjustTime B deltaMs=1.5 -> ! bad-message deltaMs
      A adjustTime B deltaMs=86400001 -> ! bad-message deltaMs
      A adjustTime H deltaMs=1 -> ! no-such-seat playerId`,
    );
    const table = new Table();
    expect(outcome(table.say("host", { type: "adjustTime", playerId: 1, deltaMs: "60000" } as unknown as Command))).toBe(
      "! bad-message deltaMs",
    );
  });

  test("LI10 a bank emptied while it runs falls at once; one that does not run waits", () => {
    play(
      started({ warningThresholds: [] }),
      `at 0     A adjustTime B deltaMs=-86400000 -> time-adjusted B -600000
      see B -> B=0
      at 1000  A passTurn -> turn-passed A B 2
      see B -> B=30000
      A adjustTime B deltaMs=-86400000 -> time-adjusted B -30000, timeout B 1`,
    );
  });

  test("TO1 penalties count up and end", () => {
    const table = started();
    play(
      table,
      "at 0 A addPenalty B -> penalty-added B 1\nat 0 B addPenalty B -> ! not-host\nat 0 A addPenalty H -> ! no-such-seat playerId",
    );
    for (let count = 0; count < 1_000; count += 1) table.say("A", { type: "addPenalty", playerId: 2 });
    expect(table.view().players[1]?.penalties).toBe(999);
  });

  test("LI11 two who step the same number at once have both stepped it; a total stays a total", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B {"life":19,"was":{"life":20}} -> life-changed B 20 19 B
      A updatePlayer B {"life":17,"was":{"life":20}} -> life-changed B 19 16 A
      A updatePlayer B life=19 -> life-changed B 16 19 A
      A updatePlayer B {"life":18,"was":{"life":18}} -> nothing
      B updatePlayer B {"counters":{"poison":1},"was":{"counters":{"poison":0}}} -> counter-changed B poison 0 1
      A updatePlayer B {"counters":{"poison":2,"Öl":1},"was":{"counters":{"poison":0,"Öl":0}}} -> counter-changed B poison 1 3, counter-changed B Öl 0 1
      A updatePlayer B {"counters":{"Öl":3},"was":{"counters":{"Öl":1}}} -> counter-changed B Öl 1 3
      B updatePlayer B {"commanderDamage":{"1":[3,0]},"was":{"commanderDamage":{"1":[0,0]}}} -> commander-damaged B A [3,0]
      A updatePlayer B {"commanderDamage":{"1":[0,2]},"was":{"commanderDamage":{"1":[0,0]}}} -> commander-damaged B A [3,2]
      see B.life B.counters B.commanderDamage -> B.life=19 B.counters={"poison":3,"Öl":3} B.commanderDamage={"1":[3,2]}`,
    );
  });

  test("LI11 a step kills and asks as a total does, keeps to the bounds, and names only what it is a step of", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B {"counters":{"poison":5},"was":{"counters":{"poison":0}}} -> counter-changed B poison 0 5
      A updatePlayer B {"counters":{"poison":5},"was":{"counters":{"poison":0}}} -> counter-changed B poison 5 10, loss-asked B poison
      A updatePlayer B {"counters":{"poison":0},"was":{"counters":{"poison":20}}} -> counter-changed B poison 10 0
      A updatePlayer B {"life":9999,"was":{"life":1}} -> life-changed B 20 9999 A
      A updatePlayer B {"life":12,"counters":{"drunk":1},"was":{"counters":{"drunk":0}}} -> counter-changed B drunk 0 1, life-changed B 9999 12 A
      B updatePlayer B {"life":5,"was":{"life":20}} -> life-changed B 12 -3 B, eliminated B life
      A undo -> undo-asked A 11
      see B.life -> B.life=-3`,
    );
  });

  test("LI11 a storm count of two at once is stepped by both, within its bounds; a total stays a total", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updateTable {"stormCount":1,"was":{"stormCount":0}} -> table-changed null 1
      C updateTable {"stormCount":1,"was":{"stormCount":0}} -> table-changed null 2
      C updateTable {"dayNight":"day","was":{"stormCount":9}} -> table-changed day 2
      B updateTable {"stormCount":0,"was":{"stormCount":9}} -> table-changed day 0
      B updateTable {"stormCount":1,"was":{"stormCount":10000}} -> ! bad-message was
      B updateTable stormCount=1 -> table-changed day 1
      A updateTable {"stormCount":1,"was":{"stormCount":1}} -> nothing`,
    );
  });

  test("AU1 own seat and host may change a player, nobody else", () => {
    play(
      started({ playerCount: 3 }),
      `at 0  B updatePlayer B life=19 -> life-changed B 20 19 B
      C updatePlayer B life=1 -> ! not-allowed
      V updatePlayer B life=1 -> ! no-seat
      A updatePlayer B life=18 -> life-changed B 19 18 A
      A updatePlayer B life=18 -> nothing
      A updatePlayer H life=18 -> ! no-such-seat playerId`,
    );
  });
});
