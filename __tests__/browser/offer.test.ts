import { describe, expect, test } from "vitest";
import { presets } from "../../lib/game/presets/presets.ts";
import { emptyModel, type Table } from "../../public/app/model/model.ts";
import {
  cancelCommand,
  choiceCommand,
  confirmCommand,
  interruptCommand,
  offerFor,
  pauseCommand,
  seatInHand,
  targetCommand,
  undoCommand,
} from "../../public/app/model/offer.ts";
import { chainOf, focusSeat, otherSeats, sayOf, soFarOf } from "../../public/app/model/play-face.ts";
import { choicesDue, type Standing, undoAnswer, wonBy } from "../../public/app/model/table-questions.ts";
import { player, table } from "./support/tables.ts";

const as = (seat: number | null, part: Partial<Standing> = {}): Standing => ({ seat, host: seat === 1, local: false, ...part });
const four = (part: (id: number) => object = () => ({})) => [1, 2, 3, 4].map((id) => player(id, part(id)));

interface Row {
  readonly when: string;
  readonly table: Partial<Table>;
  readonly seat: number | null;
  readonly says: string;
  readonly does: string | null;
}

const rows: readonly Row[] = [
  {
    when: "waiting, no seat",
    table: { status: "waiting", running: [], players: four((id) => ({ claimed: id !== 3 })) },
    seat: null,
    says: "offer.takeSeat",
    does: null,
  },
  { when: "waiting, no seat left", table: { status: "waiting", running: [] }, seat: null, says: "offer.watching", does: null },
  { when: "waiting, seated", table: { status: "waiting", running: [] }, seat: 2, says: "offer.start", does: "start" },
  { when: "paused, seated", table: { status: "paused", pausedBy: "player" }, seat: 3, says: "offer.resume", does: "pause" },
  { when: "paused, watching", table: { status: "paused", pausedBy: "restart" }, seat: null, says: "offer.paused", does: null },
  { when: "own turn", table: {}, seat: 1, says: "offer.passTurn", does: "passTurn" },
  { when: "another's turn", table: {}, seat: 2, says: "offer.interrupt", does: "interrupt" },
  {
    when: "on top of the stack",
    table: { interruptingPlayers: [3, 2], running: [2] },
    seat: 2,
    says: "offer.passPriority",
    does: "passPriority",
  },
  {
    when: "in the stack below the top",
    table: { interruptingPlayers: [2, 3], running: [3] },
    seat: 2,
    says: "offer.interrupt",
    does: "interrupt",
  },
  {
    when: "own turn under a stack",
    table: { interruptingPlayers: [3], running: [3] },
    seat: 1,
    says: "offer.interrupt",
    does: "interrupt",
  },
  {
    when: "choosing targets",
    table: { targetingState: "selecting", targetedPlayers: [2, 3] },
    seat: 1,
    says: "offer.ask",
    does: "confirmTargets",
  },
  {
    when: "asked",
    table: { targetingState: "resolving", targetedPlayers: [2, 3], awaitingPriority: [2, 3], running: [2, 3] },
    seat: 3,
    says: "offer.answered",
    does: "passTargetPriority",
  },
  {
    when: "own turn while others answer",
    table: { targetingState: "resolving", targetedPlayers: [2], awaitingPriority: [2], running: [2] },
    seat: 1,
    says: "offer.interrupt",
    does: "interrupt",
  },
  { when: "out of the game", table: { players: four((id) => ({ isEliminated: id === 4 })) }, seat: 4, says: "offer.out", does: null },
  { when: "a choice is due", table: { players: four((id) => ({ timeoutPending: id === 1 })) }, seat: 1, says: "offer.choose", does: null },
  { when: "watching", table: {}, seat: null, says: "offer.watching", does: null },
  { when: "finished, seated", table: { status: "finished", winner: 2 }, seat: 2, says: "offer.again", does: "reset" },
  { when: "finished, watching", table: { status: "finished", winner: 2 }, seat: null, says: "offer.over", does: null },
];

