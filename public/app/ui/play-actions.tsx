// The row under the great button: what else can be done right now.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { Table } from "../model/model.ts";
import { useActs } from "./acts.ts";
import { Icon } from "./icons.tsx";

export function PlayActions({ table }: { readonly table: Table }): JSX.Element {
  const { seat } = useApp().session.model.value;
  const acts = useActs(table);
  const ownTurn = table.status === "running" && seat !== null && table.activePlayer === seat;
  return (
    <div class="more">
      {[ownTurn ? acts.ask : acts.interrupt, acts.damage, acts.dice, acts.undo].map(({ icon, word, off, busy, act }) => (
        <button type="button" key={icon} onClick={act} disabled={off} aria-disabled={busy} data-action={icon}>
          <Icon name={icon} size={18} />
          <span>{word}</span>
        </button>
      ))}
    </div>
  );
}
