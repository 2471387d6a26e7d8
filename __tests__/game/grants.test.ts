// What the action id that asked for a token still opens once other tokens came after it, what a host's return does to others,
// and whose absence an outage does not count.
import { describe, expect, test } from "vitest";
import { hashOf, outcome, play, started, Table } from "./table.ts";

/** Seat B, claimed by the action id `claim`, and how its holder comes back. */
function claimed() {
  const table = new Table();
  table.say("B", { type: "claim", playerId: 2 }, { action: "claim" });
  const come = (proof: { readonly token?: string | undefined; readonly id?: string }, action?: string): string => {
    const { token, id } = proof;
    table.renew("B");
    const [tokenHash, grantId] = [token === undefined ? null : hashOf(token), id === undefined ? null : hashOf(id)];
    return outcome(table.say("B", { type: "reconnect", seat: 2, tokenHash, grantId }, action === undefined ? {} : { action }));
  };
  return { table, come };
}

describe("SE6 action ids that asked for a token", () => {
  test("SE4 SE6 an older token shown again voids them with the tokens: whoever copied one may know the other", () => {
    const { table, come } = claimed();
    const first = table.tokens.get("B");
    come({ token: first }, "first");
    come({ token: table.tokens.get("B") }, "second");
    expect(come({ token: first })).toBe("! bad-token + keys-revoked B");
    for (const id of ["second", "first", "claim"]) expect(come({ id })).toBe("! bad-token");
  });

  test("SE6 one stands for the newest token only, also when that was asked for without an id", () => {
    const { table, come } = claimed();
    expect(come({ token: table.tokens.get("B") })).toBe("seat-back B");
    expect(come({ id: "claim" })).toBe("! bad-token");
  });
});

describe("a host who comes back by his chair", () => {
  test("SE9 does not set clocks going that stood for an outage while none of those who sit at the table is back", () => {
    const table = new Table({ bonusTime: 0 });
    play(
      table,
      `at 0      B claim B -> seat-claimed B
      host start -> game-started
      host passTurn -> turn-passed A B 2
      at 9000   shell outage 8000 -> game-paused restart
      host reconnects -> host-back
      see status B -> status=paused B=592000
      at 20000  B reconnects -> seat-back B, game-resumed
      see status B -> status=running B=592000`,
    );
  });

  test("HO4 is told of the seat he has, with a token that opens it; the chair's own stays good", () => {
    const table = new Table();
    play(table, "at 0 host claim A -> seat-claimed A, host-changed A\nat 0 host drops -> seat-away A");
    const chair = hashOf(table.tokens.get("host") ?? "");
    table.renew("host");
    const back = table.say("host", { type: "reconnect", seat: null, tokenHash: chair, grantId: null });
    expect(back).toMatchObject({ ok: true, grant: { seat: 1, how: "reconnected" } });
    play(table, "at 0 A reconnects -> seat-back A");
    table.renew("host");
    expect(outcome(table.say("host", { type: "reconnect", seat: null, tokenHash: chair, grantId: null }))).toBe("seat-back A");
  });

  test("SE4 and hears nothing of it, twice, still opens his seat by the token he had for it", () => {
    const table = new Table();
    play(table, "at 0 host claim A -> seat-claimed A, host-changed A\nat 0 host drops -> seat-away A");
    const [chair, own] = ["host", "A"].map((name) => hashOf(table.tokens.get(name) ?? ""));
    const come = (seat: number | null, tokenHash: string | undefined): string => {
      table.renew("host");
      return outcome(table.say("host", { type: "reconnect", seat, tokenHash: tokenHash ?? null, grantId: null }));
    };
    expect([come(null, chair), come(null, chair), come(1, own)]).toEqual(["seat-back A", "seat-back A", "seat-back A"]);
  });

  test("SE3 through another connection shows the one out that he came by before", () => {
    const table = new Table();
    const [old, token] = [table.viewer("host"), table.tokens.get("host") ?? ""];
    table.renew("host");
    const said = table.say("host", { type: "reconnect", seat: null, tokenHash: hashOf(token), grantId: null });
    expect(said).toMatchObject({ ok: true, dismissals: [{ viewerId: old, reason: "displaced" }] });
  });
});

describe("an outage", () => {
  const hourMs = 3_600_000;

  test("SE9 SE5 does not make an absence longer that began before it", () => {
    play(
      started({ warningThresholds: [] }),
      `at 0                     A pause -> game-paused player
      at 1000                  B drops -> seat-away B
      at ${10 * hourMs}        shell outage 2000 -> nothing
      at ${11 * hourMs - 1001} wake -> nothing
      at ${11 * hourMs - 1000} wake -> seat-freed B
      at ${11 * hourMs - 1}    wake -> nothing`,
    );
  });

  test("SE9 HO3 takes a host without a seat away as well: when he does not come back, whoever is there follows", () => {
    play(
      new Table({ warningThresholds: [] }),
      `at 0       B claim B -> seat-claimed B
      host start -> game-started
      at 9000    shell outage 8000 -> game-paused restart
      at 10000   B reconnects -> seat-back B, game-resumed
      at 308999  wake -> nothing
      at 309000  wake -> host-changed B`,
    );
  });
});
