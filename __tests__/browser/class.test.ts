import { describe, expect, test } from "vitest";
import type { HostTeam } from "../../lib/chsh/view.ts";
import { figuresOf } from "../../lib/chsh/figures.ts";
import { type Item, pairIndex } from "../../lib/chsh/items.ts";
import { addRound, noSums } from "../../lib/chsh/sums.ts";
import type { Instant } from "../../lib/game/ids.ts";
import { answerGiven, classOf, leaders, marksOf, type PlayerTable, totalsOf } from "../../public/app/chsh/model/class-table.ts";
import { chshRuler, gaugeOf, rulerOf, successRuler } from "../../public/app/chsh/model/gauge.ts";
import { gridOf } from "../../public/app/chsh/model/grid.ts";
import {
  answersCsv,
  fileOf,
  joined,
  noHistory,
  type PlayedRound,
  roundsOf,
  withHappenings,
  withLog,
} from "../../public/app/chsh/model/rounds.ts";
import { answerWord, figureText } from "../../public/app/chsh/words.ts";
import { enClass } from "../../public/app/i18n/en-class.ts";
import { trClass } from "../../public/app/i18n/tr-class.ts";
import { createSpeech } from "../../public/app/i18n/words.ts";
import { emptyModel, type FromServer, type Model } from "../../public/app/model/model.ts";
import { step } from "../../public/app/model/step.ts";

const says = (model: Model, type: string, data: object): Model =>
  step(model, { type: "server", message: { type, data } as FromServer, atMs: 0 });

const common = { id: "K7QX2M", game: "chsh", name: "Physics", mode: "simplified", status: "running", createdAt: 0, hostConnected: true };
const asked = (number: number, answer: boolean | null = null) => ({ number, question: "A", answer });
const player = { ...common, v: 4, serverTime: 0, viewers: 3, role: "player", seat: 3, slot: 1, round: asked(5), last: null };

describe("a class in the page's model", () => {
  test("a game that is not the clock stands beside the clock's table, with its own seat, changes and viewers", () => {
    const first = says(step(emptyModel, { type: "enter", gameId: "K7QX2M" }), "state", player);
    expect([first.table, first.seat, classOf(first)?.role]).toEqual([null, 3, "player"]);
    const changed = says(first, "change", { v: 5, serverTime: 9, events: [], round: asked(6) });
    expect([classOf(changed)?.v, (classOf(changed) as PlayerTable).round?.number, changed.seat]).toEqual([5, 6, 3]);
    expect(classOf(says(changed, "viewers", { viewers: 8 }))?.viewers).toBe(8);
    expect(says(changed, "change", { v: 8, serverTime: 9, events: [] }).stale).toBe(true);
    const { seat: _, round: __, last: ___, slot: ____, ...watcher } = { ...player, role: "watcher", v: 6, teams: [] };
    expect(says(changed, "state", watcher).seat).toBeNull();
    expect(step(changed, { type: "enter", gameId: null }).other).toBeNull();
  });

  test("an answer on its way counts as given, one for another round does not", () => {
    const table = player as unknown as PlayerTable;
    const sent = (round: number) => [{ id: "x", gameId: "K7QX2M", type: "answer", data: { round, answer: false }, at: 0, serverAt: 0 }];
    expect([answerGiven(table, []), answerGiven(table, sent(5)), answerGiven(table, sent(4))]).toEqual([null, false, null]);
    expect(answerGiven({ ...table, round: { number: 5, question: "A", answer: true } }, sent(5))).toBe(true);
  });
});

const pairs: readonly (readonly [Item, Item])[] = [
  ["A", "X"],
  ["A", "Y"],
  ["B", "X"],
  ["B", "Y"],
];

function team(id: number, part: { readonly wins: number; readonly rounds?: number; readonly players?: HostTeam["players"] }): HostTeam {
  const { wins, rounds = 16, players = ["here", "here"] } = part;
  const dealt = Array.from({ length: 16 }, () => 0);
  let sums = noSums;
  for (let n = 0; n < rounds; n += 1) {
    const questions = pairs[n % 4] as readonly [Item, Item];
    const pair = pairIndex(...questions);
    dealt[pair] = (dealt[pair] ?? 0) + 1;
    sums = addRound(sums, { questions, answers: [true, n < wins === (n % 4 !== 3)] });
  }
  return {
    id,
    name: `team ${id}`,
    state: players.includes("free") ? "waiting" : "playing",
    players,
    answered: [false, false],
    figures: figuresOf(sums, dealt, "simplified"),
    pairRounds: sums.rounds,
    pairSame: sums.same,
  };
}