describe("the great button always says what can be done now, or why nothing can", () => {
  test.each(rows)("$when: $says", ({ table: part, seat, says, does }) => {
    const offer = offerFor(table(part), as(seat), seat);
    expect(offer.label.key).toBe(says);
    expect(offer.command?.type ?? null).toBe(does);
    if (does === null) expect(offer.sub).not.toBeNull();
  });

  test("passing goes to the next living seat in the order of play", () => {
    const players = four((id) => ({ isEliminated: id === 3 }));
    const offer = offerFor(table({ players, playOrder: [1, 3, 4, 2] }), as(1), 1);
    expect(offer.sub).toEqual({ key: "offer.to", params: { name: "Priya" } });
  });

  test("a host speaks for a seat nobody holds by naming it, and for nobody else's", () => {
    const free = table({ activePlayer: 3, running: [3], players: four((id) => ({ claimed: id !== 3 })) });
    expect(offerFor(free, as(1), 3).command).toEqual({ type: "passTurn", data: { playerId: 3, turn: 9 } });
    expect(offerFor(free, as(2), 3).command).toBeNull();
    expect(offerFor(table({ activePlayer: 3, running: [3] }), as(1), 3).command).toBeNull();
    expect(seatInHand(free, as(1))).toBe(3);
    expect(seatInHand(free, as(2))).toBe(2);
  });

  test("TU3 TU8 a pass names its seat and its turn: the second of two quick taps passes nobody else's turn, one that waited no later one", () => {
    expect(offerFor(table(), as(1), 1).command).toEqual({ type: "passTurn", data: { playerId: 1, turn: 9 } });
    const next = table({ activePlayer: 2, running: [2], turn: 10 });
    expect(offerFor(next, as(2), 2).command).toEqual({ type: "passTurn", data: { playerId: 2, turn: 10 } });
  });

  test("TU8 UN6 an interrupt and an answer name their turn, an undo the newest change that this page knows of", () => {
    const asked = table({ targetingState: "resolving", targetedPlayers: [2], awaitingPriority: [2], running: [2] });
    expect(offerFor(asked, as(2), 2).command).toEqual({ type: "passTargetPriority", data: { turn: 9 } });
    expect(offerFor(asked, as(1), 1).command).toEqual(interruptCommand(asked));
    expect(interruptCommand(asked)).toEqual({ type: "interrupt", data: { turn: 9 } });
    expect(undoCommand(asked)).toEqual({ type: "undo", data: { v: 10 } });
  });

  test("TU5 pausing and going on say which is meant, so that of two who tap at the same moment the second does not undo the first", () => {
    const paused = table({ status: "paused", pausedBy: "player" });
    expect(offerFor(paused, as(3), 3).command).toEqual({ type: "pause", data: { to: "running", turn: 9 } });
    expect(pauseCommand(table())).toEqual({ type: "pause", data: { to: "paused", turn: 9 } });
  });

  test("TU8 every tap of play names its turn: it may wait for the line until another one", () => {
    const now = table({ turn: 5 });
    const commands = [
      pauseCommand(now),
      interruptCommand(now),
      targetCommand(now, 2),
      confirmCommand(now),
      cancelCommand(now),
      choiceCommand(now, as(1), { seat: 2, choice: "die" }),
      offerFor(now, as(1), 1).command,
      offerFor({ ...now, interruptingPlayers: [2], running: [2] }, as(2), 2).command,
      offerFor({ ...now, targetingState: "selecting", targetedPlayers: [2] }, as(1), 1).command,
    ];
    for (const command of commands) expect(command).toMatchObject({ data: { turn: 5 } });
    expect(choiceCommand(now, as(1), { seat: 2, choice: "die" }).data).toMatchObject({ playerId: 2, choice: "die" });
  });

  test("IN2 whoever passes priority is told to whom: the one below him, those who are asked, or the turn", () => {
    const back = (part: Parameters<typeof table>[0]) => offerFor(table(part), as(2), 2).sub;
    expect(back({ interruptingPlayers: [3, 2], running: [2] })).toEqual({ key: "offer.backTo", params: { name: "Jun" } });
    expect(back({ interruptingPlayers: [2], running: [2] })).toEqual({ key: "offer.backTo", params: { name: "Ayla" } });
    const asked = { targetingState: "resolving", targetedPlayers: [3], awaitingPriority: [3] } as const;
    expect(back({ ...asked, interruptingPlayers: [2], running: [2] })).toEqual({ key: "offer.backToTargets" });
  });

  test("a campaign's next round is the host's", () => {
    const campaign = { preset: "wastelands", round: 1, rounds: 3, handSize: 5, standings: [], roundWinners: [1], winners: null };
    const over = table({ status: "finished", mode: "campaign", campaign });
    expect(offerFor(over, as(1), 1).command?.type).toBe("nextRound");
    expect(offerFor(over, as(2), 2)).toMatchObject({ command: null, sub: { key: "offer.hostDecides" } });
  });
});

