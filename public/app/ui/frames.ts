// One loop for everything that moves with time. It draws when something would look otherwise than it does, not sixty times a second,
// which would empty a phone's battery; and it stands still when nothing asks for it.
import type { Env } from "../device/env.ts";

export interface Frames {
  /** Calls `draw` with the next frame and again as soon as what it drew has lasted as long as it answered, ms, until the answer is called. */
  readonly each: (draw: () => number) => () => void;
}

/** What lasts no longer than a frame is drawn with the next one: a timer would be late for it. */
const frameMs = 17;

export function createFrames(host: Pick<Window, "requestAnimationFrame">, after: Env["after"]): Frames {
  const draws = new Set<() => number>();
  let isAsked = false;
  let cancel: (() => void) | null = null;
  const ask = (): void => {
    cancel?.();
    cancel = null;
    if (!isAsked) host.requestAnimationFrame(turn);
    isAsked = true;
  };
  const turn = (): void => {
    isAsked = false;
    const lasts = Array.from(draws, (draw) => draw());
    const soonest = Math.min(...lasts);
    if (soonest <= frameMs) ask();
    else if (soonest < Number.POSITIVE_INFINITY) cancel = after(soonest, ask);
  };
  return {
    each(draw) {
      draws.add(draw);
      ask();
      return () => {
        draws.delete(draw);
      };
    },
  };
}