describe("the host's screen", () => {
  test("only teams with enough data compete, and those that share the highest value share the mark", () => {
    const teams = [team(1, { wins: 12 }), team(2, { wins: 16 }), team(3, { wins: 16 }), team(4, { wins: 4, rounds: 4 })];
    expect([...leaders(teams, "success")]).toEqual([2, 3]);
    expect([...leaders([team(4, { wins: 4, rounds: 4 })], "success")]).toEqual([]);
    expect([marksOf("simplified"), marksOf("classic")]).toEqual([
      ["chsh", "success"],
      ["balancedTrace", "chsh"],
    ]);
  });

  test("teams share a mark that their answers add up to in another order: 1 + 1 + 1 - 0.2 is 1 + 1 + 0.6 + 0.2", () => {
    const played = (id: number, same: readonly number[]): HostTeam => {
      const [pairSame, pairRounds] = [same, same.map(() => 5)].map((counts) => {
        const byPair = Array.from({ length: 16 }, () => 0);
        for (const [n, questions] of pairs.entries()) byPair[pairIndex(...questions)] = counts[n] ?? 0;
        return byPair;
      }) as [number[], number[]];
      const figures = figuresOf({ ...noSums, rounds: pairRounds, same: pairSame }, pairRounds, "simplified");
      return { ...team(id, { wins: 0 }), figures, pairRounds, pairSame };
    };
    const [first, second, third] = [played(1, [5, 5, 5, 3]), played(2, [5, 5, 4, 2]), played(3, [5, 5, 5, 4])];
    expect(first.figures.chsh?.value).not.toBe(second.figures.chsh?.value);
    expect([...leaders([first, second, third], "chsh")]).toEqual([1, 2]);
  });

  test("totals count teams that are not left, everybody who holds a slot, and all rounds", () => {
    const teams = [team(1, { wins: 3 }), team(2, { wins: 1, rounds: 8, players: ["away", "free"] })];
    expect(totalsOf(teams)).toEqual({ teams: 2, players: 3, rounds: 24 });
  });

  test("a gauge keeps value, error and limits on its line and says where the value stands", () => {
    expect(gaugeOf({ value: 2.8, sigma: 0.3 }, chshRuler)).toEqual({
      at: 70,
      low: 62.5,
      high: 77.5,
      limit: 50,
      quantum: 70.7,
      stands: "above",
    });
    expect(gaugeOf({ value: -3, sigma: null }, chshRuler)).toMatchObject({ at: 0, low: 0, high: 100, stands: "about" });
    expect(gaugeOf({ value: 0.5, sigma: 0.1 }, successRuler).stands).toBe("below");
  });

  test("a figure is said with its error, an infinite one where nothing is known of it, and as no data where there is none", async () => {
    const speech = await createSpeech("en");
    speech.teach({ en: enClass, tr: trClass });
    const figures = [{ value: 2.828, sigma: 0.1 }, { value: 2, sigma: null }, null];
    expect(figures.map((figure) => figureText(speech, figure))).toEqual(["2.83 ± 0.10", "2.00 ± ∞", enClass["class.noData"]]);
  });

  test("an answer is said as it was given", async () => {
    const { t, teach } = await createSpeech("en");
    teach({ en: enClass, tr: trClass });
    expect([true, false].map((answer) => answerWord(t, answer))).toEqual(["True", "False"]);
  });

  test("success has its limit only where every round counts for it: in classic a plan wins more than 75 %", () => {
    expect([rulerOf("success", "simplified"), rulerOf("success", "classic")]).toEqual([successRuler, null]);
    expect([rulerOf("chsh", "classic"), rulerOf("balancedTrace", "classic")]).toEqual([chshRuler, null]);
  });

  test("the 4 x 4 table shows same answers of rounds and their mean, nothing where nothing was asked", () => {
    const cells = gridOf(team(1, { wins: 16 })).flatMap(({ first, cells }) => cells.map((cell) => ({ first, ...cell })));
    expect(cells.find(({ first, second }) => first === "B" && second === "Y")).toMatchObject({ rounds: 4, same: 0, mean: -1 });
    expect(cells.find(({ first, second }) => first === "A" && second === "X")).toMatchObject({ rounds: 4, same: 4, mean: 1 });
    expect(cells.find(({ first, second }) => first === "Y" && second === "B")).toMatchObject({ rounds: 0, mean: null });
  });
});

const played = (round: number, name = "Bell"): PlayedRound => ({
  teamId: 1,
  team: name,
  mode: "simplified",
  round,
  questions: ["B", "Y"],
  answers: [true, false],
  answeredAt: [Date.UTC(2026, 0, 2, 3, 4, 5, 6) as Instant, Date.UTC(2026, 0, 2, 3, 4, 7) as Instant],
});
const completed = (round: number, name?: string) => ({ type: "roundCompleted", data: played(round, name) });

