// Waits for something outside this process to become true, by asking again and again up to a limit.

type NotYet = null | false;

/** Asks every 50 ms, until the answer is neither null nor false. Rejects with `what` and the last answer after `limitMs`. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | NotYet> | T | NotYet,
  limitMs = 10_000,
): Promise<Exclude<T, NotYet>> {
  const from = performance.now();
  let last = "";
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== false) return answer as Exclude<T, NotYet>;
      last = "not yet";
    } catch (error) {
      last = String(error);
    }
    if (performance.now() - from > limitMs) throw new Error(`${what}: not within ${limitMs} ms (${last})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
