// All counters of the own seat, which two stand beside life, and the table's markers.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { knownCounters } from "../../../lib/game/commands.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { Table } from "../model/model.ts";
import { playerOf, standing } from "../model/table-questions.ts";
import { meantTable, stormStep, valueFor } from "../model/values.ts";
import { counterWord } from "../ui/counter-word.ts";
import { Segments, Stepper } from "../ui/parts.tsx";
import { Counter } from "../ui/tally.tsx";
import { typing } from "../ui/typing.ts";
import { seatTint } from "../ui/tint.ts";

const shownMax = 2;

export function CountersSheet(): JSX.Element | null {
  const { session } = useApp();
  const { table, outbox } = session.model.value;
  const who = standing(session.model.value);
  if (!table) return null;
  return (
    <div class="form tint" style={seatTint(table, who.seat)}>
      {who.seat === null ? null : <OwnCounters table={table} seat={who.seat} />}
      {table.status === "running" || table.status === "paused" ? <Markers table={meantTable(table, outbox)} /> : null}
    </div>
  );
}

function OwnCounters({ table, seat }: { readonly table: Table; readonly seat: number }): JSX.Element {
  const { session, speech, prefShelf } = useApp();
  const { t } = speech;
  const [name, setName] = useState("");
  const shown = prefShelf.prefs.value.counters;
  const own = Object.keys(playerOf(table, seat)?.counters ?? {}).filter((n) => !(knownCounters as readonly string[]).includes(n));
  const pick = (counter: string): void => {
    const others = shown.filter((n) => n !== counter);
    prefShelf.set({ counters: shown.includes(counter) ? others : [...others, counter].slice(-shownMax) });
  };
  const add = (): void => {
    const wanted = name.trim();
    // One that stands above already keeps its number.
    const isThere = valueFor(session.model.peek(), seat, wanted) > 0;
    if (wanted && !isThere) session.give({ type: "updatePlayer", data: { playerId: seat, counters: { [wanted]: 1 } } });
    setName("");
  };
  return (
    <>
      <p class="hint">{t("counters.shown")}</p>
      <div class="counter-grid">
        {[...knownCounters, ...own].map((counter) => (
          <div class="counter-cell" key={counter}>
            <Counter seat={seat} name={counter} />
            <button type="button" class="pin" aria-pressed={shown.includes(counter)} onClick={() => pick(counter)}>
              {counterWord(t, counter)}
            </button>
          </div>
        ))}
      </div>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label class="field">
          <span>{t("counters.own")}</span>
          <input value={name} {...typing({ graphemes: limits.counterNameGraphemesMax }, setName)} />
        </label>
        <button type="submit" class="row-button" disabled={name.trim() === ""}>
          {t("counters.add")}
        </button>
      </form>
    </>
  );
}

/** Monarch and initiative have one holder or none; day, night and the storm count belong to the table. */
function Markers({ table }: { readonly table: Table }): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const set = (data: object): void => session.give({ type: "updateTable", data });
  const holders = [
    { value: 0, text: t("marker.nobody") },
    ...table.players.filter((p) => !p.isEliminated).map((p) => ({ value: p.id, text: p.name })),
  ];
  return (
    <>
      <h3 class="section-title">{t("counters.markers")}</h3>
      <Segments
        label={t("marker.monarch")}
        value={table.monarch ?? 0}
        options={holders}
        onPick={(seat) => set({ monarch: seat === 0 ? null : seat })}
      />
      <Segments
        label={t("marker.initiative")}
        value={table.initiative ?? 0}
        options={holders}
        onPick={(seat) => set({ initiative: seat === 0 ? null : seat })}
      />
      <Segments
        label={t("marker.dayNight")}
        value={table.dayNight ?? "none"}
        options={[
          { value: "none", text: t("marker.neither") },
          { value: "day", text: t("marker.day") },
          { value: "night", text: t("marker.night") },
        ]}
        onPick={(value) => set({ dayNight: value === "none" ? null : value })}
      />
      <div class="steppers">
        <Stepper
          label={t("marker.storm")}
          text={String(table.stormCount)}
          min={table.stormCount === 0}
          onStep={(by) => {
            const step = stormStep(session.model.peek(), by);
            if (step !== null) session.give(step);
          }}
        />
      </div>
    </>
  );
}
