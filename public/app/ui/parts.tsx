// Small parts that several screens are made of.
import type { ComponentChildren, JSX } from "preact";
import type { Words } from "../model/offer.ts";
import { useApp } from "../app-context.ts";
import { Icon, type IconName } from "./icons.tsx";

export function IconButton({
  name,
  label,
  onClick,
  off = false,
  busy = false,
}: {
  readonly name: IconName;
  readonly label: string;
  readonly onClick: () => void;
  /** Not possible now. */
  readonly off?: boolean;
  /** On its way: it keeps the focus, and does nothing. */
  readonly busy?: boolean;
}): JSX.Element {
  return (
    <button type="button" class="icon" aria-label={label} title={label} disabled={off} aria-disabled={busy} onClick={onClick}>
      <Icon name={name} />
    </button>
  );
}

/** The state of the line to the server: a dot, with words for those who do not see it. */
export function LineDot(): JSX.Element {
  const { session, speech } = useApp();
  const { link } = session.model.value;
  const word = speech.t(`link.${link}`);
  return (
    <span class="line-dot" data-link={link} role="status" title={word}>
      <span class="dot" aria-hidden="true" />
      <span class={link === "open" || link === "local" ? "sr" : "line-word"}>{word}</span>
    </span>
  );
}

export function useWords(): (words: Words) => string {
  const { speech } = useApp();
  return (words) => speech.t(words.key, words.params);
}

export function Field({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

/** A choice among a few, as one row of buttons. */
export function Segments<T extends string | number>(props: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onPick: (value: T) => void;
  /** Not to be changed now. */
  readonly off?: boolean;
}): JSX.Element {
  return (
    <fieldset class="segments" disabled={props.off ?? false}>
      <legend>{props.label}</legend>
      <div class="segment-row">
        {props.options.map((option) => (
          <button type="button" key={option.value} aria-pressed={option.value === props.value} onClick={() => props.onPick(option.value)}>
            {option.text}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export function Switch({
  label,
  on,
  onFlip,
  hint,
}: {
  readonly label: string;
  readonly on: boolean;
  readonly onFlip: (on: boolean) => void;
  readonly hint?: string;
}): JSX.Element {
  return (
    <label class="switch">
      <span>
        {label}
        {hint ? <em>{hint}</em> : null}
      </span>
      <input type="checkbox" role="switch" aria-checked={on} checked={on} onChange={(event) => onFlip(event.currentTarget.checked)} />
      <i aria-hidden="true" />
    </label>
  );
}

/** A number with a step to either side. */
export function Stepper(props: {
  readonly label: string;
  readonly text: string;
  readonly onStep: (direction: -1 | 1) => void;
  readonly min?: boolean;
  readonly max?: boolean;
}): JSX.Element {
  return (
    <div class="stepper">
      <span>{props.label}</span>
      <button type="button" aria-label={`${props.label} −`} disabled={props.min ?? false} onClick={() => props.onStep(-1)}>
        <Icon name="minus" size={18} />
      </button>
      <b class="num">{props.text}</b>
      <button type="button" aria-label={`${props.label} +`} disabled={props.max ?? false} onClick={() => props.onStep(1)}>
        <Icon name="plus" size={18} />
      </button>
    </div>
  );
}
