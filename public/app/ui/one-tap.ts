// One tap gives one command: the second half of a double tap is never taken for what the button has come to mean by then, nor by a button
// that has just come under the finger; and a tap that repeats one whose answer is still on its way is none.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { type Command, oneTapMs } from "../model/offer.ts";

export interface OneTap {
  /** A command was given a moment ago, or the button has just come: it does nothing yet. */
  readonly resting: boolean;
  readonly give: (command: Command) => void;
}

export function useOneTap(): OneTap {
  const { session } = useApp();
  const [resting, setResting] = useState(true);
  const cancel = useRef<(() => void) | null>(null);
  const rest = (): void => {
    cancel.current = session.env.after(oneTapMs, () => {
      cancel.current = null;
      setResting(false);
    });
  };
  useLayoutEffect(() => {
    rest();
    return () => cancel.current?.();
  }, []);
  return {
    resting,
    give(command) {
      // The state above is drawn later than the next tap may come.
      if (cancel.current !== null) return;
      rest();
      setResting(true);
      session.giveAnswer(command);
    },
  };
}