describe("rounds and their file", () => {
  test("rounds before a reset are gone, and none is counted twice", () => {
    const events = [completed(1), { type: "gameReset", data: {} }, completed(2), { type: "answered", data: {} }, completed(3)];
    expect(roundsOf(events).map(({ round }) => round)).toEqual([2, 3]);
    expect(joined([played(1), played(2)], [played(2), played(3)]).map(({ round }) => round)).toEqual([1, 2, 3]);
  });

  const ofTeam = (teamId: number, round: number) => ({ ...played(round), teamId });
  const happened = (v: number, event: { readonly type: string; readonly data: object }) => ({ v, at: 0, event });
  const roundsIn = ({ rounds }: { readonly rounds: readonly PlayedRound[] }) => rounds.map(({ teamId, round }) => `${teamId}.${round}`);

  test("CS15 the history of a team has no hole though the page forgets what happened, and holds its latest twenty rounds", () => {
    let model = says(step(emptyModel, { type: "enter", gameId: "K7QX2M" }), "state", { ...common, v: 4, role: "host", teams: [] });
    let history = withLog(noHistory, [{ v: 4, events: [completed(1)] }]);
    const goOn = (type: string, data: object): void => {
      model = says(model, "change", { v: (classOf(model)?.v ?? 0) + 1, serverTime: 0, events: [{ type, data }] });
      history = withHappenings(history, model.happenings);
    };
    for (const round of [2, 3]) goOn("roundCompleted", ofTeam(1, round));
    for (let round = 1; round <= 300; round += 1) goOn("roundCompleted", ofTeam(2, round));
    goOn("roundCompleted", ofTeam(1, 4));
    expect(roundsIn(history).filter((one) => one.startsWith("1."))).toEqual(["1.1", "1.2", "1.3", "1.4"]);
    expect(history.rounds).toHaveLength(24);
    goOn("gameReset", {});
    expect(history.rounds).toEqual([]);
    for (let count = 0; count < 250; count += 1) goOn("answered", {});
    goOn("roundCompleted", ofTeam(1, 5));
    expect(roundsIn(history)).toEqual(["1.5"]);
  });

  test("CS15 rounds that were played while the page was gone stand where they belong, also when they are told of last", () => {
    const heard = [1, 2, 6, 7].map((round, place) => happened(place + 1, completed(round)));
    const log = [1, 2, 3, 4, 5, 6, 7].map((round) => ({ v: round + 3, events: [completed(round)] }));
    const read = withLog(withHappenings(noHistory, heard), log);
    expect(roundsIn(read)).toEqual([1, 2, 3, 4, 5, 6, 7].map((round) => `1.${round}`));
    expect(roundsIn(withHappenings(read, heard))).toEqual(roundsIn(read));
  });

  test("CS15 a log that was asked for before a reset and comes after it brings nothing back", () => {
    const reset = withHappenings(noHistory, [happened(9, { type: "gameReset", data: {} }), happened(12, completed(3))]);
    expect(roundsIn(withLog(reset, [{ v: 7, events: [completed(1)] }]))).toEqual(["1.3"]);
    expect(
      roundsIn(
        withLog(reset, [
          { v: 7, events: [completed(1)] },
          { v: 10, events: [completed(2)] },
        ]),
      ),
    ).toEqual(["1.2", "1.3"]);
  });

  test("CS15 rounds from before a reset of which only the log tells are gone, also those that this page had heard of itself", () => {
    const heard = [happened(5, completed(1)), happened(205, completed(3))];
    const log = [
      { v: 5, events: [completed(1)] },
      { v: 50, events: [{ type: "gameReset", data: {} }] },
      { v: 90, events: [completed(2)] },
      { v: 205, events: [completed(3)] },
    ];
    const read = withLog(withHappenings(noHistory, heard), log);
    expect(roundsIn(withHappenings(read, [...heard, happened(210, completed(4))]))).toEqual(["1.2", "1.3", "1.4"]);
  });

  test("CS16 the file holds every round since the last reset once, and tells when the log has lost the first of them", () => {
    const log = (from: number, ...more: readonly { readonly type: string; readonly data: object }[]) =>
      [{ type: "gameCreated", data: {} }, completed(1), ...more].map((event, place) => ({ v: from + place, events: [event] }));
    const rows = (csv: string) => csv.trim().split("\r\n").length - 1;
    const whole = fileOf(log(1), [happened(2, completed(1)), happened(3, completed(2))]);
    expect([whole.isCut, rows(whole.csv)]).toEqual([false, 4]);
    expect([fileOf(log(7), []).isCut, fileOf([], []).isCut]).toEqual([true, true]);
    // What was before a reset belongs in no file.
    expect(fileOf(log(7, { type: "gameReset", data: {} }), [])).toMatchObject({ isCut: false });
    expect(fileOf(log(7), [happened(9, { type: "gameReset", data: {} })])).toMatchObject({ isCut: false });
  });

  test("one row per answer, quoted, and a name that looks like a formula is text", () => {
    expect(answersCsv([played(7), played(8, '-2+3" x,y')]).split("\r\n")).toEqual([
      "time,team,round,slot,question,partner's question,answer,mode",
      "2026-01-02T03:04:05.006Z,Bell,7,1,B,Y,true,simplified",
      "2026-01-02T03:04:07.000Z,Bell,7,2,Y,B,false,simplified",
      `2026-01-02T03:04:05.006Z,"'-2+3"" x,y",8,1,B,Y,true,simplified`,
      `2026-01-02T03:04:07.000Z,"'-2+3"" x,y",8,2,Y,B,false,simplified`,
      "",
    ]);
  });
});
