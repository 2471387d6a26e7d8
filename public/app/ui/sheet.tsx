// A sheet over the screen: the browser's own dialog, so that focus, Escape and the rest of the page behave.
// What lies under it is dark, dead and not read out: short messages and what is said aloud have their place in it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { IconButton } from "./parts.tsx";
import { LiveRegion } from "./announcer.tsx";
import { Toasts } from "./toasts.tsx";
import { quietTint, seatTint, tintOf } from "./tint.ts";

export function SheetFrame({
  title,
  children,
  onClose,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}): JSX.Element {
  const root = useRef<HTMLDialogElement>(null);
  const { speech, session } = useApp();
  const { table, seat } = session.model.value;
  const tint = table === null ? tintOf(quietTint) : seatTint(table, seat ?? table.activePlayer);
  useEffect(() => {
    const dialog = root.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      // Of a sheet too long for the screen the browser would give the keys to what scrolls, not to what can be pressed.
      dialog.querySelector("button")?.focus({ preventScroll: true });
    }
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a tap beside the sheet closes it; keys have Escape and the close button.
    <dialog
      class="sheet tint"
      style={tint}
      ref={root}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === root.current) onClose();
      }}
    >
      <div class="sheet-body">
        <header class="sheet-head">
          <h2>{title}</h2>
          <IconButton name="close" label={speech.t("common.close")} onClick={onClose} />
        </header>
        {children}
      </div>
      <LiveRegion />
      <Toasts />
    </dialog>
  );
}
