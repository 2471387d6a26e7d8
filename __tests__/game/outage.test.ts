import { describe, expect, test } from "vitest";
import { play, started, Table } from "./table.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe("SE9 outage", () => {
  test("SE9 L07 a running game stands still since the last sign of life, and runs on with the first who is back", () => {
    const table = started({ bonusTime: 0 });
    play(
      table,
      `at 90000  shell outage 10000 -> game-paused restart
      see A status pausedBy A.connected B.connected -> A=590000 status=paused pausedBy=restart A.connected=false B.connected=false
      at 95000  B reconnects -> seat-back B, game-resumed
      see A status -> A=590000 status=running
      at 96000  see A -> A=589000`,
    );
    expect(table.state.ledger.outage).toBe(85_000);
  });

  test("SE9 what fell due before is settled, what would have fallen due during it did not happen", () => {
    play(
      started({ initialTime: 60_000, warningThresholds: [30_000], onTimeout: "game-loss" }),
      `at 900000  shell outage 45000 -> warning A 30000, game-paused restart
      see A -> A=15000`,
    );
  });

  test("SE9 anybody who may can resume; without claimed seats the host's return does", () => {
    play(
      started(),
      `at 9000  shell outage 8000 -> game-paused restart
      A pause -> game-resumed, seat-back A`,
    );
    const table = new Table();
    play(
      table,
      `at 0     host start -> game-started
      at 9000  shell outage 8000 -> game-paused restart
      host reconnects -> host-back, game-resumed`,
    );
  });

  test("SE9 a paused game stays paused, a waiting one waits; absence counts from now on", () => {
    const table = started();
    play(
      table,
      `at 1000            A pause -> game-paused player
      at ${9 * hourMs}   shell outage 2000 -> nothing
      see pausedBy B.connected -> pausedBy=player B.connected=false
      at ${9 * hourMs + 59 * minuteMs} B reconnects -> seat-back B, host-changed B
      see status -> status=paused`,
    );
    expect(table.state.ledger).toMatchObject({ outage: 0, paused: 9 * hourMs + 58 * minuteMs + 59_000 + 0 });
  });

  test("SE9 under the drop policy pause the others are waited for, too", () => {
    play(
      started({ dropPolicy: "pause" }),
      `at 9000  shell outage 8000 -> game-paused restart
      B reconnects -> seat-back B, game-paused drop
      A reconnects -> seat-back A, game-resumed`,
    );
  });

  test("SE9 CK10 what fell due in its very first moment happened then, not when somebody looked", () => {
    const table = started({ initialTime: 60_000, warningThresholds: [30_000] });
    const startedAt = table.now;
    play(table, "at 900000  shell outage 30000 -> warning A 30000, game-paused restart");
    expect(table.log[0]?.events.map(({ at }) => at)).toEqual([startedAt + 30_000, startedAt + 30_000]);
  });

  test("SE9 a game stands since nobody lived, and its log says so; one that was seen until then says nothing else", () => {
    const table = started();
    const startedAt = table.now;
    play(table, "at 9000 shell outage 8000 -> game-paused restart");
    expect(table.log[0]?.events).toEqual([{ type: "gamePaused", data: { by: "restart" }, at: startedAt + 8_000 }]);
    const short = started();
    play(short, "at 9000 shell outage 9000 -> game-paused restart");
    expect(short.log[0]?.events).toEqual([{ type: "gamePaused", data: { by: "restart" } }]);
  });

  test("SE9 an outage told twice, or of the past, moves nothing back", () => {
    const table = started();
    play(table, "at 9000 shell outage 8000 -> game-paused restart");
    play(table, "at 9500 shell outage 1000 -> nothing\nat 9500 see A -> A=592000");
  });
});
