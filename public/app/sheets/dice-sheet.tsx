// Dice for everybody to see. The server rolls; alone on a device the device does.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { limits, within } from "../../../lib/game/limits.ts";
import { toastFor } from "../model/announce.ts";
import { diceCommand } from "../model/dice.ts";
import type { Model, Table } from "../model/model.ts";
import type { Command } from "../model/offer.ts";
import { standing } from "../model/table-questions.ts";
import { Icon } from "../ui/icons.tsx";

const dice = [4, 6, 8, 10, 12, 20, 100] as const;

export function DiceSheet(): JSX.Element {
  const { session, speech } = useApp();
  const [sides, setSides] = useState("20");
  const { t } = speech;
  const { happenings, table } = session.model.value;
  const commandFor = (n: number): Command | null => (table ? diceCommand(table, standing(session.model.value), n) : null);
  const roll = (n: number): void => {
    const command = commandFor(n);
    if (command) session.give(command);
  };
  const off = commandFor(2) === null;
  const own = Number(sides);
  const fits = !off && within(own, limits.diceSides);
  return (
    <div class="form">
      <div class="dice-grid">
        <button type="button" class="die" disabled={off} onClick={() => roll(2)}>
          {t("dice.coin")}
        </button>
        {dice.map((n) => (
          <button type="button" class="die num" key={n} disabled={off} aria-label={t("dice.roll", { n })} onClick={() => roll(n)}>
            {n}
          </button>
        ))}
      </div>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (fits) roll(own);
        }}
      >
        <label class="field">
          <span>{t("dice.any")}</span>
          <input class="num" inputMode="numeric" value={sides} maxLength={3} onInput={(event) => setSides(event.currentTarget.value)} />
        </label>
        <button type="submit" class="row-button" disabled={!fits}>
          <Icon name="dice" />
          {t("dice.title")}
        </button>
      </form>
      {table ? <LastRolls table={table} happenings={happenings} /> : null}
    </div>
  );
}

function LastRolls({ table, happenings }: { readonly table: Table; readonly happenings: Model["happenings"] }): JSX.Element | null {
  const { t } = useApp().speech;
  const last = happenings
    .filter((h) => h.event.type === "diceRolled")
    .slice(-3)
    .reverse();
  if (last.length === 0) return null;
  return (
    <div>
      <h3 class="section-title">{t("dice.last")}</h3>
      <ol class="log">
        {last.map((h) => {
          const words = toastFor(h.event, table);
          return <li key={h.v}>{words ? t(words.key, words.params) : ""}</li>;
        })}
      </ol>
    </div>
  );
}
