// A process that is busy: in its next timer nothing else is done in it for a while, and others go on.
import { setImmediate, setTimeout } from "node:timers/promises";

/** What was sent before has left by then. `first` and `last` are done in the same turn, before and after. */
export async function heldUp(ms: number, first: () => void, last: () => void = () => {}): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  await setTimeout();
  first();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  last();
}
