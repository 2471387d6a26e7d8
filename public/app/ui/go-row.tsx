// The great button where no row of acts stands under it, with undo beside it: a game ended or reset by mistake is one tap away.
import type { JSX } from "preact";
import type { Table } from "../model/model.ts";
import { offerFor } from "../model/offer.ts";
import type { Standing } from "../model/table-questions.ts";
import { useActs } from "./acts.ts";
import { GreatButton } from "./great-button.tsx";
import { Icon } from "./icons.tsx";

export function GoRow({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element {
  const { icon, word, off, busy, act } = useActs(table).undo;
  return (
    <div class="go-row">
      <GreatButton offer={offerFor(table, who, who.seat)} />
      {off ? null : (
        <div class="more">
          <button type="button" aria-disabled={busy} data-action={icon} onClick={act}>
            <Icon name={icon} size={18} />
            <span>{word}</span>
          </button>
        </div>
      )}
    </div>
  );
}
