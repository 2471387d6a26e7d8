// The contract again with the Nth call of the port failing, for every N and in every way that the port allows: before anything
// happened, unknown without having happened, unknown although it happened. Between rule and store stands a caller that does what the
// port tells callers to do; with it every rule holds as if nothing had failed.
import { type Commit, type CommitOutcome, type Store, StoreFault } from "../../lib/store/store.ts";
import { contract } from "../store/contract.ts";
import type { OpenStore } from "../store/run-contract.ts";
import type { Rule } from "../store/table.ts";
import { everyNth, type NthFigures, type NthWish } from "./nth.ts";

export const failures = ["busy", "unavailable", "unknown-lost", "unknown-done"] as const;
export type Failure = (typeof failures)[number];

/** Nobody can ask a closed store what became of a call: this rule has no caller to be patient for it. */
const endsItsStore = (rule: Rule) => rule.title.startsWith("L24");

const patientRules: readonly Rule[] = contract.filter((rule) => !endsItsStore(rule));

const reads: ReadonlySet<string> = new Set(["load", "changes", "checkpoint", "listed", "all", "counts", "feedback"]);

/** `store` with one call made to fail. `hits` tells whether it came so far. */
function failingAt(store: Store, nth: number, failure: Failure): { readonly store: Store; readonly hits: () => number } {
  let calls = 0;
  let hits = 0;
  const fail = async (work: () => Promise<unknown>, isRead: boolean): Promise<unknown> => {
    hits += 1;
    if (failure === "busy" || failure === "unavailable") throw new StoreFault(failure, "planned");
    // A read has no outcome that somebody could not know: it fails or it answers.
    if (isRead) throw new StoreFault("unavailable", "planned");
    if (failure === "unknown-done") await work();
    throw new StoreFault("unknown", "planned");
  };
  const failing = new Proxy(store, {
    get(target, name: keyof Store) {
      if (name === "outages") return target[name];
      if (name === "health" || name === "close") return target[name].bind(target);
      const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => {
        calls += 1;
        return calls === nth ? fail(() => method(...args), reads.has(name)) : method(...args);
      };
    },
  });
  return { store: failing, hits: () => hits };
}

/** Asks again after a failure, and after an unknown outcome looks first, as the room does. Only one call of a run fails. */
function patient(store: Store): Store {
  const answered = new Set<string>();
  const nameOf = ({ gameId, at, hash, actionId, answer }: Commit) => `${gameId} ${at} ${hash} ${actionId} ${answer}`;
  const retry = async <T>(call: () => Promise<T>, look: () => Promise<T | undefined> = async () => undefined): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      const found = error.kind === "unknown" ? await look() : undefined;
      return found ?? (await call());
    }
  };
  /** An action is known by its id and answer; a change without one by its hash and time: a code may be used again. What was answered before is only repeated. */
  const commitSurely = async (commit: Commit): Promise<CommitOutcome> => {
    let isUnsure = false;
    const stands = async (): Promise<CommitOutcome | undefined> => {
      isUnsure = !answered.has(nameOf(commit));
      if (!isUnsure || commit.actionId !== null) return undefined;
      const [change] = await store.changes(commit.gameId, commit.expectedV, 1);
      return change?.hash === commit.hash ? { kind: "ok" } : undefined;
    };
    const outcome = await retry(() => store.commit(commit), stands);
    answered.add(nameOf(commit));
    const isOurs = isUnsure && outcome.kind === "duplicate" && outcome.answer === commit.answer;
    return isOurs ? { kind: "ok" } : outcome;
  };
  const idsOf = async () => (await store.all(null, 1_000)).items.map(({ gameId }) => gameId);
  return {
    outages: store.outages,
    load: (gameId) => retry(() => store.load(gameId)),
    commit: commitSurely,
    resolve: (gameId, actionId, tombstone) => retry(() => store.resolve(gameId, actionId, tombstone)),
    changes: (gameId, afterV, limit) => retry(() => store.changes(gameId, afterV, limit)),
    checkpoint: (gameId, v) => retry(() => store.checkpoint(gameId, v)),
    due: (atMs, limit) => retry(() => store.due(atMs, limit)),
    listed: (cursor, limit) => retry(() => store.listed(cursor, limit)),
    all: (cursor, limit) => retry(() => store.all(cursor, limit)),
    counts: () => retry(() => store.counts()),
    remove: (gameId) => retry(() => store.remove(gameId)),
    async expire(finishedBefore, untouchedSince, limit) {
      const before = await retry(idsOf);
      const gone = async () => {
        const left = new Set(await idsOf());
        const ids = before.filter((id) => !left.has(id));
        return ids.length === 0 ? undefined : ids;
      };
      return retry<readonly string[]>(() => store.expire(finishedBefore, untouchedSince, limit), gone);
    },
    beat: (atMs) => retry(() => store.beat(atMs)),
    async saveFeedback(feedback, actionId) {
      const isKept = async () => {
        const [newest] = (await store.feedback(null, 1)).items;
        return newest?.at === feedback.at && newest.text === feedback.text ? true : undefined;
      };
      await retry(() => store.saveFeedback(feedback, actionId).then(() => true), isKept);
    },
    feedback: (cursor, limit) => retry(() => store.feedback(cursor, limit)),
    async expireFeedback(before, limit) {
      const count = async () => (await store.feedback(null, 1_000)).items.length;
      const kept = await retry(count);
      return retry<number>(
        () => store.expireFeedback(before, limit),
        async () => kept - (await count()) || undefined,
      );
    },
    health: () => store.health(),
    close: () => store.close(),
  };
}

interface CallWish extends NthWish {
  readonly failures: readonly Failure[];
  open(): Promise<OpenStore>;
}

/** Every rule with its Nth call failing, in each of these ways. */
export async function nthCalls({ failures, open, ...wish }: CallWish): Promise<NthFigures> {
  const runs = patientRules.flatMap((rule) => failures.map((failure) => (nth: number) => callOnce(open, { rule, failure, nth })));
  return { rules: patientRules.length, ...(await everyNth(runs, wish)) };
}

interface OneCall {
  readonly rule: Rule;
  readonly failure: Failure;
  readonly nth: number;
}

async function callOnce(open: () => Promise<OpenStore>, { rule, failure, nth }: OneCall): Promise<boolean> {
  const { store, end } = await open();
  try {
    const failing = failingAt(store, nth, failure);
    await rule.run(patient(failing.store));
    return failing.hits() > 0;
  } catch (error) {
    throw new Error(`with call ${nth} ${failure}: ${rule.title}`, { cause: error });
  } finally {
    await end();
  }
}
