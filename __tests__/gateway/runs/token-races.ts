// One token used by several clients at the same moment, again and again: in the end one holds the seat, and only its token is good.
import { connectTable, seatTable, type TableClient } from "../../support/table-client.ts";

export interface RaceFigures {
  readonly rounds: number;
  readonly attempts: number;
  /** Rounds in which not exactly one client held the seat in the end. */
  readonly badRounds: number;
  /** Losers' tokens that still opened the seat when they were tried after the winner's. */
  readonly loserTokensGood: number;
  /** Attempts answered with something else than a seat or bad-token. */
  readonly otherAnswers: number;
}

interface Racer {
  readonly client: TableClient;
  readonly token: string | null;
  readonly code: string;
  closedWith: number | null;
}

async function race(port: number, how: { readonly gameId: string; readonly token: string; readonly racers: number }): Promise<Racer[]> {
  const clients = await Promise.all(Array.from({ length: how.racers }, () => connectTable(port)));
  return Promise.all(
    clients.map(async (client) => {
      const racer: Racer = { client, token: null, code: "", closedWith: null };
      void client.closed.then(({ code }) => {
        racer.closedWith = code;
      });
      const granted = client.until((message) => message.type === "reconnected" || message.type === "error", 0);
      client.send("reconnect", { gameId: how.gameId, playerId: 1, token: how.token });
      const { type, data } = await granted;
      return Object.assign(racer, type === "reconnected" ? { token: data.token, code: "ok" } : { code: data.code });
    }),
  );
}

/** Waits until the displaced have gone and gives who is left. */
async function settled(racers: readonly Racer[]): Promise<Racer[]> {
  const granted = racers.filter(({ token }) => token !== null);
  const until = performance.now() + 2_000;
  while (granted.filter(({ closedWith }) => closedWith === null).length > 1 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return granted.filter(({ closedWith }) => closedWith === null);
}

export async function raceTokens(port: number, rounds: number): Promise<RaceFigures> {
  const figures = { rounds, attempts: 0, badRounds: 0, loserTokensGood: 0, otherAnswers: 0 };
  const { gameId, players, tokens } = await seatTable(port, 1);
  let token = tokens[0] ?? "";
  const closing: Promise<void>[] = [players[0]?.close() ?? Promise.resolve()];
  for (let round = 0; round < rounds; round += 1) {
    const racers = await race(port, { gameId, token, racers: 2 + (round % 9) });
    figures.attempts += racers.length;
    figures.otherAnswers += racers.filter(({ code }) => code !== "ok" && code !== "bad-token").length;
    const left = await settled(racers);
    const [winner] = left;
    const displaced = racers.filter(({ token: given, closedWith }) => given !== null && closedWith !== 4001).length;
    if (left.length !== 1 || winner?.token == null || displaced !== 1) {
      figures.badRounds += 1;
      if (winner?.token == null) throw new Error(`Round ${round}: nobody holds the seat.`);
    }
    token = winner?.token ?? token;
    for (const racer of racers) {
      if (racer === winner) continue;
      if (racer.token !== null && round % 10 === 0 && (await stillOpens(port, gameId, racer.token))) figures.loserTokensGood += 1;
    }
    closing.push(...racers.map(({ client }) => client.close()));
  }
  await Promise.all(closing);
  return figures;
}

async function stillOpens(port: number, gameId: string, token: string): Promise<boolean> {
  const client = await connectTable(port);
  const { type } = await client.request("reconnect", { gameId, playerId: 1, token });
  await client.close();
  return type === "ack";
}

export function tellRaces({ rounds, attempts, badRounds, loserTokensGood, otherAnswers }: RaceFigures): string {
  return `${rounds} races for one token, ${attempts} attempts: ${badRounds} rounds without exactly one winner, ${loserTokensGood} losers' tokens still good, ${otherAnswers} odd answers`;
}
