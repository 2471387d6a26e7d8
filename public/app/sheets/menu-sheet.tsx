// Everything that is not needed each turn.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { limits } from "../../../lib/game/limits.ts";
import { useApp, type Sheet } from "../app-context.ts";
import type { Table } from "../model/model.ts";
import { type Standing, standing } from "../model/table-questions.ts";
import { pathOf } from "../route.ts";
import { Field } from "../ui/parts.tsx";
import { RowButton, SureButton } from "../ui/sure-button.tsx";
import { typing } from "../ui/typing.ts";

export function MenuSheet(): JSX.Element {
  const { session, speech, sheet, route, go } = useApp();
  const { t } = speech;
  const model = session.model.value;
  const { table } = model;
  const who = standing(model);
  const open = (name: Exclude<Sheet["name"], "seat">) => () => {
    sheet.value = { name };
  };
  if (!table) return <RowButton icon="gear" word={t("menu.settings")} onClick={open("settings")} />;
  const here = route.value;
  const view = here.page === "game" ? here.view : "play";
  const seated = who.host || who.seat !== null;
  const inPlay = table.status === "running" || table.status === "paused";
  return (
    <div class="rows">
      {who.local ? null : (
        <RowButton icon="share" word={t("share.title")} note={t("menu.watching", { count: table.viewers })} onClick={open("share")} />
      )}
      {who.local ? null : view === "table" ? (
        <RowButton icon="person" word={t("menu.phone")} onClick={() => go(pathOf(table.id))} />
      ) : (
        <RowButton icon="table" word={t("menu.table")} onClick={() => go(pathOf(table.id, "table"))} />
      )}
      {seated ? <RowButton icon="drop" word={t("menu.counters")} onClick={open("counters")} /> : null}
      {who.host ? <RowButton icon="clock" word={t("menu.clock")} onClick={open("clock")} /> : null}
      {who.local || !inPlay ? null : <RowButton icon="chart" word={t("menu.recap")} onClick={() => go(pathOf(table.id, "recap"))} />}
      <RowButton icon="eye" word={t("menu.log")} onClick={open("log")} />
      <RowButton icon="gear" word={t("menu.settings")} onClick={open("settings")} />
      {who.local ? null : <RowButton icon="bell" word={t("menu.feedback")} onClick={open("feedback")} />}
      <EndRows table={table} who={who} />
    </div>
  );
}

function EndRows({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element {
  const { session, speech, sheet, go } = useApp();
  const { t } = speech;
  const give = (type: string) => () => {
    session.give({ type, data: {} });
    sheet.value = null;
  };
  const leave = (): void => {
    session.leave();
    go("/");
  };
  const seated = who.host || who.seat !== null;
  return (
    <>
      {who.host && !who.local ? <Rename table={table} /> : null}
      {who.seat === null ? null : <SureButton icon="person" word={t("menu.stand")} onSure={give("unclaim")} />}
      {seated && table.status !== "waiting" ? <SureButton icon="turn" word={t("menu.reset")} onSure={give("reset")} /> : null}
      {who.host && !who.local ? <SureButton icon="close" word={t("menu.endGame")} onSure={give("endGame")} /> : null}
      <RowButton icon="leave" word={t("menu.leave")} onClick={leave} />
    </>
  );
}

function Rename({ table }: { readonly table: Table }): JSX.Element {
  const { session, speech } = useApp();
  const [name, setName] = useState(table.name);
  const save = (): void => {
    const wanted = name.trim();
    if (wanted && wanted !== table.name) session.give({ type: "renameGame", data: { name: wanted } });
  };
  return (
    <Field label={speech.t("menu.rename")}>
      <input value={name} {...typing({ graphemes: limits.gameNameGraphemesMax }, setName)} onBlur={save} />
    </Field>
  );
}
