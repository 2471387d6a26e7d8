// The long forms of the edge's runs: `npm run torture -- edge`. The fast forms are in __tests__/gateway and in the life tests.
import { startMeasuredServer } from "../support/memory-slope.ts";
import { playClass, tellClass } from "../chsh/runs/play-class.ts";
import { startRunningServer, type RunningServer } from "../support/running-server.ts";
import { drainUnderLoad, tellDrain } from "../gateway/runs/drain.ts";
import { floodAll, tellFloods } from "../gateway/runs/floods.ts";
import { mutate, raisedLimits, tellMutations } from "../gateway/runs/mutations.ts";
import { keptUp, overload, tellOverload } from "../gateway/runs/overload.ts";
import { pausedReadersEnv, pauseReaders, type ReaderKind, tellPaused } from "../gateway/runs/paused-readers.ts";
import { reconnectStorm, tellStorm } from "../gateway/runs/storm.ts";
import { raceTokens, tellRaces } from "../gateway/runs/token-races.ts";

type Outcome = readonly [line: string, held: boolean];

async function withServer(env: Readonly<Record<string, string>>, run: (server: RunningServer) => Promise<Outcome>): Promise<Outcome> {
  const server = await startRunningServer({ env });
  try {
    return await run(server);
  } finally {
    await server.dispose();
  }
}

const mib = 1_048_576;
const p99MsMax = 100;
/** Per 100,000 messages, once garbage is collected. */
const slopeBytesMax = 1_000_000;

const paused = (how: { readonly kind: ReaderKind; readonly readers: number }) =>
  withServer(pausedReadersEnv, async (server) => {
    const figures = await pauseReaders(server, how);
    const { cut, cutIn6s, grownBytes, others } = figures;
    const isCut = cut === how.readers && cutIn6s === how.readers;
    return [tellPaused(figures), isCut && grownBytes < how.readers * mib + 50_000_000 && others.p99 < p99MsMax && others.refused === 0];
  });

export const edgeRuns: Readonly<Record<string, (folder: string, order: { readonly seed: number }) => Promise<Outcome>>> = {
  floods: () =>
    withServer({}, async (server) => {
      const figures = await floodAll(server.port, 10);
      const { floods, others } = figures;
      const cut = floods.every(({ tookMs, code }) => tookMs < 1_000 && (code === 1008 || code === null));
      return [tellFloods(figures), cut && others.p99 < p99MsMax && others.refused === 0];
    }),
  paused: () => paused({ kind: "sockets", readers: 200 }),
  streams: () => paused({ kind: "event streams", readers: 200 }),
  tokens: () =>
    withServer({ LIMIT_JOIN_FAILURES_PER_ADDRESS: "1000000" }, async (server) => {
      const figures = await raceTokens(server.port, 500);
      return [tellRaces(figures), figures.badRounds + figures.loserTokensGood + figures.otherAnswers === 0];
    }),
  async mutations(_folder, { seed }) {
    // Memory is measured over the last million of three. Before that the store's cache fills, and garbage of the writer thread, which
    // nobody collects for us, reaches the amount at which it collects its own; the cache is kept small so that it is full in time.
    const server = await startMeasuredServer({ env: { ...raisedLimits, LIMIT_STORE_CACHE_BYTES: String(2 * mib) } });
    try {
      const figures = await mutate(server, { seed, count: 3_000_000, warm: 2 / 3 });
      const { bugs, heapSlope, residentSlope } = figures;
      const isFlat = heapSlope.perUnit < slopeBytesMax && residentSlope.perUnit - 2 * residentSlope.error < slopeBytesMax;
      return [tellMutations(figures), bugs === 0 && isFlat];
    } finally {
      await server.dispose();
    }
  },
  async drain() {
    const figures = await drainUnderLoad({ tables: 50, stuckReaders: 10 });
    const { exitCode, lost, notReadyAfterMs, exitAfterMs } = figures;
    return [tellDrain(figures), exitCode === 0 && lost === 0 && notReadyAfterMs < 100 && exitAfterMs < 30_000];
  },
  class: () =>
    withServer({}, async (server) => {
      const figures = await playClass(server, { players: 50, seconds: 60, thinkMsMax: 3_000 });
      return [tellClass(figures), figures.refused === 0 && figures.answerMs.p99 < p99MsMax];
    }),
  async storm() {
    const figures = await reconnectStorm(5_000);
    return [tellStorm(figures), figures.back >= figures.clients * 0.99 && figures.p99Ms < 30_000];
  },
  async overload() {
    // A thousand players, so that ten times 15,000 commands a second are still within every player's own limits.
    const figures = await overload({ tables: 250, times: [2, 5, 10], seconds: 3, rounds: 3 });
    return [tellOverload(figures), keptUp(figures, 0.8) && figures.offers.every(({ lost }) => lost === 0)];
  },
};
