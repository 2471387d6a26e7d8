// The signals of a server, from the first moment on: what comes while it still starts is not lost, and ends nothing that must not end.
import type { Stop } from "./stop.ts";

interface Served {
  readonly stop: Pick<Stop, "request">;
  readonly reloadSecrets: () => void;
}

interface SignalParts {
  readonly process: Pick<NodeJS.Process, "on">;
  /** A terminal tells the whole family; a worker waits for the word from above. */
  readonly isWorker: boolean;
  exit(code: number): void;
}

/**
 * Gives what to call once there is a server. Until then a reload waits, and who is asked to stop leaves at once: nothing is acknowledged
 * yet. Process 1 of a container has to do that itself, because a signal it does not listen for is lost: it would start, and serve, until
 * it is killed with players on it.
 */
export function watchSignals({ process, isWorker, exit }: SignalParts): (served: Served) => void {
  let served: Served | null = null;
  let isReloadAsked = false;
  const leave = (signal: string) => (served === null ? exit(0) : served.stop.request(signal));
  process.on("SIGTERM", () => leave("SIGTERM"));
  process.on("SIGINT", () => (isWorker ? undefined : leave("SIGINT")));
  process.on("SIGHUP", () => {
    if (served === null) isReloadAsked = true;
    else served.reloadSecrets();
  });
  return (server) => {
    served = server;
    if (isReloadAsked) server.reloadSecrets();
  };
}
