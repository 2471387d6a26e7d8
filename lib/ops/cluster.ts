// WORKERS=n: one process that starts n servers sharing a port, starts those again that die, and adds up what they say of themselves.
// It serves no game and holds no state of one; any worker may serve any game, because all of them share a store.
import cluster, { type Worker } from "node:cluster";
import type { Ambient } from "./ambient.ts";
import type { SecretSource } from "./config.ts";
import type { Level } from "./health.ts";
import type { RootLog } from "./log.ts";
import { WorkerFigures } from "./metrics-workers.ts";
import { ignoreGone, tellMs, type ToPrimary, type ToWorker } from "./worker.ts";

export interface PrimarySettings {
  readonly workers: number;
  /** Each worker is called this, with its place behind it. */
  readonly name: string;
  readonly ambient: Ambient;
  readonly log: RootLog;
  /** Each worker is given what is good in it. */
  readonly secrets: SecretSource;
  exit(code: number): void;
}

const respawnMsMin = 200;
const respawnMsMax = 10_000;
/** A worker that dies this soon after it was ready, or before, died quickly. */
const quickMs = 10_000;
/** Quick deaths in a row, of one of them, after which starting again is pointless. */
const quickDeathsMax = 5;
/** Looks, one every `tellMs`, without a word from a worker: then it is told as not answering, and later it is stuck for good. */
const silentLooks = 5;
const stuckLooks = 30;
/** Looks at one that is not ready yet: twice the longest that LIMIT_REDIS_START_MS lets a start wait. A shared store is not migrated. */
const startLooks = 600;
/** For the figures of each worker. Who scrapes has less patience, often, than a worker has for those of all. */
const figuresMs = 1_000;

interface Place {
  readonly name: string;
  worker: Worker | null;
  readyAt: number | null;
  /** Looks since its last word; before it is ready, since its start: one that never serves may have much to say. */
  unheard: number;
  /** In a row. */
  quickDeaths: number;
  /** SIGHUP came while it was starting. */
  isReloadDue: boolean;
  status: Level;
  problems: readonly string[];
}

/** Starts the workers and keeps them running until told to stop. */
export function runPrimary(settings: PrimarySettings): void {
  new Primary(settings).start();
}

class Primary {
  readonly #settings: PrimarySettings;
  readonly #places: readonly Place[];
  readonly #figures = new WorkerFigures();
  /** Questions for figures that wait for answers, by number. */
  readonly #asked = new Map<number, (place: Place) => void>();
  #serial = 0;
  #isStopping = false;
  #exitCode = 0;

