// The checker checked: planted bugs are found by the rule that names them, clean histories pass.
import { describe, expect, test } from "vitest";
import { type BrokenRule, checkHistory } from "./checker.ts";
import { cleanHistory } from "./clean-history.ts";
import type { GameLog, History, LoggedChange, Observation } from "./history.ts";
import { observationsFromLines } from "./history.ts";

const log = (history: History): GameLog => {
  const longest = history.logs.toSorted((a, b) => b.changes.length - a.changes.length)[0];
  if (longest === undefined || longest.changes.length < 8) throw new Error("the history is too short to be bent");
  return longest;
};

const bendLog = (
  history: History,
  bend: (changes: LoggedChange[], game: string) => LoggedChange[],
  final?: (log: GameLog) => GameLog["final"],
): History => {
  const bent = log(history);
  return {
    ...history,
    logs: history.logs.map((other) =>
      other === bent ? { ...bent, changes: bend([...bent.changes], bent.game), final: final?.(bent) ?? bent.final } : other,
    ),
  };
};

const bendSeen = (history: History, bend: (observations: Observation[], game: string) => Observation[]): History => ({
  ...history,
  observations: bend(
    history.observations.map((seen) => ({ ...seen })),
    log(history).game,
  ),
});

const at = <T>(list: readonly T[], place: number): T => list.at(place) as T;
const acknowledged = (history: History) => {
  const found = history.observations.findLast((seen) => seen.type === "ok" && seen.game === log(history).game);
  if (found?.type !== "ok" || found.v === undefined) throw new Error("nothing was acknowledged");
  return { ...found, v: found.v };
};

/** An acknowledged action that was sent once, so that one answer says all about it. */
const sentOnce = (history: History): string => {
  const times = (action: string) => history.observations.filter((seen) => seen.type === "sent" && seen.action === action).length;
  const found = history.observations.findLast((seen) => seen.type === "ok" && seen.game === log(history).game && times(seen.action) === 1);
  if (found?.type !== "ok") throw new Error("nothing that was sent once was acknowledged");
  return found.action;
};

interface Planted {
  readonly bug: string;
  readonly rule: BrokenRule;
  bend(history: History): History;
}

