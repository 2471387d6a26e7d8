// Damage with its source: who takes it, who deals it, how much, and whether a commander did.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits } from "../../../lib/game/limits.ts";
import { type Blow, changedBlow, damageCommand, damageFrom, firstBlow } from "../model/damage.ts";
import type { Table } from "../model/model.ts";
import { playerOf, type Standing, standing } from "../model/table-questions.ts";
import { meantTable } from "../model/values.ts";
import { SeatShape } from "../ui/icons.tsx";
import { Segments } from "../ui/parts.tsx";
import { StepButton } from "../ui/tally.tsx";
import { seatTint } from "../ui/tint.ts";

export function DamageSheet(): JSX.Element | null {
  const { session } = useApp();
  const { table, outbox } = session.model.value;
  if (!table) return null;
  return <DamageForm table={meantTable(table, outbox)} who={standing(session.model.value)} />;
}

function DamageForm({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const [blow, setBlow] = useState<Blow>(() => firstBlow(table, who));
  const change = (part: Partial<Blow>): void => setBlow((old) => changedBlow(old, part));
  const most = limits.commanderDamage.max;
  const step = (by: number): void => setBlow((old) => ({ ...old, amount: Math.min(most, Math.max(1, old.amount + by)) }));
  const command = damageCommand(table, blow);
  const takers = table.players.filter((p) => !p.isEliminated && (who.host || p.id === who.seat)).map((p) => p.id);
  const dealers = table.players.filter((p) => p.id !== blow.to).map((p) => p.id);
  return (
    <div class="form">
      {takers.length > 1 ? (
        <SeatPick label={t("damage.to")} table={table} seats={takers} value={blow.to} onPick={(to) => to !== null && change({ to })} />
      ) : null}
      <SeatPick
        label={t("damage.from")}
        table={table}
        seats={dealers}
        value={blow.from}
        none={t("damage.nobody")}
        onPick={(from) => change({ from })}
      />
      {blow.from === null ? null : (
        <Segments
          label={t("damage.kind")}
          value={blow.kind}
          options={(["plain", "first", "partner"] as const).map((value) => ({ value, text: t(`damage.${value}`) }))}
          onPick={(kind) => change({ kind })}
        />
      )}
      <div class="amount">
        <StepButton sign={-1} label={t("value.less", { name: t("damage.amount") })} onStep={step} />
        <b class="num">{blow.amount}</b>
        <StepButton sign={1} label={t("value.more", { name: t("damage.amount") })} onStep={step} />
      </div>
      {blow.kind === "plain" ? null : <p class="hint num">{t("damage.total", { n: damageFrom(table, blow) + blow.amount })}</p>}
      <button
        type="button"
        class="go go-short"
        data-act="damage"
        onClick={() => {
          session.give(command);
          sheet.value = null;
        }}
      >
        {t("damage.apply", { count: blow.amount })}
      </button>
    </div>
  );
}

interface PickProps {
  readonly label: string;
  readonly table: Table;
  readonly seats: readonly SeatId[];
  readonly value: SeatId | null;
  readonly none?: string;
  readonly onPick: (seat: SeatId | null) => void;
}

/** A seat among some, each with its shape. */
function SeatPick({ label, table, seats, value, none, onPick }: PickProps): JSX.Element {
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      <div class="segment-row">
        {seats.map((seat) => (
          <button
            type="button"
            key={seat}
            class="tint seat-pick"
            style={seatTint(table, seat)}
            aria-pressed={seat === value}
            onClick={() => onPick(seat)}
          >
            <SeatShape seat={seat} size={13} />
            <span dir="auto">{playerOf(table, seat)?.name}</span>
          </button>
        ))}
        {none ? (
          <button type="button" aria-pressed={value === null} onClick={() => onPick(null)}>
            {none}
          </button>
        ) : null}
      </div>
    </fieldset>
  );
}
