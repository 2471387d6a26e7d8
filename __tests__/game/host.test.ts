// Who is host when its maker, his heir and their seats come and go.
import { describe, test } from "vitest";
import { play, seated, Table } from "./table.ts";

describe("HO a former host at the table", () => {
  test("HO4 HO5 when his heir leaves he is host again, from the seat he sits on, and everybody sees it", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0       A drops -> seat-away A
      at 300000  wake -> host-changed B
      at 310000  A reconnects -> seat-back A
      A renameGame name=Mine -> ! not-host
      B unclaim -> seat-left B, host-changed -, host-changed A
      see hostPlayer -> hostPlayer=A
      C renameGame name=Ours -> ! not-host
      A renameGame name=Mine -> game-renamed Mine`,
    );
  });

  test("HO4 SE5 the same when his heir was away too long", () => {
    play(
      seated(),
      `at 0        A drops -> seat-away A
      at 300000   wake -> host-changed B
      at 310000   A reconnects -> seat-back A
      at 400000   B drops -> seat-away B
      at 600000   A drops -> seat-away A
      at 4000000  wake -> seat-freed B, host-changed -, host-changed A
      at 4000000  A reconnects -> seat-back A
      see hostPlayer -> hostPlayer=A`,
    );
  });

  test("HO2 HO3 a host cannot hand over to who is gone for five minutes: the next but one would be host at once, whom he never named", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0       A transferHost B -> host-changed B
      at 3000    C drops -> seat-away C
      at 302999  B transferHost C -> host-changed C
      at 303000  wake -> host-changed A
      A transferHost C -> ! not-allowed playerId
      see hostPlayer -> hostPlayer=A
      C reconnects -> seat-back C
      A transferHost C -> host-changed C`,
    );
  });

  test("HO3 HO5 a former host whose chair alone goes away counts as gone: when the host leaves, the next one follows at once", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0       A drops -> seat-away A
      at 300000  wake -> host-changed B
      at 310000  A reconnects -> seat-back A
      A unclaim -> seat-left A
      A drops -> nothing
      at 700000  B unclaim -> seat-left B, host-changed -, host-changed C
      see hostPlayer -> hostPlayer=C`,
    );
  });

  test("HO2 HO5 who made the game and is given it back is host without a seat when he leaves his", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0       A drops -> seat-away A
      at 300000  wake -> host-changed B
      at 310000  A reconnects -> seat-back A
      B transferHost A -> host-changed A
      A unclaim -> seat-left A, host-changed -
      see hostPlayer -> hostPlayer=-
      A renameGame name=Mine -> game-renamed Mine`,
    );
  });

  test("HO4 SE7 a kick takes nobody else's chair: who was succeeded while he was away is host again when his heir leaves", () => {
    play(
      new Table({ playerCount: 3, warningThresholds: [] }),
      `at 0      B claim B -> seat-claimed B
      C claim C -> seat-claimed C
      host drops -> host-away
      at 300000 wake -> host-changed B
      B kick C -> kicked C
      B unclaim -> seat-left B, host-changed -
      host reconnects -> host-back
      host renameGame name=Mine -> game-renamed Mine`,
    );
  });
});
