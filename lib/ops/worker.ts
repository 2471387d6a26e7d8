// One of several servers that share a port: what it says to the process above it (cluster.ts), and is told.
import cluster from "node:cluster";
import type { Ambient } from "./ambient.ts";
import type { Secrets } from "./config.ts";
import type { Level } from "./health.ts";
import type { Figure } from "./metrics-workers.ts";

/** What a worker and the process above it say to each other. */
export type ToPrimary =
  | { readonly tarp: "ready" }
  | { readonly tarp: "health"; readonly status: Level; readonly problems: readonly string[] }
  | { readonly tarp: "metrics"; readonly id: number }
  | { readonly tarp: "figures"; readonly id: number; readonly figures: readonly Figure[] }
  | { readonly tarp: "drain" };
export type ToWorker =
  | { readonly tarp: "secrets"; readonly secrets: Secrets }
  | { readonly tarp: "problem"; readonly problem: string | null }
  | { readonly tarp: "metrics"; readonly id: number; readonly text: string }
  | { readonly tarp: "figures"; readonly id: number }
  | { readonly tarp: "drain" };

/** A worker says how it is, and is told how all are, this often. */
export const tellMs = 1_000;
/** For the metrics of all workers. */
const metricsMs = 5_000;

/** A worker's first word from above lies ready when it listens. One that some other program has made waits in vain. */
const secretsMs = 5_000;

/** Who leaves between the look and the word misses nothing; without this the word's failure would end the process. */
export function ignoreGone(): void {}

export const isWorker = (): boolean => cluster.isWorker;

/** The secrets that were good last: their files may be bad by now. Null for a server that runs by itself. */
export function secretsFromAbove(ambient: Pick<Ambient, "after">): Promise<Secrets | null> {
  if (!cluster.isWorker) return Promise.resolve(null);
  return new Promise((resolve) => {
    const end = (secrets: Secrets | null) => {
      process.off("message", heard);
      timer.cancel();
      resolve(secrets);
    };
    const heard = (message: ToWorker) => {
      if (message.tarp === "secrets") end(message.secrets);
    };
    const timer = ambient.after(secretsMs, () => end(null));
    process.on("message", heard);
  });
}

/** The process above a worker. */
export interface Above {
  /** One plain sentence when some worker is not well. */
  problem(): string | null;
  /** The metrics of all workers, added up. Rejects when they do not come in time. */
  metricsText(): Promise<string>;
  /** Called when the process above asks for this worker's own metrics. */
  onAsked(figures: () => Promise<readonly Figure[]>): void;
  /** This worker serves now. */
  ready(): void;
  /** Ends all workers in order. One that left by itself would be started again. */
  drain(): void;
  /** Called when it is this worker's turn to leave in order. */
  onDrain(begin: () => void): void;
  /** Says once a second how this worker is, others left aside. */
  watch(report: () => { readonly status: Level; readonly problems: readonly string[] }): void;
}

/** For a worker; null for a server that runs by itself. */
export function connectAbove(ambient: Ambient): Above | null {
  if (!cluster.isWorker) return null;
  const asked = new Map<number, (text: string) => void>();
  let serial = 0;
  let problem: string | null = null;
  let begin: () => void = () => undefined;
  let figures: () => Promise<readonly Figure[]> = async () => [];
  const send = (message: ToPrimary) => void process.send?.(message, undefined, undefined, ignoreGone);
  process.on("message", (message: ToWorker) => {
    if (message.tarp === "problem") problem = message.problem;
    else if (message.tarp === "drain") begin();
    else if (message.tarp === "figures") {
      const { id } = message;
      // Without an answer it is counted with the one before.
      figures().then((own) => send({ tarp: "figures", id, figures: own }), ignoreGone);
    } else if (message.tarp === "metrics") {
      asked.get(message.id)?.(message.text);
      asked.delete(message.id);
    }
  });
  return {
    problem: () => problem,
    onAsked(own) {
      figures = own;
    },
    ready: () => send({ tarp: "ready" }),
    drain: () => send({ tarp: "drain" }),
    onDrain(heard) {
      begin = heard;
    },
    watch(report) {
      const tell = () => {
        const { status, problems } = report();
        send({ tarp: "health", status, problems });
      };
      ambient.every(tellMs, tell);
      tell();
    },
    metricsText() {
      serial += 1;
      const id = serial;
      return new Promise<string>((resolve, reject) => {
        const timer = ambient.after(metricsMs, () => {
          asked.delete(id);
          reject(new Error("The metrics of the workers did not come in time."));
        });
        asked.set(id, (text) => {
          timer.cancel();
          resolve(text);
        });
        send({ tarp: "metrics", id });
      });
    },
  };
}
