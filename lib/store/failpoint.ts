// Named places where a test makes the store fail. Without a plan, `hit` is a function that does nothing;
// no configuration variable reaches this file, so a running server cannot be told to fail.

/** Every place that can be made to fail: creation, migration and start, then in the order in which a change meets them. */
export const failpointNames = [
  "create-before-rename",
  "create-after-rename",
  "migrate-before-commit",
  "migrate-after-commit",
  "start-noted",
  "batch-received",
  "batch-begun",
  "batch-half",
  "remove-half",
  "batch-before-commit",
  "batch-committed",
  "batch-marked",
  "batch-answered",
  "checkpoint-before",
  "checkpoint-after",
  "statement",
  "read",
] as const;
export type FailpointName = (typeof failpointNames)[number];

/** What happens at the place: the process dies, the thread dies, the thread sleeps, or SQLite reports a code. */
export type FailpointAction =
  | { readonly kind: "kill" }
  | { readonly kind: "exit" }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "throw"; readonly code: string };

export interface Failpoint {
  readonly at: FailpointName;
  /** Counted from 1. */
  readonly nth: number;
  /** How many hits in a row from the nth on; Infinity for all. */
  readonly times: number;
  readonly action: FailpointAction;
}

export type Hit = (name: FailpointName) => void;

const nothing: Hit = () => {};

/** An error that looks like better-sqlite3's own, so that it takes the same way. */
class PlannedError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`planned ${code}`);
    this.code = code;
  }
}

export function failpoints(plan: readonly Failpoint[]): Hit {
  if (plan.length === 0) return nothing;
  const hits = new Map<FailpointName, number>();
  return (name) => {
    const count = (hits.get(name) ?? 0) + 1;
    hits.set(name, count);
    for (const point of plan) {
      if (point.at === name && count >= point.nth && count < point.nth + point.times) act(point.action);
    }
  };
}

function act(action: FailpointAction): void {
  if (action.kind === "kill") process.kill(process.pid, "SIGKILL");
  if (action.kind === "exit") process.exit(1);
  // A worker thread cannot be killed from within at once; wait for the signal to land.
  if (action.kind === "kill") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  if (action.kind === "sleep") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, action.ms);
  if (action.kind === "throw") throw new PlannedError(action.code);
}
