// One tap gives one command: the second half of a double tap is never taken for what the button has come to mean by then, and a tap that
// repeats one whose answer is still on its way is none.
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { type Command, oneTapMs } from "../model/offer.ts";

export interface OneTap {
  /** A command was given a moment ago: the button does nothing yet. */
  readonly resting: boolean;
  readonly give: (command: Command) => void;
}

export function useOneTap(): OneTap {
  const { session } = useApp();
  const [resting, setResting] = useState(false);
  const cancel = useRef<(() => void) | null>(null);
  useEffect(() => () => cancel.current?.(), []);
  return {
    resting,
    give(command) {
      // The state above is drawn later than the next tap may come.
      if (cancel.current !== null) return;
      cancel.current = session.env.after(oneTapMs, () => {
        cancel.current = null;
        setResting(false);
      });
      setResting(true);
      session.giveAnswer(command);
    },
  };
}
