// A class of simulated students against a whole server: each thinks, answers, and waits for the next question. Measured is the time
// from an answer to its acknowledgement and, beside it, of a ping that touches no game and of a tap at a table of the clock, which the
// same disk has to keep.
import type { RunningServer } from "../../support/running-server.ts";
import { connectTable, type TableClient } from "../../support/table-client.ts";

export interface ClassPlay {
  readonly players: number;
  readonly seconds: number;
  /** Longest time a student thinks, ms; half of it on average. */
  readonly thinkMsMax: number;
}

export interface ClassFigures {
  readonly players: number;
  readonly seconds: number;
  readonly answers: number;
  readonly refused: number;
  readonly rounds: number;
  readonly answerMs: Quantiles;
  readonly pingMs: Quantiles;
  readonly tapMs: Quantiles;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

interface Round {
  readonly number: number;
  readonly answer: boolean | null;
}

/** One student: follows changes as the page does, as far as the open round goes. */
class Student {
  readonly client: TableClient;
  round: Round | null = null;
  #woken: () => void = () => {};

  constructor(client: TableClient) {
    this.client = client;
    client.socket.on("message", (payload) => {
      const { type, data } = JSON.parse(String(payload)) as {
        type: string;
        data: { round?: Round | null; state?: { round?: Round | null } };
      };
      const seen = type === "claimed" ? data.state?.round : type === "state" || type === "change" ? data.round : undefined;
      if (seen === undefined) return;
      this.round = seen;
      this.#woken();
    });
  }

  /** Resolves when a question waits for an answer, or at the end of the time. */
  async asked(until: number): Promise<Round | null> {
    while (this.round === null || this.round.answer !== null) {
      const left = until - performance.now();
      if (left <= 0) return null;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#woken = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.round;
  }
}

const pingEveryMs = 250;
const tapEveryMs = 100;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes the class: half of the students found a team, the others join. The host holds no slot. */
async function seatClass(server: RunningServer, players: number) {
  const host = await connectTable(server.port);
  await host.request("create", { game: "chsh", updates: "changes" });
  const { gameId } = host.heard.find(({ type }) => type === "claimed")?.data ?? {};
  const students: Student[] = [];
  for (let place = 0; place < players; place += 1) {
    const student = new Student(await connectTable(server.port));
    await student.client.request("join", { gameId, updates: "changes" });
    const teamId = 1 + Math.floor(place / 2);
    if (place % 2 === 0) await student.client.request("createTeam", { name: `Team ${teamId}` });
    else await student.client.request("joinTeam", { teamId });
    students.push(student);
  }
  await host.request("start");
  return { host, students };
}

export async function playClass(server: RunningServer, how: ClassPlay): Promise<ClassFigures> {
  const { players, seconds, thinkMsMax } = how;
  const { host, students } = await seatClass(server, players);
  const until = performance.now() + seconds * 1_000;
  const answerMs: number[] = [];
  const pingMs: number[] = [];
  let refused = 0;
  let pings = 0;
  const study = async (student: Student, place: number): Promise<void> => {
    for (let turn = place; performance.now() < until; turn += 1) {
      const round = await student.asked(until);
      if (round === null) return;
      // Spread without chance: every student thinks for another time each turn.
      await pause(((turn * 7_919) % 1_000) * (thinkMsMax / 1_000));
      const data = { round: round.number, answer: (turn + place) % 3 !== 0 };
      answerMs.push(
        await timed(async () => {
          const { type } = await student.client.request("answer", data);
          if (type !== "ack") refused += 1;
        }),
      );
      student.round = student.round?.number === round.number ? { ...round, answer: data.answer } : student.round;
      if (student.client.heard.length > 5_000) (student.client.heard as unknown[]).splice(0, 4_000);
    }
  };
  const control = async ({ client }: Student): Promise<void> => {
    while (performance.now() < until) {
      await pause(pingEveryMs);
      pings += 1;
      const t = pings;
      pingMs.push(
        await timed(async () => {
          const answered = client.until(({ type, data }) => type === "pong" && data.t === t);
          client.send("ping", { t });
          await answered;
        }),
      );
    }
  };
  const tapMs: number[] = [];
  const table = await connectTable(server.port);
  await table.request("create", { settings: { playerCount: 2 } });
  await table.request("start");
  const tap = async (): Promise<void> => {
    while (performance.now() < until) {
      await pause(tapEveryMs);
      tapMs.push(await timed(() => table.request("pause")));
    }
  };
  await Promise.all([...students.map(study), ...students.map(control), tap()]);
  await host.request("sync");
  const rounds = (host.state.teams as readonly { readonly figures: { readonly rounds: number } }[]).reduce(
    (sum, team) => sum + team.figures.rounds,
    0,
  );
  await Promise.all([host, table, ...students.map(({ client }) => client)].map((client) => client.close()));
  const measured = { answerMs: quantiles(answerMs), pingMs: quantiles(pingMs), tapMs: quantiles(tapMs) };
  return { players, seconds, answers: answerMs.length, refused, rounds, ...measured };
}

const ms = ({ p50, p99, max }: Quantiles): string => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms`;

export const tellClass = ({ players, seconds, answers, refused, rounds, answerMs, pingMs, tapMs }: ClassFigures): string =>
  `${players} players for ${seconds} s: ${answers} answers (${refused} refused), ${rounds} rounds; answer ${ms(answerMs)}; ping ${ms(pingMs)}; tap at a table beside it ${ms(tapMs)}`;
