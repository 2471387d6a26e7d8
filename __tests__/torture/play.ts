// A process to be killed: the real store under load from simulated players, who write down what they sent and what came back
// before anything else can happen. Started by rounds.ts with one JSON argument; says `ready` on stdout.
import { openSync, writeSync } from "node:fs";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { chainHash } from "../../lib/store/chain.ts";
import type { Failpoint } from "../../lib/store/failpoint.ts";
import { cutState } from "../support/cut-state.ts";
import { type Commit, type Store, StoreFault } from "../../lib/store/store.ts";
import { openSqliteStore, type SqliteLimits } from "../../lib/store/store-sqlite.ts";
import { type Chance, seededChance } from "../checker/clean-history.ts";
import type { Observation } from "../checker/history.ts";

export interface Unanswered {
  readonly client: string;
  readonly game: string;
  readonly action: string;
}

export interface PlayOrder {
  readonly dataDir: string;
  readonly notes: string;
  readonly life: number;
  readonly seed: number;
  readonly games: number;
  readonly clientsPerGame: number;
  readonly thinkMsMax: number;
  readonly failpoints: readonly Failpoint[];
  readonly limits: Partial<SqliteLimits>;
  readonly unanswered: readonly Unanswered[];
}

/** What the process says on stdout, one line each. */
export type PlayNews =
  /** Milliseconds from the start of the process, and of CPU it used until then. */
  | { readonly ready: number; readonly cpuMs: number }
  | { readonly refused: string }
  | { readonly fatal: string }
  | { readonly health: ReturnType<Store["health"]>; readonly loopDelayMs: number; readonly at: number; readonly answered: number };

interface Copy {
  readonly gameId: string;
  v: number;
  hash: string;
}

