// The rows of a sheet. For what cannot be lightly undone there is one whose first tap asks and whose second does it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { oneTapMs } from "../model/offer.ts";
import { Icon, type IconName } from "./icons.tsx";

const armedMs = 3_000;

export function SureButton({
  icon,
  word,
  onSure,
}: {
  readonly icon: IconName;
  readonly word: string;
  readonly onSure: () => void;
}): JSX.Element {
  const { session, speech } = useApp();
  const [armed, setArmed] = useState(false);
  // The second half of a double tap is not the answer to a question that nobody has read.
  const [resting, setResting] = useState(false);
  useEffect(() => (armed ? session.env.after(armedMs, () => setArmed(false)) : undefined), [armed, session]);
  useEffect(() => (resting ? session.env.after(oneTapMs, () => setResting(false)) : undefined), [resting, session]);
  return (
    <button
      type="button"
      class="row-button danger"
      data-armed={armed}
      aria-disabled={resting}
      onClick={() => {
        if (resting) return;
        if (armed) onSure();
        setResting(!armed);
        setArmed(!armed);
      }}
    >
      <Icon name={icon} />
      <span>{armed ? speech.t("menu.sure") : word}</span>
    </button>
  );
}

export function RowButton({
  icon,
  word,
  note,
  onClick,
}: {
  readonly icon: IconName;
  readonly word: string;
  readonly note?: string;
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" class="row-button" onClick={onClick}>
      <Icon name={icon} />
      <span>{word}</span>
      {note ? <em>{note}</em> : null}
    </button>
  );
}
