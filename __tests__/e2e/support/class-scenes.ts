// The screens of a class as states that could be: figures come from rounds that are played here through the real sums.
import { figuresOf } from "../../../lib/chsh/figures.ts";
import { type Item, type Mode, pairCount, pairItems, plans } from "../../../lib/chsh/items.ts";
import { addRound, noSums } from "../../../lib/chsh/sums.ts";
import type { HostTeam, PlayerView } from "../../../lib/chsh/view.ts";
import type { Instant } from "../../../lib/game/ids.ts";
import type { HostTable, PlayerTable, WatcherTable } from "../../../public/app/chsh/model/class-table.ts";
import type { Scene } from "./scene.ts";

const path = "/g/K7QX2M";
const at = 1_000_000 as Instant;
const common = {
  id: "K7QX2M",
  game: "chsh",
  name: "Physics, Thursday",
  mode: "simplified",
  status: "running",
  createdAt: at,
  hostConnected: true,
  v: 40,
  serverTime: at,
  viewers: 9,
} as const;

/** How a team answers the nth round of a pair: "same" of every ten. */
type Habit = (first: Item, second: Item) => number;
const planned: Habit = () => 10;
const entangled: Habit = (first, second) => (first === "B" && second === "Y" ? 1 : 9);
const guessing: Habit = () => 5;

const crossPairs = plans.simplified.pairs;

function playedTeam(part: {
  readonly id: number;
  readonly name: string;
  readonly rounds: number;
  readonly habit: Habit;
  readonly mode?: Mode;
}) {
  const { id, name, rounds, habit, mode = "simplified" } = part;
  const dealt = Array.from({ length: pairCount }, () => 0);
  const pairs = mode === "classic" ? dealt.map((_, index) => index) : crossPairs;
  let sums = noSums;
  for (let n = 0; n < rounds; n += 1) {
    const pair = pairs[n % pairs.length] ?? 0;
    const questions = pairItems(pair);
    dealt[pair] = (dealt[pair] ?? 0) + 1;
    const first = (n + id) % 3 !== 0;
    const isSame = (Math.imul(n + 1, 7) + id) % 10 < habit(...questions);
    sums = addRound(sums, { questions, answers: [first, isSame ? first : !first] });
  }
  return { id, name, figures: figuresOf(sums, dealt, mode), pairRounds: sums.rounds, pairSame: sums.same };
}

type Presence = HostTeam["players"];
const here: Presence = ["here", "here"];

function team(part: Parameters<typeof playedTeam>[0] & { readonly players?: Presence; readonly answered?: readonly boolean[] }): HostTeam {
  const { players = here, answered = [part.id % 2 === 0, false] } = part;
  const held = players.filter((one) => one !== "free").length;
  return { ...playedTeam(part), state: held === 2 ? "playing" : held === 1 ? "waiting" : "inactive", players, answered };
}

const teams: readonly HostTeam[] = [
  team({ id: 1, name: "Bell", rounds: 64, habit: planned }),
  team({ id: 2, name: "Spooky action", rounds: 200, habit: entangled }),
  team({ id: 3, name: "Schrödinger-Straße 7", rounds: 31, habit: guessing, players: ["here", "away"] }),
  team({ id: 4, name: "W".repeat(50), rounds: 9, habit: planned }),
  team({ id: 5, name: "Αλέξανδρος", rounds: 0, habit: planned, players: ["here", "free"], answered: [false, false] }),
  team({ id: 6, name: "Gone", rounds: 12, habit: guessing, players: ["free", "free"], answered: [false, false] }),
];

const host = (part: Partial<HostTable>): HostTable => ({ ...common, role: "host", teams, ...part });

const classic: readonly HostTeam[] = [
  team({ id: 1, name: "Bell", rounds: 96, habit: planned, mode: "classic" }),
  team({ id: 2, name: "Spooky action", rounds: 64, habit: entangled, mode: "classic" }),
];

/** The last rounds as the log has them. */
const log = Array.from({ length: 24 }, (_, n) => {
  const questions = pairItems(crossPairs[n % crossPairs.length] ?? 0);
  const data = {
    teamId: 1 + (n % 2),
    team: n % 2 === 0 ? "Bell" : "Spooky action",
    mode: "simplified",
    round: 1 + Math.floor(n / 2),
    questions,
    answers: [n % 3 !== 0, n % 4 !== 0],
    answeredAt: [at + n * 4_000, at + n * 4_000 + 900],
  };
  return { v: n + 2, at: at + n * 4_000, by: 1, command: "answer", events: [{ type: "roundCompleted", data }] };
});

const player = (part: Partial<PlayerTable>, own: Partial<PlayerView["team"]> = {}): PlayerTable => ({
  ...common,
  role: "player",
  seat: 1,
  slot: 1,
  team: { id: 1, name: "Bell", state: "playing", rounds: 12, success: { value: 9 / 12, sigma: 0.125 }, partnerHere: true, ...own },
  round: { number: 13, question: "B", answer: null },
  last: { number: 12, questions: ["B", "Y"], answers: [true, false] },
  ...part,
});

const nobody = { round: null, last: null } as const;
const unplayed = { rounds: 0, success: null } as const;
const door = (part: Partial<WatcherTable>): WatcherTable => ({ ...common, role: "watcher", teams, ...part });

const habits: readonly Habit[] = [planned, entangled, guessing];

/** Fifty players, every team in play. */
const fullTeams: readonly HostTeam[] = Array.from({ length: 25 }, (_, place) =>
  team({ id: place + 1, name: `Team ${place + 1}`, rounds: 40 + place, habit: habits[place % 3] ?? planned }),
);

const fullClassScene: Scene = { name: "class-host-full", path, table: host({ teams: fullTeams }), seat: null, log };

export const classScenes: readonly Scene[] = [
  { name: "class-new", path: "/#class" },
  { name: "class-door", path, table: door({ status: "waiting" }) },
  { name: "class-player", path, table: player({}), seat: 1 },
  {
    name: "class-answered",
    path,
    table: player({
      round: { number: 13, question: "X", answer: false },
      last: { number: 12, questions: ["A", "X"], answers: [true, false] },
    }),
    seat: 1,
  },
  {
    name: "class-player-waits",
    path,
    table: player({ ...nobody, status: "waiting" }, { ...unplayed, state: "waiting", partnerHere: false }),
    seat: 1,
    click: ["summary"],
  },
  { name: "class-player-paused", path, table: player({ status: "paused" }), seat: 1 },
  { name: "class-host", path, table: host({}), seat: null, log },
  fullClassScene,
  { name: "class-host-team", path, table: host({}), seat: null, log, click: ['[data-team="2"] .team-name'] },
  {
    name: "class-host-classic",
    path,
    table: host({ mode: "classic", teams: classic }),
    seat: null,
    log,
    click: ['[data-team="1"] .team-name', ".class-more > summary", '[data-last-act="close"] > summary'],
  },
  {
    name: "class-host-lobby",
    path,
    table: host({ status: "waiting", teams: teams.slice(4, 5) }),
    seat: null,
  },
];
