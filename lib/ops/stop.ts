// The ordered way out: named steps, each with a limit of its own, within one limit for all. Never starts twice.
import type { Ambient } from "./ambient.ts";
import type { Log } from "./log.ts";

export interface StopStep {
  readonly name: string;
  /** A step that takes longer is left behind, with a line in the log. */
  readonly limitMs: number;
  run(): Promise<void> | void;
}

export interface Stop {
  /** True from the beginning on. */
  stopping(): boolean;
  /** Runs the steps in order, flushes the store, then exits. Asked for again it hurries nobody: who asks may not have heard the answer. */
  begin(reason: string): void;
  /** A signal. The first begins, if nobody has; a second one, a moment later, flushes and leaves at once. Further ones do nothing. */
  request(reason: string): void;
}

export interface StopSettings {
  readonly ambient: Pick<Ambient, "after" | "monotonicMs">;
  readonly log: Log;
  readonly steps: readonly StopStep[];
  /** For the whole stop, ms. The process leaves then, whatever hangs. */
  readonly wholeMs: number;
  /** What a second request still waits for: flushing the store, at most this long. */
  readonly hurryMs: number;
  /** Closes the store; run by the last step and by a second request. Safe to call twice. */
  flush(): Promise<void>;
  exit(code: number): void;
}

/** A signal this soon after the first is the same one: a terminal gives it to all its processes, and npm passes it on once more. */
const sameSignalMs = 100;
const flushing = "flush the store";

type Outcome = { readonly outcome: "done" | "late" } | { readonly outcome: "failed"; readonly err: unknown };

async function withLimit(ambient: Pick<Ambient, "after">, limitMs: number, run: () => Promise<void> | void): Promise<Outcome> {
  return new Promise((resolve) => {
    const timer = ambient.after(limitMs, () => resolve({ outcome: "late" }));
    const end = (outcome: Outcome) => {
      timer.cancel();
      resolve(outcome);
    };
    Promise.resolve()
      .then(run)
      .then(
        () => end({ outcome: "done" }),
        (err: unknown) => end({ outcome: "failed", err }),
      );
  });
}

export function createStop(settings: StopSettings): Stop {
  const { ambient, log, steps, wholeMs, hurryMs, flush, exit } = settings;
  let signals = 0;
  let firstSignalAt = 0;
  let begun = false;
  let left = false;

  function leave(code: number): void {
    if (left) return;
    left = true;
    exit(code);
  }

  /** True when it was done in time. */
  async function isDone(step: StopStep): Promise<boolean> {
    const { name, limitMs } = step;
    const ended = await withLimit(ambient, limitMs, () => step.run());
    if (ended.outcome === "done") return true;
    log.warn({ step: name, ...ended, limitMs }, "a step of the stop did not finish");
    return false;
  }

  async function runAll(reason: string): Promise<void> {
    const startedAt = ambient.monotonicMs();
    log.info({ reason }, "stopping");
    for (const step of steps) await isDone(step);
    const isFlushed = await isDone({ name: flushing, limitMs: wholeMs, run: flush });
    log.info({ reason, tookMs: Math.round(ambient.monotonicMs() - startedAt) }, "stopped");
    leave(isFlushed ? 0 : 1);
  }

  function begin(reason: string): void {
    if (begun) return;
    begun = true;
    ambient.after(wholeMs, () => {
      log.error({ wholeMs }, "the stop took too long, leaving");
      leave(1);
    });
    void runAll(reason);
  }

  return {
    stopping: () => begun,
    begin,
    request(reason) {
      const at = ambient.monotonicMs();
      if (signals === 1 && at - firstSignalAt < sameSignalMs) return;
      signals += 1;
      if (signals === 1) {
        firstSignalAt = at;
        begin(reason);
      }
      if (signals === 2) {
        log.warn({ reason }, "asked twice, leaving at once");
        void isDone({ name: flushing, limitMs: hurryMs, run: flush }).then((isFlushed) => leave(isFlushed ? 0 : 1));
      }
    },
  };
}