describe("the face of the play screen", () => {
  test("watchers see whoever is on the clock large, players always themselves", () => {
    expect(focusSeat(table({ interruptingPlayers: [3], running: [3] }), as(null))).toBe(3);
    expect(focusSeat(table(), as(null))).toBe(1);
    expect(focusSeat(table(), as(4))).toBe(4);
  });

  test("the others stand in the order of play after the large one", () => {
    expect(otherSeats(table({ playOrder: [4, 2, 1, 3] }), 2)).toEqual([1, 3, 4]);
  });

  test("the stack is a chain from the turn to its top", () => {
    expect(chainOf(table({ interruptingPlayers: [2, 3] }))).toEqual([1, 2, 3]);
    expect(chainOf(table())).toEqual([]);
  });

  test("the word over the clock names what the seat is doing", () => {
    expect(sayOf(table(), as(1), 1).key).toBe("say.your.turn");
    expect(sayOf(table(), as(2), 1)).toEqual({ key: "say.their.turn", params: { name: "Ayla" } });
    expect(sayOf(table({ interruptingPlayers: [2], running: [2] }), as(2), 2).key).toBe("say.your.priority");
    expect(sayOf(table({ interruptingPlayers: [2], running: [2] }), as(1), 1).key).toBe("say.your.waits");
    const others = (part: Parameters<typeof table>[0]) => [1, 2, 3].map((seat) => sayOf(table(part), as(4), seat).key.slice(10));
    const resolving = { targetingState: "resolving", targetedPlayers: [2, 3], awaitingPriority: [3], running: [3] } as const;
    expect(others(resolving)).toEqual(["waits", "idle", "asked"]);
    expect(others({ ...resolving, interruptingPlayers: [2, 3] })).toEqual(["waits", "stacked", "priority"]);
    expect(others({ targetingState: "selecting" })).toEqual(["targeting", "idle", "idle"]);
    expect(others({ players: four((id) => ({ isEliminated: id === 2, timeoutPending: id === 1 })) })).toEqual(["timeout", "out", "idle"]);
  });
});

describe("a campaign's score on the play screen", () => {
  const standings = [{ id: 1, wins: 1, points: 96, level: 4, usedMs: 1_450_000 }];
  const campaign = { preset: "wastelands", round: 2, rounds: 3, handSize: 6, standings, roundWinners: [1], winners: null };

  test("it is told by what wins the campaign, once a round is over", () => {
    const of = (part: object) => soFarOf(table({ mode: "campaign", campaign: { ...campaign, ...part } }), 1);
    expect(of({})).toEqual({ key: "campaign.points", params: { count: 96, level: 4 } });
    expect(of({ preset: "endurance" })).toEqual({ key: "campaign.used", params: { time: "24:10" } });
    expect(of({ preset: "standard" })).toEqual({ key: "recap.won", params: { count: 1 } });
    expect(of({ round: 1, roundWinners: [] })).toBeNull();
    expect(soFarOf(table(), 1)).toBeNull();
  });
});

test.for([...presets.values()])(
  "of the campaign $name the page tells what wins it, and the cards of the next round, as its rules have them",
  (preset) => {
    const standings = [{ id: 1, wins: 1, points: 96, level: 4, usedMs: 1_450_000 }];
    const { name, rounds, hand } = preset;
    const cardsIn = (round: number) => (hand === null ? null : hand.first + hand.step * (round - 1));
    const campaign = { preset: name, round: 2, rounds, handSize: cardsIn(2), standings, roundWinners: [1], winners: null };
    expect(wonBy(campaign)).toBe(preset.wonBy.kind);
    const next = offerFor(table({ status: "finished", running: [], mode: "campaign", campaign }), as(1), 1).sub;
    expect(next?.params?.["count"] ?? null).toBe(cardsIn(3));
  },
);

test("who is waited for may agree to an undo; when nobody is left to wait for, whoever sits here can bring it about", () => {
  const asked = (by: number | null, agreed: readonly number[], waitingFor: readonly number[]) =>
    table({ undoRequest: { by, v: 9, agreed, waitingFor } });
  const host = as(null, { host: true });
  const waiting = asked(2, [3], [1]);
  expect([as(1), as(2), as(3), as(null), host].map((who) => undoAnswer(waiting, who))).toEqual(["agree", null, null, null, null]);
  const left = asked(2, [3], []);
  expect([as(2), as(3), as(null), host].map((who) => undoAnswer(left, who))).toEqual(["again", "agree", null, null]);
  expect([as(3), as(null), host].map((who) => undoAnswer(asked(null, [3], []), who))).toEqual(["agree", null, "again"]);
  expect(undoAnswer(table({}), as(1))).toBeNull();
});

test("TO2 the choice after a time-out is asked of its seat, and of the host when nobody sits there", () => {
  const due = (claimed: boolean) => table({ players: four((id) => (id === 2 || id === 3 ? { timeoutPending: true, claimed } : {})) });
  const asked = (of: Table) => [1, 2, 3, null].map((seat) => choicesDue({ ...emptyModel, link: "open", table: of, seat }));
  expect(asked(due(true))).toEqual([[], [2], [3], []]);
  expect(asked(due(false))[0]).toEqual([2, 3]);
  expect(choicesDue(emptyModel)).toEqual([]);
});
