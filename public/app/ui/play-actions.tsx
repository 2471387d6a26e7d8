// The row under the great button: what else can be done right now.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { Table } from "../model/model.ts";
import { playerOf, standing } from "../model/table-questions.ts";
import { Icon, type IconName } from "./icons.tsx";

export function PlayActions({ table }: { readonly table: Table }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const who = standing(session.model.value);
  const me = playerOf(table, who.seat);
  const running = table.status === "running";
  const active = running && who.seat !== null && table.activePlayer === who.seat;
  const living = me !== undefined && !me.isEliminated;
  return (
    <div class="more">
      {active && table.targetingState !== "none" ? (
        <Action icon="close" word={t("action.cancelTargets")} onClick={() => session.give({ type: "cancelTargeting", data: {} })} />
      ) : active ? (
        <Action icon="target" word={t("action.target")} onClick={() => (sheet.value = { name: "targets" })} />
      ) : (
        <Action
          icon="bolt"
          word={t("action.interrupt")}
          off={!(running && living)}
          onClick={() => session.give({ type: "interrupt", data: {} })}
        />
      )}
      <Action icon="sword" word={t("action.damage")} off={!living && !who.host} onClick={() => (sheet.value = { name: "damage" })} />
      <Action icon="dice" word={t("action.dice")} onClick={() => (sheet.value = { name: "dice" })} />
      <Action icon="undo" word={t("action.undo")} onClick={() => session.give({ type: "undo", data: {} })} />
    </div>
  );
}

function Action({
  icon,
  word,
  onClick,
  off = false,
}: {
  readonly icon: IconName;
  readonly word: string;
  readonly onClick: () => void;
  readonly off?: boolean;
}): JSX.Element {
  return (
    <button type="button" onClick={onClick} disabled={off} data-action={icon}>
      <Icon name={icon} size={18} />
      <span>{word}</span>
    </button>
  );
}