  constructor(settings: PrimarySettings) {
    this.#settings = settings;
    this.#places = Array.from({ length: settings.workers }, (_, place): Place => {
      const name = `${settings.name}-w${place + 1}`;
      return { name, worker: null, readyAt: null, unheard: 0, quickDeaths: 0, isReloadDue: false, status: "healthy", problems: [] };
    });
  }

  start(): void {
    for (const place of this.#places) this.#fork(place);
    this.#settings.ambient.every(tellMs, () => {
      for (const place of this.#places) this.#lookAt(place);
      this.#tell();
    });
    process.on("SIGTERM", () => this.#stop(0));
    process.on("SIGINT", () => this.#stop(0));
    process.on("SIGHUP", () => {
      // Whether they are good is told by each worker.
      this.#settings.secrets.reload();
      for (const place of this.#places) this.#reload(place);
    });
  }

  #each(use: (worker: Worker) => void): void {
    for (const { worker } of this.#places) if (worker?.isConnected()) use(worker);
  }

  /** A worker that only just starts would be ended by the signal. */
  #reload(place: Place): void {
    place.isReloadDue = place.readyAt === null;
    if (!place.isReloadDue) place.worker?.process.kill("SIGHUP");
  }

  #fork(place: Place): void {
    // To itself a worker is one server; what must hold of several has been checked here.
    const worker = cluster.fork({ INSTANCE_ID: place.name, WORKERS: "1" });
    Object.assign(place, { worker, readyAt: null, unheard: 0, status: "degraded", problems: [`Worker ${place.name} is starting.`] });
    worker.on("message", (message: ToPrimary) => this.#heard(place, worker, message));
    this.#giveSecrets(place, worker);
    worker.on("exit", (code, signal) => this.#died(place, code, signal));
    // Without memory or a process to spare none is made, and no end is told.
    worker.on("error", (error) => {
      this.#settings.log.error({ worker: place.name, err: error }, "a worker cannot be started or spoken to");
      if (worker.process.pid === undefined) this.#died(place, 1, "not started");
    });
  }

  /** A file that has gone bad since the start must not keep a worker from coming back. */
  #giveSecrets({ name }: Place, worker: Worker): void {
    const { secrets, log } = this.#settings;
    const problems = secrets.reload();
    if (problems.length > 0) log.error({ worker: name, problems }, "the secrets are not good; a worker is given those that were good last");
    if (worker.isConnected()) worker.send({ tarp: "secrets", secrets: secrets.current() } satisfies ToWorker, ignoreGone);
  }

  #heard(place: Place, worker: Worker, message: ToPrimary): void {
    // The last words of one that is dead.
    if (place.worker !== worker) return;
    if (message.tarp === "ready") place.readyAt = this.#settings.ambient.monotonicMs();
    if (place.readyAt !== null) place.unheard = 0;
    if (message.tarp === "ready") {
      if (place.isReloadDue) this.#reload(place);
    } else if (message.tarp === "figures") {
      this.#figures.told(place.name, message.figures);
      this.#asked.get(message.id)?.(place);
    } else if (message.tarp === "health") Object.assign(place, { status: message.status, problems: message.problems });
    else if (message.tarp === "metrics") void this.#sendMetrics(worker, message.id);
    else if (message.tarp === "drain") this.#drain();
  }

  async #sendMetrics(worker: Worker, id: number): Promise<void> {
    await this.#askFigures();
    const text = await this.#figures.text().catch((error: unknown) => {
      this.#settings.log.error({ err: error }, "the metrics of the workers cannot be added up");
      return null;
    });
    if (text === null) return;
    if (worker.isConnected()) worker.send({ tarp: "metrics", id, text } satisfies ToWorker, ignoreGone);
  }

  /** Asks everybody who serves. Who does not answer in time is counted with what it said before. */
  #askFigures(): Promise<void> {
    this.#serial += 1;
    const id = this.#serial;
    return new Promise((answered) => {
      const end = () => {
        timer.cancel();
        this.#asked.delete(id);
        answered();
      };
      const timer = this.#settings.ambient.after(figuresMs, end);
      const waited = new Set<Place>();
      this.#asked.set(id, (place) => {
        waited.delete(place);
        if (waited.size === 0) end();
      });
      for (const place of this.#places) {
        if (place.readyAt === null || place.worker?.isConnected() !== true) continue;
        waited.add(place);
        place.worker.send({ tarp: "figures", id } satisfies ToWorker, ignoreGone);
      }
    });
  }

  /** Counts looks instead of time: while this process was held itself, it was not the worker who was silent. */
  #lookAt(place: Place): void {
    const { name, worker, readyAt } = place;
    if (worker === null) return;
    place.unheard += 1;
    if (readyAt === null) {
      if (place.unheard !== startLooks) return;
      this.#settings.log.error({ worker: name }, "a worker has not become ready in ten minutes; ending it");
      worker.process.kill("SIGKILL");
      return;
    }
    if (place.unheard === silentLooks) Object.assign(place, { status: "degraded", problems: [`Worker ${name} does not answer.`] });
    if (place.unheard !== stuckLooks) return;
    this.#settings.log.error({ worker: name }, "a worker has been silent for half a minute; ending it");
    worker.process.kill("SIGKILL");
  }

  #died(place: Place, code: number, signal: string): void {
    const { ambient, log } = this.#settings;
    const { readyAt } = place;
    Object.assign(place, { worker: null, readyAt: null });
    if (this.#isStopping) this.#figures.ended(place.name);
    else this.#figures.lost(place.name);
    for (const answered of [...this.#asked.values()]) answered(place);
    const problem = `Worker ${place.name} ended (${signal ?? `code ${code}`}).`;
    Object.assign(place, { status: "unhealthy", problems: [problem] });
    // At once: a worker can be back before the next regular word.
    this.#tell();
    if (this.#isStopping) {
      // One that was still starting knows no other way to end than the signal.
      if (code !== 0 && signal !== "SIGTERM") this.#exitCode = 1;
      return this.#leaveWhenAlone();
    }
    const isQuick = readyAt === null || ambient.monotonicMs() - readyAt < quickMs;
    place.quickDeaths = isQuick ? place.quickDeaths + 1 : 0;
    if (place.quickDeaths >= quickDeathsMax) {
      log.error({ worker: place.name, code, signal }, "workers die as soon as they start; giving up");
      return this.#stop(1);
    }
    const delayMs = isQuick ? Math.min(respawnMsMax, respawnMsMin * 2 ** place.quickDeaths) : respawnMsMin;
    log.error({ worker: place.name, code, signal, delayMs }, "a worker ended; starting another");
    ambient.after(delayMs, () => {
      if (!this.#isStopping) this.#fork(place);
    });
  }

  #stop(code: number): void {
    this.#exitCode = Math.max(this.#exitCode, code);
    this.#isStopping = true;
    this.#each((worker) => void worker.process.kill("SIGTERM"));
    this.#leaveWhenAlone();
  }

  /** As often as the operator likes, and before a signal: neither may look to a worker like a second signal, which hurries. */
  #drain(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const { worker, readyAt } of this.#places) {
      if (worker?.isConnected() !== true) continue;
      if (readyAt === null) worker.process.kill("SIGTERM");
      else worker.send({ tarp: "drain" } satisfies ToWorker, ignoreGone);
    }
    this.#leaveWhenAlone();
  }

  #leaveWhenAlone(): void {
    if (this.#places.every(({ worker }) => worker === null)) this.#settings.exit(this.#exitCode);
  }

  /** Each worker's own page says how all of them are. */
  #tell(): void {
    const problems = this.#places.filter(({ status }) => status !== "healthy").flatMap((place) => place.problems);
    const problem = problems.length === 0 ? null : problems.join(" ");
    this.#each((worker) => void worker.send({ tarp: "problem", problem } satisfies ToWorker, ignoreGone));
  }
}
