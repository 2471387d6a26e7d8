// Asking the server again and again, never before it has answered: of one that is slow each page would else ask ever more at once.

/** Calls after so long unless told otherwise. */
export type After = (ms: number, call: () => void) => () => void;

export const after: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

/** Whoever waits for an answer before he asks again must not wait for ever. */
export const patienceMs = 10_000;

interface Ask {
  readonly everyMs: number;
  readonly ask: () => Promise<void>;
}

/** The next time begins so long after the last one is over, however it went. Gives how to stop. */
export function nowAndThen(later: After, { everyMs, ask }: Ask): () => void {
  let isOver = false;
  let cancel: () => void = () => undefined;
  const again = (): void => {
    if (!isOver)
      cancel = later(
        everyMs,
        () =>
          void ask()
            .catch(() => undefined)
            .then(again),
      );
  };
  again();
  return () => {
    isOver = true;
    cancel();
  };
}
