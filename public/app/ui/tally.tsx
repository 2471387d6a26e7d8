// A number with a minus and a plus: a tap is one, a held button is ten, and a bubble tells the sum of what was just changed.
// Taps are gathered for a moment and sent as one change, so that one undo takes back what felt like one thing.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import { stepCommand, stepped, type ValueName, valueFor } from "../model/values.ts";
import { counterWord } from "./counter-word.ts";
import { Icon } from "./icons.tsx";

const gatherMs = 500;
const holdMs = 450;
const bubbleMs = 1_800;

interface Tally {
  readonly value: number;
  /** The sum of the last change, while it is shown. */
  readonly bubble: number | null;
  readonly bubbleKey: number;
  readonly step: (by: number) => void;
}

export function useTally(seat: SeatId, name: ValueName): Tally {
  const { session } = useApp();
  const [gathered, setGathered] = useState(0);
  const [bubble, setBubble] = useState<{ readonly sum: number; readonly key: number } | null>(null);
  const waiting = useRef<{ sum: number; cancel: () => void } | null>(null);
  const cancelBubble = useRef<(() => void) | null>(null);
  const known = valueFor(session.model.value, seat, name);

  const flush = (): void => {
    const last = waiting.current;
    waiting.current = null;
    last?.cancel();
    // From what it is by now: somebody else may have changed it since the first of these taps.
    const command = stepCommand(session.model.peek(), { seat, name }, last?.sum ?? 0);
    if (command !== null) session.give(command);
    setGathered(0);
  };

  useEffect(() => {
    const onHide = (): void => flush();
    addEventListener("pagehide", onHide);
    document.addEventListener("visibilitychange", onHide);
    return () => {
      removeEventListener("pagehide", onHide);
      document.removeEventListener("visibilitychange", onHide);
      cancelBubble.current?.();
      flush();
    };
  }, [seat, name]);

  const step = (by: number): void => {
    const now = valueFor(session.model.peek(), seat, name);
    const before = waiting.current?.sum ?? 0;
    const sum = stepped(name, now + before, by) - now;
    waiting.current?.cancel();
    waiting.current = { sum, cancel: session.env.after(gatherMs, flush) };
    setGathered(sum);
    setBubble((b) => ({ sum: (b?.sum ?? 0) + (sum - before), key: (b?.key ?? 0) + 1 }));
    cancelBubble.current?.();
    cancelBubble.current = session.env.after(bubbleMs, () => setBubble(null));
  };

  const value = stepped(name, known, gathered);
  return { value, bubble: bubble && bubble.sum !== 0 ? bubble.sum : null, bubbleKey: bubble?.key ?? 0, step };
}

/** A button that steps by one when tapped and by ten while it is held. */
export function StepButton({
  sign,
  label,
  onStep,
}: {
  readonly sign: 1 | -1;
  readonly label: string;
  readonly onStep: (by: number) => void;
}): JSX.Element {
  const { session } = useApp();
  const held = useRef(false);
  const cancel = useRef<(() => void) | null>(null);
  const again = (): void => {
    held.current = true;
    onStep(10 * sign);
    cancel.current = session.env.after(holdMs, again);
  };
  const release = (): void => {
    cancel.current?.();
    cancel.current = null;
  };
  // A finger that holds it while it is taken away is lifted somewhere else.
  useEffect(() => release, []);
  return (
    <button
      type="button"
      class="step"
      aria-label={label}
      onPointerDown={(event) => {
        event.stopPropagation();
        held.current = false;
        cancel.current = session.env.after(holdMs, again);
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onClick={(event) => {
        event.stopPropagation();
        if (!held.current) onStep(sign);
        held.current = false;
      }}
    >
      <Icon name={sign > 0 ? "plus" : "minus"} size={20} />
    </button>
  );
}

/** Minus, number, plus, with its name above. */
export function Counter({ seat, name }: { readonly seat: SeatId; readonly name: ValueName }): JSX.Element {
  const { speech } = useApp();
  const tally = useTally(seat, name);
  const word = counterWord(speech.t, name);
  return (
    <div class="val" data-value={name}>
      <span class="val-name">{word}</span>
      <StepButton sign={-1} label={speech.t("value.less", { name: word })} onStep={tally.step} />
      <b class="num" aria-live="off" data-long={String(tally.value).length > 3}>
        {tally.value}
      </b>
      <StepButton sign={1} label={speech.t("value.more", { name: word })} onStep={tally.step} />
      <Bubble tally={tally} />
    </div>
  );
}

export function Bubble({ tally }: { readonly tally: Tally }): JSX.Element | null {
  if (tally.bubble === null) return null;
  return (
    <span class="bubble num" key={tally.bubbleKey} aria-hidden="true">
      {tally.bubble > 0 ? `+${tally.bubble}` : `−${-tally.bubble}`}
    </span>
  );
}
