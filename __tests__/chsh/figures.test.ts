import { describe, expect, test } from "vitest";
import { nextPair } from "../../lib/chsh/deal.ts";
import { type Figure, figuresOf } from "../../lib/chsh/figures.ts";
import { type Item, type Mode, pairIndex, plans } from "../../lib/chsh/items.ts";
import { addRound, noSums, type Sums } from "../../lib/chsh/sums.ts";
import { diceFrom } from "../../lib/game/random.ts";

function played(text: string): { readonly sums: Sums; readonly dealt: number[] } {
  const dealt = Array.from({ length: 16 }, () => 0);
  const sums = text.split(", ").reduce((so, round) => {
    const [questions = "", answers = ""] = round.split(" ");
    const pair = [questions[0], questions[1]] as [Item, Item];
    const index = pairIndex(pair[0], pair[1]);
    dealt[index] = (dealt[index] ?? 0) + 1;
    return addRound(so, { questions: pair, answers: [answers[0] === "T", answers[1] === "T"] });
  }, noSums);
  return { sums, dealt };
}

const near = (figure: Figure | null, value: number, sigma: number) => {
  expect(figure?.value).toBeCloseTo(value, 6);
  expect(figure?.sigma).toBeCloseTo(sigma, 6);
};

const classic = "AA TT, AA FF, BB TF, XX TT, YY FF, AX TT, XA FF, AY TT, YA TF, BX TT, XB FF, BY TF, YB FT, BY TT";
const simplified = "AX TT, AX FF, AY TT, AY TF, BX TT, BX FF, BY TF, BY TT";

describe("figures of a team", () => {
  test("CS1 the classic vector, to six digits", () => {
    const { sums, dealt } = played(classic);
    const figures = figuresOf(sums, dealt, "classic");
    near(figures.trace, 0.5, 0.467707);
    near(figures.chsh, 2.333333, 1.354006);
    near(figures.balance, 0.5, 0.661438);
    near(figures.balancedTrace, 0.5, 0.405046);
    near(figures.success, 0.785714, 0.109664);
    near(figures.normalised, 0.571429, 0.534522);
    near(figures.cross, 0.791667, 0.111544);
    expect(figures.responseBalance).toBeCloseTo(0.77381, 6);
    expect(figures.enough).toBe(false);
  });

  test("CS2 the simplified vector, to six digits", () => {
    const { sums, dealt } = played(simplified);
    const figures = figuresOf(sums, dealt, "simplified");
    near(figures.success, 0.75, 0.153093);
    near(figures.normalised, 0.5, 0.707107);
    near(figures.cross, 0.75, 0.125);
    near(figures.chsh, 2, Math.SQRT2);
    expect(figures.responseBalance).toBeCloseTo(0.75, 6);
  });

  test("CS3 a term without data counts 0 and makes the error infinite; no data at all is no figure", () => {
    const { sums, dealt } = played("AX TT, AY TT");
    expect(figuresOf(sums, dealt, "simplified").chsh).toEqual({ value: 2, sigma: null });
    const trace = figuresOf(played("AA TT, AA FF").sums, [], "classic").trace;
    expect(trace).toEqual({ value: 0.25, sigma: null });
    const none = figuresOf(noSums, [], "classic");
    expect(none).toMatchObject({ chsh: null, trace: null, balance: null, balancedTrace: null });
    expect(none).toMatchObject({ success: null, normalised: null, cross: null, responseBalance: null });
    const same = figuresOf(played("AA TT, BB FF").sums, [], "classic");
    expect([same.chsh, same.cross]).toEqual([null, null]);
    const crossed = figuresOf(played("AX TT, BY TF").sums, [], "classic");
    expect([crossed.trace, crossed.balance, crossed.balancedTrace]).toEqual([null, null, null]);
  });

  test("CS3 means are over the items and pairs that have data", () => {
    const { balance, cross, responseBalance } = figuresOf(played("AA TT, AA FF, AX TT").sums, [], "classic");
    expect(balance).toEqual({ value: 1, sigma: 1 });
    expect(cross).toEqual({ value: 1, sigma: 0 });
    expect(responseBalance).toBeCloseTo((2 * 2) / 5 / 2, 9);
  });
});

describe("dealing", () => {
  test.each<[Mode, number]>([
    ["simplified", 16],
    ["classic", 32],
  ])("CS4 %s: after %i rounds every pair was dealt exactly as often as planned, then chance alone decides", (mode, planned) => {
    for (let game = 0; game < 50; game += 1) {
      const dice = diceFrom(game.toString(16).padStart(32, "5"));
      const dealt = Array.from({ length: 16 }, () => 0);
      const deal = () => {
        const pair = nextPair(mode, dealt, dice);
        dealt[pair] = (dealt[pair] ?? 0) + 1;
      };
      for (let round = 0; round < planned; round += 1) deal();
      const { pairs, repeats } = plans[mode];
      expect(dealt).toEqual(dealt.map((_, pair) => (pairs.includes(pair) ? repeats : 0)));
      for (let round = 0; round < planned; round += 1) deal();
      expect(dealt.every((count, pair) => count === 0 || pairs.includes(pair))).toBe(true);
    }
  });

  test.each<[Mode, string, number]>([
    ["simplified", "first", 0],
    ["simplified", "middle of the plan", 8],
    ["simplified", "after the plan", 20],
    ["classic", "after the plan", 40],
  ])("CS4 %s, %s round: chance decides evenly among all pairs that may come", (mode, _, after) => {
    const { pairs, repeats } = plans[mode];
    const dealt = Array.from({ length: 16 }, (_pair, at) => (pairs.includes(at) ? Math.ceil(after / pairs.length) : 0));
    // One pair had its share already, and comes no more before the others have.
    const full = pairs[1] as number;
    if (after === 8) dealt[full] = repeats;
    const come = pairs.filter((pair) => after !== 8 || pair !== full);
    const counts = new Map<number, number>();
    const draws = 400 * come.length;
    for (let draw = 0; draw < draws; draw += 1) {
      const pair = nextPair(mode, dealt, diceFrom(draw.toString(16).padStart(32, "7")));
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(come);
    // 400 expected of each: five standard deviations to either side.
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(100);
  });
});
