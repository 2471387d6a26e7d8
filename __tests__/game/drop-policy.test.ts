import { describe, test } from "vitest";
import { play, started } from "./table.ts";

describe("SE8 drop policies", () => {
  test("SE8 charge: the clock runs on", () => {
    play(
      started(),
      `at 1000   A drops -> seat-away A
      at 50000  see A -> A=550000`,
    );
  });

  test("SE8 grace: 30 s free per stretch on the clock, however often the connection drops", () => {
    play(
      started({ dropPolicy: "grace", bonusTime: 0 }),
      `at 1000   A drops -> seat-away A
      at 21000  A reconnects -> seat-back A
      see A -> A=599000
      at 22000  A drops -> seat-away A
      at 42000  see A -> A=588000
      A reconnects -> seat-back A
      A passTurn -> turn-passed A B 2
      B passTurn -> turn-passed B A 3
      A drops -> seat-away A
      at 62000  see A -> A=588000`,
    );
  });

  test("SE8 pause: the absence of a living seat stops the clocks, the last one's return starts them", () => {
    play(
      started({ dropPolicy: "pause", playerCount: 4 }),
      `at 0      A eliminate D -> eliminated D host
      D drops -> seat-away D
      at 1000   B drops -> seat-away B, game-paused drop
      at 2000   C drops -> seat-away C
      at 90000  B reconnects -> seat-back B
      see status A -> status=paused A=599000
      C reconnects -> seat-back C, game-resumed
      at 91000  see A -> A=598000`,
    );
  });

  test("SE8 pause: the table may go on without him, and a spectator's leaving does not stop it", () => {
    play(
      started({ dropPolicy: "pause" }),
      `at 1000  B drops -> seat-away B, game-paused drop
      A pause -> game-resumed
      V drops -> nothing
      see status -> status=running
      at 2000  A pause -> game-paused player
      B reconnects -> seat-back B
      see status pausedBy -> status=paused pausedBy=player`,
    );
  });

  test("SE8 pause: a table waits for nobody whose seat is freed or out of the game: it runs on as with his return", () => {
    const waits = `at 1000  B drops -> seat-away B, game-paused drop
      C drops -> seat-away C
      at 9000  A kick D -> kicked D
      A kick C -> kicked C`;
    play(
      started({ dropPolicy: "pause", playerCount: 4 }),
      `${waits}
      see status -> status=paused
      A kick B -> kicked B, game-resumed
      at 10000 see status A -> status=running A=598000`,
    );
    play(
      started({ dropPolicy: "pause", playerCount: 4 }),
      `${waits}
      A eliminate B -> eliminated B host, game-resumed
      A undo -> undone 11
      see status pausedBy A -> status=paused pausedBy=drop A=599000
      B unclaim -> seat-left B, game-resumed`,
    );
  });

  test("SE8 pause: what is over does not run on, and a pause by hand outlasts who was absent", () => {
    play(
      started({ dropPolicy: "pause" }),
      `at 1000  B drops -> seat-away B, game-paused drop
      A eliminate B -> eliminated B host, game-complete A`,
    );
    play(
      started({ dropPolicy: "pause" }),
      `at 1000  B drops -> seat-away B, game-paused drop
      A pause to=paused -> game-paused player
      A kick B -> kicked B
      see status pausedBy -> status=paused pausedBy=player`,
    );
  });

  test("SE8 pause: a table that stands on after an absent player's hour is not set going by freeing the seat of one who is out", () => {
    play(
      started({ dropPolicy: "pause", playerCount: 4, warningThresholds: [] }),
      `at 0        A eliminate C -> eliminated C host
      at 200       B drops -> seat-away B, game-paused drop
      at 1000000   C drops -> seat-away C
      at 3600200   wake -> seat-freed B
      A kick C -> kicked C
      see status pausedBy -> status=paused pausedBy=drop`,
    );
  });

  test("TU5 SE8 pause: who pauses by hand in the moment of a drop means it: the return of the absent does not end it", () => {
    const dropped = (returns: string): string =>
      `at 1000  B drops -> seat-away B, game-paused drop
      at 1100  A pause to=paused -> game-paused player
      A pause to=paused -> nothing
      at 2000  B reconnects -> seat-back B
      see status pausedBy A -> status=paused pausedBy=player A=599000
      ${returns}`;
    play(started({ dropPolicy: "pause" }), dropped("A pause to=running -> game-resumed"));
    play(
      started({ dropPolicy: "pause" }),
      dropped(`A undo -> undone 6
      see status pausedBy -> status=paused pausedBy=player`),
    );
  });
});
