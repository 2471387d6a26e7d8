// Starts the writer thread and carries messages to and from it. Knows nothing of what they mean, except how a start ends.
import { Worker } from "node:worker_threads";
import { oneLine } from "./sqlite-disk.ts";
import type { Opened, WriterReply, WriterRequest, WriterSettings } from "./sqlite-messages.ts";

/** The store may not be opened; `message` is one line that says why and what to do. */
export class StartRefused extends Error {}

export interface ThreadListener {
  onReply(reply: WriterReply): void;
  /** The thread ended without having been asked to. */
  onDeath(message: string): void;
}

export class WriterThread {
  readonly #worker: Worker;
  #listener: ThreadListener | null = null;
  #isEnding = false;
  #early: WriterReply[] = [];

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when the gate is passed, rejects with StartRefused when it is not. */
  static start(settings: WriterSettings): Promise<{ readonly thread: WriterThread; readonly opened: Opened }> {
    const file = import.meta.url.endsWith(".ts") ? "./sqlite-writer.ts" : "./sqlite-writer.js";
    const worker = new Worker(new URL(file, import.meta.url), { workerData: settings, name: "sqlite-writer" });
    const thread = new WriterThread(worker);
    return new Promise((resolve, reject) => {
      const refuse = (message: string) => {
        thread.#isEnding = true;
        void worker.terminate().then(() => reject(new StartRefused(message)));
      };
      worker.on("message", (reply: WriterReply) => {
        if (reply.kind === "opened") resolve({ thread, opened: reply.opened });
        else if (reply.kind === "refused") refuse(reply.message);
        else if (thread.#listener === null) thread.#early.push(reply);
        else thread.#listener.onReply(reply);
      });
      let cause = "";
      worker.on("error", (error) => {
        cause = oneLine(error);
      });
      worker.on("exit", (code) => {
        if (thread.#isEnding) return;
        reject(new StartRefused(`The writer thread ended while starting: ${cause || `exit code ${code}`}.`));
        thread.#listener?.onDeath(cause || `exit code ${code}`);
      });
    });
  }

  listen(listener: ThreadListener): void {
    this.#listener = listener;
    for (const reply of this.#early.splice(0)) listener.onReply(reply);
  }

  send(request: WriterRequest): void {
    this.#worker.postMessage(request);
  }

  /** Lets the thread finish, fold its log into the data file and end. */
  async close(): Promise<void> {
    this.#isEnding = true;
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.send({ close: true });
    await ended;
  }

  async terminate(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
  }
}
