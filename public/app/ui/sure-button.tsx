// The rows of a sheet. For what cannot be lightly undone there is one whose first tap asks and whose second does it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
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
  useEffect(() => (armed ? session.env.after(armedMs, () => setArmed(false)) : undefined), [armed, session]);
  return (
    <button
      type="button"
      class="row-button danger"
      data-armed={armed}
      onClick={() => {
        if (armed) onSure();
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
