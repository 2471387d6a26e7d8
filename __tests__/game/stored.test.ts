// Games that an earlier version stored. They have to read back as they were: what is left out of a text because it was usual is as much part
// of it as what stands there. So a setting's default, a seat's first colour, the name of a field or a class's list cannot simply change.
// Where one has to: raise `schemaVersion` of the codec, read both, and add a text here. The texts below are never edited.
import { expect, test } from "vitest";
import { chshRules } from "../../lib/chsh/rules.ts";
import { clockRules } from "../../lib/game/rules.ts";

const hash = "a".repeat(64);

/** As it is made, with nothing changed. */
const plainGame = `{"schema":1,"id":"ABCDEF","name":"Game ABCDEF","createdAt":1795198884054,"at":1795198884054,"chair":["v.1",1795198884054,"${hash}"],"ledger":[1795198884054],"seats":[{"bankMs":600000,"life":20},{"bankMs":600000,"life":20},{"bankMs":600000,"life":20},{"bankMs":600000,"life":20}]}`;

/** Every field that can be stored. */
const fullGame = `{"schema":1,"id":"ABCDEF","name":"Friday","createdAt":1795000000000,"at":1795000000000,"settings":{"playerCount":2,"mode":"campaign","campaignPreset":"wastelands","initialTime":360000,"bonusTime":1,"delayTime":1000,"bronsteinTime":2000,"handicaps":{"2":60000},"warningThresholds":[9000],"onTimeout":"warning","penaltyTimeDeduction":1,"timeoutGracePeriod":7000,"timeoutPenaltyLives":3,"timeoutPenaltyDrunk":4,"timeoutBonusTime":5000,"startingLife":10,"dropPolicy":"grace","listed":true},"status":"paused","pausedBy":"drop","closed":true,"active":2,"turn":8,"targeting":"resolving","winner":1,"monarch":1,"initiative":2,"dayNight":"night","stormCount":3,"order":[2,1],"stack":[2],"targeted":[1],"awaiting":[1],"host":1,"campaign":{"preset":"wastelands","round":2,"results":[{"winner":1,"points":[5,0],"usedMs":[1000,2000]}],"damage":[3,0],"hits":[4,0],"lowestLife":[8,10],"winners":[1]},"undo":{"by":1,"v":9,"agreed":[1]},"ledger":[1,2,3,7,4,5,6],"seats":[{"bankMs":11,"delayLeftMs":12,"graceLeftMs":13,"stretchMs":14,"fallen":true,"choiceLeftMs":15,"owedMs":16,"lagQuotaMs":17,"penalties":18,"dead":true,"life":19,"lapsedTokenHash":"ffff","name":"Zoë","color":"#010203","counters":{"poison":2},"commanderDamage":{"2":[3,4]},"spent":[1,2,3,7,4,5,6],"holder":["v.2",5,"bbbb","cccc",6,"dddd","eeee"]},{"bankMs":420000,"life":10}]}`;

const someClass = `{"schema":1,"id":"CLASS2","name":"Class CLASS2","createdAt":1000,"at":2005,"mode":"simplified","status":"running","closed":false,"listed":false,"host":{"viewerId":"host","tokenHash":"${hash}","previousTokenHash":null,"retiredTokenHash":null,"claimedAt":1000,"droppedAt":null,"grantId":null},"teams":[{"id":1,"name":"Bell","slots":[{"holder":{"viewerId":"a","tokenHash":"${hash}","previousTokenHash":null,"retiredTokenHash":null,"claimedAt":2000,"droppedAt":null,"grantId":null},"leftTokenHash":null},{"holder":{"viewerId":"b","tokenHash":"${hash}","previousTokenHash":null,"retiredTokenHash":null,"claimedAt":2001,"droppedAt":null,"grantId":null},"leftTokenHash":null}],"lastNumber":2,"dealt":[0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0],"sums":{"rounds":[0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0],"same":[0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0],"trues":[0,1,0,1],"answers":[0,1,0,1],"sameItemTrues":[0,0,0,0],"sameItemAnswers":[0,0,0,0]},"rounds":1,"open":{"number":2,"pair":6,"answers":[true,null],"answeredAt":[2005,null]},"last":{"number":1,"pair":7,"answers":[true,true]}}]}`;

const nothingSpent = { turn: 0, priority: 0, target: 0, delay: 0, grace: 0, choice: 0, lag: 0 };
const freshSeat = {
  ...{ bankMs: 600_000, delayLeftMs: 0, graceLeftMs: 0, stretchMs: 0, fallen: false, choiceLeftMs: null, owedMs: 0, lagQuotaMs: null },
  ...{ penalties: 0, dead: false, life: 20, counters: {}, commanderDamage: {}, holder: null, lapsedTokenHash: null, spent: nothingSpent },
};

test("F34 what an earlier version left out because it was usual is as it was then: settings, colours, names", () => {
  expect(clockRules.decode(plainGame)).toMatchObject({
    settings: {
      ...{ playerCount: 4, mode: "casual", campaignPreset: null, initialTime: 600_000, bonusTime: 30_000, delayTime: 0, bronsteinTime: 0 },
      ...{ handicaps: {}, warningThresholds: [300_000, 60_000, 30_000], onTimeout: "choice", penaltyTimeDeduction: 60_000 },
      ...{ timeoutGracePeriod: 30_000, timeoutPenaltyLives: 2, timeoutPenaltyDrunk: 2, timeoutBonusTime: 60_000, startingLife: 20 },
      ...{ dropPolicy: "charge", listed: false },
    },
    ...{ status: "waiting", pausedBy: null, closed: false, active: null, turn: 0, order: [1, 2, 3, 4], stack: [], targeting: "none" },
    ...{ targeted: [], awaiting: [], winner: null, monarch: null, initiative: null, dayNight: null, stormCount: 0 },
    seats: ["#f0a63a", "#5ab7f2", "#3fbf8f", "#e9dd5a"].map((color, place) => ({
      ...{ id: place + 1, name: `Player ${place + 1}`, color },
      ...freshSeat,
    })),
    ...{ host: { seat: null }, campaign: null, undo: null },
  });
});

test("F34 what is stored as a list has its parts where an earlier version put them", () => {
  const state = clockRules.decode(fullGame);
  expect(state.seats[0]).toMatchObject({
    spent: { turn: 1, priority: 2, target: 3, lag: 7, delay: 4, grace: 5, choice: 6 },
    holder: {
      ...{ viewerId: "v.2", claimedAt: 5, tokenHash: "bbbb", grantId: "cccc" },
      ...{ droppedAt: 6, previousTokenHash: "dddd", retiredTokenHash: "eeee" },
    },
  });
  expect(state.ledger).toEqual({ sinceAt: 1, waiting: 2, paused: 3, parallel: 7, outage: 4, finished: 5, undone: 6 });
});

test.each([
  ["a clock as it is made", clockRules, plainGame],
  ["a clock", clockRules, fullGame],
  ["a class", chshRules, someClass],
])(
  "F34 every field that an earlier version stored of %s is read, and written as it was: the log's hashes are of that text",
  (_, rules, text) => {
    const { decode, encode } = rules as { decode(text: string): unknown; encode(state: unknown): string };
    expect(encode(decode(text))).toBe(text);
  },
);
