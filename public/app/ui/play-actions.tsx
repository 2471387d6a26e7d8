// The row under the great button: what else can be done right now.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { Table } from "../model/model.ts";
import { type ActName, useActs } from "./acts.ts";
import { Icon } from "./icons.tsx";

/** `great`: what the great button does for this page's own seat; the row offers nothing of it once more. */
export function PlayActions({ table, great }: { readonly table: Table; readonly great: string | null }): JSX.Element {
  const { seat } = useApp().session.model.value;
  const acts = useActs(table);
  const ownTurn = table.status === "running" && seat !== null && table.activePlayer === seat;
  const names: readonly ActName[] = [ownTurn || great === "interrupt" ? "ask" : "interrupt", "damage", "dice", "undo"];
  return (
    <div class="more">
      {names.map((name) => {
        const { icon, word, off, busy, act } = acts[name];
        // Asking and stopping to ask are one button: the keys come back to it from its sheet.
        return (
          <button type="button" key={name} onClick={act} disabled={off} aria-disabled={busy} data-action={icon}>
            <Icon name={icon} size={18} />
            <span>{word}</span>
          </button>
        );
      })}
    </div>
  );
}
