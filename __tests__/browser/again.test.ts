// The operator's pages ask again and again.
import { expect, test } from "vitest";
import { nowAndThen } from "../../public/admin/again.ts";
import { fakeEnv } from "./support/fake-env.ts";

test("what is asked for now and then is asked for again so long after the answer, however late it comes and whatever it is, until left", async () => {
  const { after, pass } = fakeEnv();
  const answers: ((error?: Error) => void)[] = [];
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => answers.push((error) => (error === undefined ? resolve() : reject(error))));
  const waits = async (ms: number): Promise<number> => {
    pass(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    return answers.length;
  };
  const stop = nowAndThen(after, { everyMs: 2_000, ask });
  expect([await waits(1_999), await waits(1), await waits(60_000)]).toEqual([0, 1, 1]);
  answers[0]?.(new Error("The server is busy."));
  expect([await waits(0), await waits(1_999), await waits(1)]).toEqual([1, 1, 2]);
  answers[1]?.();
  expect([await waits(0), await waits(2_000)]).toEqual([2, 3]);
  stop();
  answers[2]?.();
  expect([await waits(0), await waits(60_000)]).toEqual([3, 3]);
});