const planted: readonly Planted[] = [
  {
    bug: "the newest changes, acknowledged ones among them, are gone",
    rule: "lost",
    bend(history) {
      const keep = acknowledged(history).v - 1;
      return bendLog(
        history,
        (changes) => changes.slice(0, keep),
        (bent) => ({ v: keep, hash: at(bent.changes, keep - 1).hash, state: at(bent.changes, keep - 1).state ?? "" }),
      );
    },
  },
  { bug: "a change in the middle is gone", rule: "gap", bend: (history) => bendLog(history, (changes) => changes.toSpliced(3, 1)) },
  {
    bug: "the state is one version behind its log",
    rule: "gap",
    bend: (history) =>
      bendLog(
        history,
        (changes) => changes,
        (bent) => ({ v: bent.changes.length - 1, hash: at(bent.changes, -2).hash, state: "" }),
      ),
  },
  {
    bug: "a change does not follow the one before",
    rule: "chain",
    bend: (history) => bendLog(history, (changes) => changes.with(4, { ...at(changes, 4), prevHash: "0".repeat(64) })),
  },
  {
    bug: "a change was edited after it was written",
    rule: "chain",
    bend: (history) => bendLog(history, (changes) => changes.with(3, { ...at(changes, 3), change: `{"by":"somebody else"}` })),
  },
  {
    bug: "a change stands at another version than its sender was told",
    rule: "answer",
    bend(history) {
      const { v } = acknowledged(history);
      const other = v === 1 ? 1 : v - 2;
      return bendLog(history, (changes) => {
        const [mine, theirs] = [at(changes, v - 1), at(changes, other)];
        return changes
          .with(v - 1, { ...mine, actionId: theirs.actionId ?? null })
          .with(other, { ...theirs, actionId: mine.actionId ?? null });
      });
    },
  },
  {
    bug: "a refused action happened",
    rule: "ghost",
    bend(history) {
      const { action } = acknowledged(history);
      return bendSeen(history, (observations) =>
        observations.map((seen) => (seen.type === "ok" && seen.action === action ? { ...seen, type: "refused", retry: false } : seen)),
      );
    },
  },
  {
    bug: "an action was refused as busy, never sent again, and happened",
    rule: "ghost",
    bend(history) {
      const action = sentOnce(history);
      return bendSeen(history, (observations) =>
        observations.map((seen) => (seen.type === "ok" && seen.action === action ? { ...seen, type: "refused", retry: true } : seen)),
      );
    },
  },
  {
    bug: "an action that nobody sent happened",
    rule: "ghost",
    bend: (history) => bendLog(history, (changes) => changes.with(2, { ...at(changes, 2), actionId: "from nowhere" })),
  },
  {
    bug: "an action happened twice",
    rule: "twice",
    bend: (history) => bendLog(history, (changes) => changes.with(5, { ...at(changes, 5), actionId: at(changes, 1).actionId ?? null })),
  },
  {
    bug: "an action sent after another was acknowledged stands before it",
    rule: "order",
    bend: reorder,
  },
  {
    bug: "the log's time steps back",
    rule: "order",
    bend: (history) => bendLog(history, (changes) => changes.with(4, { ...at(changes, 4), at: at(changes, 3).at - 1 })),
  },
  {
    bug: "a client sees an older version after a newer one",
    rule: "back",
    bend: (history) =>
      bendSeen(history, (observations, game) => {
        const place = observations.findLastIndex((seen) => seen.type === "saw" && seen.game === game && seen.v > 2);
        const seen = at(observations, place);
        return seen.type === "saw"
          ? observations.toSpliced(place + 1, 0, { ...seen, v: 1, print: log(history).changes[0]?.hash ?? "" })
          : observations;
      }),
  },
  {
    bug: "a client saw a change that was never made durable",
    rule: "early",
    bend: (history) =>
      bendSeen(history, (observations, game) => [
        ...observations,
        { type: "saw", client: "watcher", game, at: 1e9, v: log(history).changes.length + 1 },
      ]),
  },
  {
    bug: "a client saw a version that was later written otherwise",
    rule: "early",
    bend: (history) =>
      bendSeen(history, (observations, game) => [...observations, { type: "saw", client: "watcher", game, at: 1e9, v: 2, print: "other" }]),
  },
  {
    bug: "two clients see different things at one version",
    rule: "split",
    bend: (history) =>
      bendSeen(
        bendLog(history, (changes) => changes.map(({ print: _, ...rest }) => rest)),
        (observations, game) => [
          ...observations,
          { type: "saw", client: "one", game, at: 1e9, v: 2, print: "red" },
          { type: "saw", client: "two", game, at: 1e9, v: 2, print: "blue" },
        ],
      ),
  },
  {
    bug: "a client that was connected to the end never got the newest version",
    rule: "apart",
    bend: (history) => ({ ...history, settled: [...(history.settled ?? []), { client: "left behind", game: log(history).game }] }),
  },
  {
    bug: "a clock made a millisecond from nothing",
    rule: "clock",
    bend: (history) =>
      bendLog(history, (changes) => {
        const clock = at(changes, 6).clock;
        return clock === undefined ? changes : changes.with(6, { ...at(changes, 6), clock: { ...clock, chargedMs: clock.chargedMs + 1 } });
      }),
  },
  {
    bug: "the same id got two answers",
    rule: "answer",
    bend: (history) =>
      bendSeen(history, (observations) => [...observations, { ...acknowledged(history), at: 1e9, answer: "something else" }]),
  },
];