const say = (news: PlayNews) => writeSync(1, `${JSON.stringify(news)}\n`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** What of every state stays the same; the rest goes into its one place. */
const still = `{\n,"padding":"${"0123456789abcdef".repeat(80)}"}`;

/** Lines reach the file in the same turn of the loop, before the store can send anything to its writer. */
class Notes {
  readonly #file: number;
  #lines = "";
  answered = 0;

  constructor(path: string) {
    this.#file = openSync(path, "a");
    // The life before may have been killed in the middle of a line.
    writeSync(this.#file, "\n");
  }

  add(seen: Observation): void {
    if (this.#lines === "") queueMicrotask(() => this.#flush());
    if (seen.type === "ok") this.answered += 1;
    this.#lines += `${JSON.stringify(seen)}\n`;
  }

  #flush(): void {
    writeSync(this.#file, this.#lines);
    this.#lines = "";
  }
}

const now = () => performance.timeOrigin + performance.now();

class Player {
  readonly #store: Store;
  readonly #notes: Notes;
  readonly #chance: Chance;
  readonly #copy: Copy;
  readonly #client: string;
  readonly #order: PlayOrder;
  #count = 0;

  constructor(parts: { store: Store; notes: Notes; chance: Chance; copy: Copy; client: string; order: PlayOrder }) {
    this.#store = parts.store;
    this.#notes = parts.notes;
    this.#chance = parts.chance;
    this.#copy = parts.copy;
    this.#client = parts.client;
    this.#order = parts.order;
  }

  /** First settles what the last life left open, then plays until the process dies. */
  async play(open: readonly Unanswered[]): Promise<void> {
    for (const { action } of open) {
      const lot = this.#chance.below(3);
      if (lot === 0) await this.#settle(action);
      if (lot === 1) await this.#act(action);
    }
    for (;;) {
      this.#count += 1;
      await this.#act(`${this.#client}.${this.#order.life}.${this.#count}`);
      if (this.#chance.below(10) === 0) await this.#passingGame();
      await pause(this.#chance.below(this.#order.thinkMsMax + 1));
    }
  }

  async #act(action: string): Promise<void> {
    this.#note({ type: "sent", ...this.#about(action) });
    try {
      const committed = await this.#commit(action);
      if (committed === null) return await this.#settle(action);
      this.#note({ type: "ok", ...this.#about(action), v: JSON.parse(committed).v, answer: committed });
      this.#see();
      const lot = this.#chance.below(20);
      if (lot === 0) await this.#act(action);
      if (lot === 1) await this.#settle(action);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      if (error.kind === "unknown") this.#note({ type: "unknown", ...this.#about(action) });
      else this.#note({ type: "refused", ...this.#about(action), retry: true, answer: error.kind });
      await pause(20 + this.#chance.below(60));
    }
  }

  /** The answer, or null when others were faster each time. */
  async #commit(action: string): Promise<string | null> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const commit = this.#next(action);
      const outcome = await this.#store.commit(commit);
      if (outcome.kind === "duplicate") return outcome.answer.startsWith("{") ? outcome.answer : null;
      if (outcome.kind === "ok") {
        if (commit.expectedV + 1 > this.#copy.v) Object.assign(this.#copy, { v: commit.expectedV + 1, hash: commit.hash });
        return commit.answer;
      }
      await readCopy(this.#store, this.#copy);
    }
    return null;
  }

  async #settle(action: string): Promise<void> {
    this.#note({ type: "sent", ...this.#about(action) });
    const answer = await this.#store.resolve(this.#copy.gameId, action, "buried").catch(() => null);
    if (answer === null) this.#note({ type: "unknown", ...this.#about(action) });
    else if (answer === "buried") this.#note({ type: "refused", ...this.#about(action), retry: false, answer });
    else this.#note({ type: "ok", ...this.#about(action), v: JSON.parse(answer).v, answer });
  }

  /** A game that is made and removed again, so that removals meet the kill too. Nobody is promised anything about it. */
  async #passingGame(): Promise<void> {
    const gone: Copy = { gameId: `GONE${this.#client}.${this.#order.life}.${this.#count}`, v: 0, hash: "" };
    try {
      for (; gone.v < 3; gone.v += 1) {
        const commit = this.#next(`pass.${gone.v}`, gone);
        await this.#store.commit(commit);
        gone.hash = commit.hash;
      }
      await this.#store.remove(gone.gameId);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
    }
  }

  #next(action: string, { gameId, v, hash: prevHash }: Copy = this.#copy): Commit {
    const at = Date.now();
    const cut = cutState(still, `"v":${v + 1},"by":${JSON.stringify(this.#client)}`);
    const change = JSON.stringify({ by: this.#client, action });
    const index = { kind: "clock", name: gameId, status: "running", listed: false, seats: 4, seatsFree: 0, wakeAt: at + 300_000 } as const;
    const answer = JSON.stringify({ v: v + 1, action });
    const hash = chainHash(prevHash, v + 1, change, cut.state);
    const link = { prevHash, hash, actionId: action, answer, index, sameIndex: v > 0, checkpoint: v % 16 === 0 };
    return { gameId, expectedV: v, at, ...cut, sameStill: v > 0, change, ...link };
  }

  #see(): void {
    this.#note({ type: "saw", client: this.#client, game: this.#copy.gameId, at: now(), v: this.#copy.v, print: this.#copy.hash });
  }

  #about(action: string) {
    return { client: this.#client, game: this.#copy.gameId, action, at: now() };
  }

  #note(seen: Observation): void {
    this.#notes.add(seen);
  }
}

async function readCopy(store: Store, copy: Copy): Promise<void> {
  const loaded = await store.load(copy.gameId);
  if (loaded.kind === "damaged") throw new Error(loaded.reason);
  const { v, hash } = loaded.kind === "found" ? loaded.game : { v: 0, hash: "" };
  if (v > copy.v) Object.assign(copy, { v, hash });
}

/** Every 50 ms, how late the loop was and what the store says about itself. */
function watch(store: Store, notes: Notes): void {
  let expected = performance.now() + 50;
  setInterval(() => {
    const late = performance.now() - expected;
    expected = performance.now() + 50;
    say({ health: store.health(), loopDelayMs: Math.max(0, late), at: now(), answered: notes.answered });
  }, 50).unref();
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? "{}") as PlayOrder;
  const ambient = realAmbient();
  const { dataDir, failpoints, limits } = order;
  const store = await openSqliteStore({
    dataDir,
    ambient,
    failpoints,
    limits,
    onFatal(message) {
      say({ fatal: message });
      process.exit(1);
    },
  }).catch((error: Error) => {
    say({ refused: error.message });
    process.exit(3);
  });
  const chance = seededChance(order.seed);
  const notes = new Notes(order.notes);
  const copies = Array.from({ length: order.games }, (_, place): Copy => ({ gameId: `PLAY${place}`, v: 0, hash: "" }));
  for (const copy of copies) await readCopy(store, copy);
  const { user, system } = process.cpuUsage();
  say({ ready: performance.now(), cpuMs: (user + system) / 1_000 });
  watch(store, notes);
  setInterval(() => void store.beat(Date.now()).catch(() => {}), 200).unref();
  const players = copies.flatMap((copy) =>
    Array.from({ length: order.clientsPerGame }, (_, place) => {
      const client = `${copy.gameId}.${place}`;
      const open = order.unanswered.filter((action) => action.client === client);
      return new Player({ store, notes, chance, copy, client, order }).play(open);
    }),
  );
  await Promise.all(players);
}

await main();
