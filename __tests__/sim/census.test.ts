// What a simulation counts as reached, of any game.
import { expect, test } from "vitest";
import { okAnswer, refusalAnswer, storedAnswer } from "../../lib/room/answer.ts";
import { Census, type Look } from "./census.ts";

test("a stolen key counts as revoked in every game, whatever its rules call the event, or tell nobody", () => {
  const census = new Census();
  for (const answer of [refusalAnswer({ code: "bad-token" }), okAnswer(2, { seat: 1, how: "reconnected" })]) {
    const record = { command: { type: "reconnect", seat: 1, tokenHash: "x", grantId: null }, dismissals: [] };
    const change = { commit: { answer: storedAnswer(answer) }, record, state: {}, events: [] };
    census.look({ change, before: {}, eventsOf: () => [] } as unknown as Look);
  }
  expect(census.counts).toMatchObject({ "change: reconnect": 2, "stolen keys revoked": 1 });
});
