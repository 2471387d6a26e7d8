import { describe, expect, test } from "vitest";
import { play, seated, started, Table } from "./table.ts";

const quick = { bonusTime: 0, warningThresholds: [] };

describe("UN undo", () => {
  test("UN2 UN3 UN4 one's own last change goes at once, and the clocks go back to its moment", () => {
    const table = started({ bonusTime: 30_000, warningThresholds: [] });
    play(
      table,
      `at 5000  A passTurn -> turn-passed A B 2
      at 9000  see A B -> A=595000 B=626000
      A undo -> undone ${table.v + 1}
      see A B activePlayer turn running -> A=595000 B=600000 activePlayer=A turn=1 running=A
      at 10000 see A -> A=594000`,
    );
    expect(table.state.ledger.undone).toBe(4_000);
  });

  test("UN2 somebody else's change needs all the others who are here", () => {
    const table = started({ ...quick, playerCount: 4 });
    const v = table.v + 1;
    play(
      table,
      `at 1000  A passTurn -> turn-passed A B 2
      D drops -> seat-away D
      B undo -> undo-asked B ${v}
      see undoRequest -> undoRequest={"by":2,"v":${v},"agreed":[],"waitingFor":[1,3]}
      B undo -> nothing
      B undo agree=true -> ! nothing-to-undo
      C undo agree=true -> undo-agreed C ${v}
      C undo agree=true -> nothing`,
    );
    expect(table.view().undoRequest).toEqual({ by: 2, v, agreed: [3], waitingFor: [1] });
    play(
      table,
      `at 1000 V undo agree=true -> ! no-seat\nat 2000 A undo agree=true -> undone ${v}\nat 2000 see A activePlayer undoRequest -> A=599000 activePlayer=A undoRequest=null`,
    );
  });

  test("UN2 UN6 who sat down since then did not make what was made from his seat before", () => {
    const left = started({ ...quick, playerCount: 3 });
    const v = left.v + 1;
    play(
      left,
      `at 1000  A passTurn -> turn-passed A B 2
      at 2000  A unclaim -> seat-left A, host-changed -
      V claim A -> seat-claimed A
      V undo v=${v - 1} -> ! too-late v
      V undo -> undo-asked A ${v}
      see undoRequest -> undoRequest={"by":1,"v":${v},"agreed":[],"waitingFor":[2,3]}
      V passTurn -> ! not-your-turn`,
    );
  });

  test("UN2 UN6 what a host did from the chair is his own when he has sat down", () => {
    const chair = new Table({ ...quick, playerCount: 3 });
    play(
      chair,
      `at 0     B claim B -> seat-claimed B
      host start -> game-started
      at 1000  host passTurn -> turn-passed A B 2
      host claim A -> seat-claimed A, host-changed A
      at 2000  host reconnects -> seat-back A
      host undo v=1 -> undone ${chair.v + 3}`,
    );
  });

  test("UN6 an undo or an answer that comes late takes back nothing that its sender could not know of, and answers for nothing else", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v;
    play(
      table,
      `at 1000  A passTurn -> turn-passed A B 2
      B passTurn -> turn-passed B C 3
      A undo v=${v} -> ! too-late v
      A undo v=${v + 1} -> ! too-late v
      B undo v=${v} -> undone ${v + 2}
      A undo v=${v} -> undone ${v + 1}
      A passTurn -> turn-passed A B 2
      B undo v=${v + 5} -> undo-asked B ${v + 5}
      C updatePlayer C life=19 -> life-changed C 20 19 C
      A undo v=${v + 7} -> undo-asked A ${v + 7}
      B undo agree=true v=${v + 5} -> ! too-late v
      B undo agree=false v=${v + 5} -> ! too-late v
      B undo agree=true v=${v + 7} -> undo-agreed B ${v + 7}`,
    );
  });

  test("UN2 who agreed has agreed: asking again does it when the one that was waited for has left", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v + 1;
    play(
      table,
      `at 1000  A passTurn -> turn-passed A B 2
      B undo -> undo-asked B ${v}
      C undo agree=true -> undo-agreed C ${v}
      B undo -> nothing
      A drops -> seat-away A
      see undoRequest -> undoRequest={"by":2,"v":${v},"agreed":[3],"waitingFor":[]}
      B undo -> undone ${v}`,
    );
  });

  test("UN2 the maker ends the waiting by undoing it himself; asking after somebody asked is agreeing", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v + 1;
    play(
      table,
      `at 0 A passTurn -> turn-passed A B 2\nat 0 B undo -> undo-asked B ${v}\nat 0 C undo -> undo-agreed C ${v}\nat 0 see undoRequest -> undoRequest={"by":2,"v":${v},"agreed":[3],"waitingFor":[1]}`,
    );
    play(table, `at 0 A undo -> undone ${v}`);
  });

  test("UN2 whoever made it takes it back at once though somebody else asked before, and needs nobody else to agree", () => {
    for (const says of ["A undo", "A undo agree=true"]) {
      const table = started({ ...quick, playerCount: 3 });
      const v = table.v + 1;
      play(table, `at 0 A passTurn -> turn-passed A B 2\nat 0 B undo -> undo-asked B ${v}\nat 0 ${says} -> undone ${v}`);
    }
    const table = new Table({ ...quick, playerCount: 2 });
    play(
      table,
      `at 0  A claim A -> seat-claimed A
      B claim B -> seat-claimed B
      host start -> game-started
      A undo -> undo-asked A ${table.v + 3}
      host undo -> undone ${table.v + 3}`,
    );
  });

  test("UN2 one refusal ends the request, and so does any other move", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v + 1;
    play(
      table,
      `at 0  A passTurn -> turn-passed A B 2
      B undo -> undo-asked B ${v}
      C undo agree=false -> undo-refused C
      see undoRequest -> undoRequest=null
      C undo agree=false -> ! nothing-to-undo
      C undo -> undo-asked C ${v}
      B updatePlayer B life=19 -> life-changed B 20 19 B
      see undoRequest -> undoRequest=null
      B undo agree=true -> ! nothing-to-undo`,
    );
  });

  test("UN2 what could not be taken back itself ends no request: who sees the table, and that somebody is back", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v + 1;
    play(
      table,
      `at 0  A passTurn -> turn-passed A B 2
      B undo -> undo-asked B ${v}
      A updateSettings {"listed":true} -> settings-changed ["listed"]
      C drops -> seat-away C
      C pause to=running -> seat-back C
      see undoRequest -> undoRequest={"by":2,"v":${v},"agreed":[],"waitingFor":[1,3]}
      C undo agree=true v=${v} -> undo-agreed C ${v}
      A updateSettings {"dropPolicy":"grace"} -> settings-changed ["dropPolicy"]
      see undoRequest -> undoRequest=null`,
    );
  });

  test("UN2 a flag fall ends a request", () => {
    const table = started({ ...quick, playerCount: 3, initialTime: 10_000 });
    play(
      table,
      `at 0      A updatePlayer A life=19 -> life-changed A 20 19 A
      B undo -> undo-asked B ${table.v + 1}
      at 10000  wake -> timeout A 1
      see undoRequest -> undoRequest=null`,
    );
  });

  test("UN3 UN5 L26 a flag fall is undone with everybody's consent, back to the change before; the log keeps it", () => {
    const table = started({ initialTime: 60_000, warningThresholds: [], onTimeout: "game-loss", bonusTime: 0 });
    play(table, "at 20000 A passTurn -> turn-passed A B 2\nat 80000 wake -> timeout B 1, eliminated B time, game-complete A");
    const v = table.v;
    play(
      table,
      `at 90000  B undo -> undo-asked B ${v}
      A undo agree=true -> undone ${v}
      see status winner A B activePlayer B.isEliminated B.penalties running -> status=running winner=- A=40000 B=60000 activePlayer=B B.isEliminated=false B.penalties=0 running=B
      at 100000 see B -> B=50000`,
    );
    expect(table.log.find((entry) => entry.v === v)?.events.map((event) => event.type)).toEqual(["timeout", "eliminated", "gameComplete"]);
    expect(table.state.ledger.undone).toBe(70_000);
  });

  test("UN5 the next undo goes further back, over what was undone", () => {
    const table = started({ ...quick });
    const first = table.v + 1;
    play(
      table,
      `at 1000  A updatePlayer A life=15 -> life-changed A 20 15 A
      at 2000  A updatePlayer A life=10 -> life-changed A 15 10 A
      at 3000  A undo -> undone ${first + 1}
      see A.life -> A.life=15
      at 4000  A undo -> undone ${first}
      see A.life A -> A.life=20 A=599000
      at 5000  A undo -> undone ${first - 1}
      see status A -> status=waiting A=600000
      A undo -> ! nothing-to-undo`,
    );
  });

  test("UN1 claims, tokens, presence, kicks, the host, listed, warnings and dice are not taken back", () => {
    const table = started({ playerCount: 3, warningThresholds: [590_000] });
    const v = table.v + 1;
    play(
      table,
      `at 1000   A passTurn -> turn-passed A B 2
      C unclaim -> seat-left C
      D claim C -> seat-claimed C
      A kick C -> kicked C
      A transferHost B -> host-changed B
      B updateSettings {"listed":true} -> settings-changed ["listed"]
      A rollDice sides=6`,
    );
    table.say("A", { type: "undo" });
    expect(table.log[0]?.events).toEqual([{ type: "undone", data: { v } }]);
    play(table, "at 1000 see hostPlayer C.claimed activePlayer -> hostPlayer=B C.claimed=false activePlayer=A");
    expect(table.state.settings.listed).toBe(true);
    play(table, "at 12000 wake -> warning A 590000");
    expect(table.past()?.type).toBe("start");
  });

  test("UN1 nobody's being back is taken back, whatever he said when he came: the change before it is", () => {
    const table = started(quick);
    const v = table.v + 1;
    play(
      table,
      `at 1000  A passTurn -> turn-passed A B 2
      at 5000  A drops -> seat-away A
      B drops -> seat-away B
      at 8000  A updateSettings {"listed":true} -> settings-changed ["listed"], seat-back A
      B updatePlayer B life=20 -> seat-back B
      A undo -> undone ${v}
      see activePlayer A B.connected -> activePlayer=A A=599000 B.connected=true`,
    );
    const waiting = started({ ...quick, dropPolicy: "pause" });
    play(
      waiting,
      `at 1000  A passTurn -> turn-passed A B 2
      at 2000  A drops -> seat-away A, game-paused drop
      at 3000  A updatePlayer A life=20 -> seat-back A, game-resumed
      A undo -> undone ${v}
      see status activePlayer -> status=running activePlayer=A`,
    );
  });

  test("UN1 a reset can be undone", () => {
    const table = started(quick);
    play(
      table,
      `at 7000  A interrupt -> interrupted A
      at 8000  B reset -> game-reset
      B undo -> undone ${table.v + 2}
      see status A interruptingPlayers running -> status=running A=592000 interruptingPlayers=A running=A`,
    );
  });

  test("UN1 UN5 a closed table stays closed", () => {
    play(started(quick), "at 0 A endGame -> game-ended host\nat 0 A undo -> ! no-seat");
  });

  test("UN2 without anybody else here it goes at once; spectators ask in vain", () => {
    const table = new Table(quick);
    play(
      table,
      `at 0  host start -> game-started
      at 1000  host passTurn -> turn-passed A B 2
      V undo -> ! no-seat
      host undo -> undone ${table.v + 2}
      see activePlayer A -> activePlayer=A A=599000`,
    );
  });

  test("UN2 a flag fall without anybody else here goes at once", () => {
    const table = new Table({ ...quick, initialTime: 10_000 });
    play(table, "at 0 host start -> game-started\nat 10000 wake -> timeout A 1");
    play(table, `at 11000 host undo -> undone ${table.v}\nat 11000 see A A.timeoutPending -> A=10000 A.timeoutPending=false`);
  });

  test("UN2 UN3 a flag fall is nobody's change: a host without a seat asks the table, too", () => {
    play(
      new Table({ initialTime: 10_000, warningThresholds: [] }),
      `at 0      A claim A -> seat-claimed A
      B claim B -> seat-claimed B
      host start -> game-started
      at 10000  wake -> timeout A 1
      at 11000  host undo -> undo-asked - 5
      A undo agree=true -> undo-agreed A 5
      B undo agree=true -> undone 5`,
    );
  });

  test("UN3 SE9 what an outage stopped stays stopped, and the time in between is nobody's", () => {
    const table = started({ ...quick, playerCount: 3 });
    const v = table.v + 2;
    play(
      table,
      `at 0      C unclaim -> seat-left C
      at 5000   A passTurn -> turn-passed A B 2
      at 90000  shell outage 10000 -> game-paused restart
      V claim C -> seat-claimed C
      V undo -> undone ${v}
      see status pausedBy A activePlayer -> status=paused pausedBy=restart A=595000 activePlayer=A
      B reconnects -> seat-back B, game-resumed
      at 91000  see A -> A=594000`,
    );
    expect(table.state.ledger).toMatchObject({ undone: 85_000, outage: 0 });
  });

  test("UN3 SE9 a flag that fell just before an outage can be taken back, too", () => {
    const table = started({ ...quick, initialTime: 60_000, onTimeout: "game-loss", playerCount: 4 });
    play(
      table,
      `at 0       D unclaim -> seat-left D
      at 20000   A passTurn -> turn-passed A B 2
      at 200000  shell outage 90000 -> timeout B 1, eliminated B time, turn-passed B C 3, game-paused restart
      V claim D -> seat-claimed D
      V undo -> undone ${table.v + 3}
      see A B C activePlayer status pausedBy B.isEliminated -> A=40000 B=60000 C=60000 activePlayer=B status=paused pausedBy=restart B.isEliminated=false`,
    );
  });

  test("UN3 SE8 under the drop policy pause a game that comes back waits for the absent", () => {
    const table = started({ ...quick, dropPolicy: "pause" });
    play(
      table,
      `at 1000  A pause -> game-paused player
      B drops -> seat-away B
      A undo -> undone ${table.v + 1}, game-paused drop
      B reconnects -> seat-back B, game-resumed`,
    );
  });

  test("UN3 SE8 a table that goes on without somebody goes on after an undo, too", () => {
    const table = started({ ...quick, dropPolicy: "pause" });
    const v = table.v;
    play(
      table,
      `at 1000  B drops -> seat-away B, game-paused drop
      A start -> game-resumed
      A updatePlayer A life=18 -> life-changed A 20 18 A
      at 5000  A undo -> undone ${v + 3}
      see status -> status=running
      A updateSettings {"dropPolicy":"charge"} -> settings-changed ["dropPolicy"]
      A undo -> undone ${v + 5}, game-paused drop`,
    );
  });

  test("UN1 SE8 who came back stays back: a pause that waited for him does not come again", () => {
    const table = started({ ...quick, dropPolicy: "pause" });
    play(
      table,
      `at 1000   B drops -> seat-away B, game-paused drop
      A updatePlayer A life=18 -> life-changed A 20 18 A
      at 5000   B reconnects -> seat-back B, game-resumed
      at 8000   A undo -> undone ${table.v + 2}, game-resumed
      see status A A.life -> status=running A=599000 A.life=20
      at 10000  see A -> A=597000`,
    );
  });

  test("UN1 SE9 the same after a restart, and with a reset that was made in the pause", () => {
    const table = started({ ...quick, playerCount: 3 });
    play(
      table,
      `at 0    C unclaim -> seat-left C
      at 1000 shell outage 1000 -> game-paused restart
      V claim C -> seat-claimed C
      V updatePlayer C life=18 -> life-changed C 20 18 C`,
    );
    const v = table.v;
    play(
      table,
      `at 2000  A reconnects -> seat-back A, game-resumed
      at 3000  V undo -> undone ${v}, game-resumed
      see status A -> status=running A=599000`,
    );
    const other = started({ ...quick, dropPolicy: "pause" });
    play(
      other,
      `at 1000  B drops -> seat-away B, game-paused drop
      A reset -> game-reset
      B reconnects -> seat-back B
      A undo -> undone ${other.v + 2}, game-resumed
      see status -> status=running`,
    );
  });

  test("UN1 SE8 a resume by hand that is taken back is a player's pause", () => {
    const table = started({ ...quick, dropPolicy: "pause" });
    play(
      table,
      `at 1000  B drops -> seat-away B, game-paused drop
      A start -> game-resumed
      at 2000  B reconnects -> seat-back B
      A undo -> undone ${table.v + 2}
      see status pausedBy A -> status=paused pausedBy=player A=599000
      B drops -> seat-away B
      B reconnects -> seat-back B
      see status -> status=paused`,
    );
  });

  test("UN1 settings come back except listed", () => {
    const table = seated();
    play(
      table,
      `at 0  A updateSettings {"initialTime":60000,"listed":true} -> settings-changed ["initialTime","listed"]
      see A -> A=60000
      A undo -> undone ${table.v + 1}
      see A -> A=600000`,
    );
    expect(table.state.settings).toMatchObject({ initialTime: 600_000, listed: true });
  });

  test("UN2 only a claimed seat or the host answers a request", () => {
    const table = started({ ...quick, playerCount: 3 });
    play(
      table,
      `at 0 A passTurn -> turn-passed A B 2\nat 0 A transferHost B -> host-changed B\nat 0 C undo -> undo-asked C ${table.v + 1}\nat 0 V undo agree=false -> ! no-seat`,
    );
  });

  test("UN2 a host without a seat cannot turn down what a seat asks for, only what he asked for himself", () => {
    const table = new Table({ ...quick, playerCount: 2 });
    play(
      table,
      `at 0  A claim A -> seat-claimed A
      B claim B -> seat-claimed B
      host start -> game-started
      A passTurn -> turn-passed A B 2
      B undo -> undo-asked B ${table.v + 4}
      host undo agree=false -> ! no-seat
      A undo agree=false -> undo-refused A
      host undo -> undo-asked - ${table.v + 4}
      host undo agree=false -> undo-refused -`,
    );
  });

  test("UN1 a seat that was freed because its holder stayed away is not taken back: the change before it is, and he is told why he is out", () => {
    const table = started({ ...quick, playerCount: 2, initialTime: 24 * 3_600_000 });
    play(
      table,
      `at 0        A pause -> game-paused player
      at 1000     B drops -> seat-away B
      at 3601000  wake -> seat-freed B
      A undo -> undone ${table.v + 1}
      B reconnects -> ! token-expired`,
    );
    expect(table.state.seats[1]?.holder).toBeNull();
  });

  test("UN1 a host who was succeeded because he stayed away is not host again: the change before it is taken back", () => {
    const table = started({ ...quick, playerCount: 2, initialTime: 24 * 3_600_000 });
    play(
      table,
      `at 0       A passTurn -> turn-passed A B 2
      A drops -> seat-away A
      at 300000  wake -> host-changed B
      B undo -> undone ${table.v + 1}
      see hostPlayer activePlayer -> hostPlayer=B activePlayer=A`,
    );
  });

  test("UN1 nothing is taken back behind a change of the number of seats: somebody may sit on one that was not there before", () => {
    const table = seated();
    play(
      table,
      `at 0  A renameGame name=Before -> game-renamed Before
      A updateSettings {"playerCount":3} -> settings-changed ["playerCount"]
      C claim C -> seat-claimed C
      A undo -> ! nothing-to-undo`,
    );
    expect(table.state.seats[2]?.holder).not.toBeNull();
  });
});