/** Lets the sender of an early change say that he sent it only after a later one was acknowledged. */
function reorder(history: History): History {
  const { game, at: ackAt } = acknowledged(history);
  const early =
    history.observations.find((seen) => seen.type === "ok" && seen.game === game && seen.v === 1) ??
    history.observations.find((seen) => seen.type === "sent" && seen.game === game && seen.action === log(history).changes[0]?.actionId);
  if (early === undefined || early.type === "saw") throw new Error("the first change has no sender");
  const others = history.observations.filter((seen) => seen.type === "saw" || seen.action !== early.action);
  return { ...history, observations: [...others, { type: "sent", client: early.client, game, action: early.action, at: ackAt + 1 }] };
}

/** Long enough to be bent in every way. */
const bendable = [3, 11, 27, 42, 58]
  .map((seed) => ({ seed, history: cleanHistory(seed) }))
  .filter(({ history }) => history.logs.some((entry) => entry.changes.length >= 10));

describe("F11 history checker", () => {
  test("200 clean histories pass (seeds 1 to 200)", () => {
    let changes = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const verdict = checkHistory(cleanHistory(seed));
      expect({ seed, violations: verdict.violations }).toEqual({ seed, violations: [] });
      expect(verdict.result).toBe("pass");
      changes += verdict.figures.changes;
    }
    process.stderr.write(`checker: 200 clean histories pass, ${changes} changes in all\n`);
    expect(changes).toBeGreaterThan(2_000);
  });

  test("the histories that are bent are long enough", () => {
    expect(bendable.length).toBeGreaterThanOrEqual(3);
    expect(planted.length).toBeGreaterThanOrEqual(14);
    process.stderr.write(`checker: ${planted.length} planted bugs, each in ${bendable.length} histories\n`);
  });

  for (const { bug, rule, bend } of planted) {
    test(`planted bug found: ${bug}`, () => {
      for (const { seed, history } of bendable) {
        const verdict = checkHistory(bend(history));
        expect({ seed, result: verdict.result, rules: verdict.violations.map((violation) => violation.rule) }).toMatchObject({
          seed,
          result: "fail",
        });
        expect(verdict.violations.map((violation) => violation.rule)).toContain(rule);
      }
    });
  }

  test("busy after a sending that nobody answered says nothing about that one: it may have happened", () => {
    const [{ history } = { history: cleanHistory(1) }] = bendable;
    const action = sentOnce(history);
    const twice = bendSeen(history, (observations) =>
      observations.flatMap((seen): Observation[] => {
        if (seen.type === "saw" || seen.action !== action) return [seen];
        return seen.type === "sent" ? [seen, seen] : [{ ...seen, type: "refused", retry: true }];
      }),
    );
    expect(checkHistory(twice).violations).toEqual([]);
  });

  test("a run whose fault never happened is inconclusive, not passed", () => {
    const history = {
      ...cleanHistory(7),
      faults: [
        { name: "kill", hits: 3 },
        { name: "torn write", hits: 0 },
      ],
    };
    expect(checkHistory(history)).toMatchObject({ result: "inconclusive", figures: { unhit: ["torn write"] } });
  });

  test("a log that does not tell action ids is judged by what resolve said", () => {
    const history = cleanHistory(3);
    const { game, action } = acknowledged(history);
    const mute = {
      ...history,
      logs: history.logs.map((entry) => ({ ...entry, changes: entry.changes.map(({ actionId: _, answer: __, ...rest }) => rest) })),
    };
    expect(checkHistory(mute).result).toBe("pass");
    expect(checkHistory({ ...mute, resolved: [{ game, action, happened: true }] }).result).toBe("pass");
    const buried = checkHistory({ ...mute, resolved: [{ game, action, happened: false }] });
    expect(buried.violations.map((violation) => violation.rule)).toEqual(["lost"]);
  });

  test("observations are read from lines, without the torn last one", () => {
    const [first, second] = cleanHistory(1).observations;
    const text = `${JSON.stringify(first)}\n${JSON.stringify(second)}\n{"type":"se`;
    expect(observationsFromLines(text)).toEqual([first, second]);
    expect(() => observationsFromLines(`{"torn\n${JSON.stringify(first)}\n`)).toThrow();
  });
});
