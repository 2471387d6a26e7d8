// The host's screen: who is there, how each team stands to the limit, and the controls. It is sent no open answer.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { Icon } from "../ui/icons.tsx";
import { QrPicture } from "../ui/qr-picture.tsx";
import { quietTint, tintOf } from "../ui/tint.ts";
import { useBatched } from "./batched.ts";
import { ClassBar } from "./class-bar.tsx";
import { HostControls } from "./host-controls.tsx";
import { ModeChoice } from "./mode-choice.tsx";
import { classOf, type HostTable, totalsOf } from "./model/class-table.ts";
import { TeamDetail } from "./team-detail.tsx";
import { TeamTable } from "./team-table.tsx";

/** How often the screen is drawn at most, ms. */
const drawMs = 200;

export function Host(): JSX.Element | null {
  const { session } = useApp();
  const model = useBatched(session.model, drawMs);
  const [chosen, setChosen] = useState<number | null>(null);
  const table = classOf(model);
  if (table?.role !== "host") return null;
  const team = table.teams.find(({ id }) => id === chosen);
  return (
    <main
      class="page class-host tint"
      style={tintOf(quietTint)}
      data-class="host"
      data-status={table.status}
      data-v={table.v}
      data-large={table.status === "waiting"}
    >
      <ClassBar title={table.name}>{table.status === "waiting" ? null : <Code code={table.id} />}</ClassBar>
      {table.status === "waiting" ? <Invite table={table} /> : null}
      <HostControls table={table} happenings={model.happenings} />
      <Totals table={table} />
      <TeamTable table={table} chosen={chosen} onChoose={(id) => setChosen((was) => (was === id ? null : id))} />
      {team === undefined ? null : <TeamDetail team={team} table={table} happenings={model.happenings} />}
    </main>
  );
}

function Code({ code }: { readonly code: string }): JSX.Element {
  const { speech, sheet } = useApp();
  return (
    <button type="button" class="chip num" aria-label={speech.t("share.open", { code })} onClick={() => (sheet.value = { name: "share" })}>
      {code}
    </button>
  );
}

function Invite({ table }: { readonly table: HostTable }): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  return (
    <section class="invite class-invite" aria-label={t("share.title")}>
      <QrPicture code={table.id} />
      <div class="class-open">
        <p class="code num" data-code={table.id}>
          {table.id}
        </p>
        <p class="hint">{t("class.scan")}</p>
        <ModeChoice mode={table.mode} onPick={(mode) => session.give({ type: "setMode", data: { mode } })} />
      </div>
    </section>
  );
}

function Totals({ table }: { readonly table: HostTable }): JSX.Element {
  const { t } = useApp().speech;
  const { teams, players, rounds } = totalsOf(table.teams);
  return (
    <p class="class-totals num" data-rounds={rounds}>
      <Icon name="person" size={18} />
      {[t("class.teams", { count: teams }), t("class.players", { count: players }), t("class.rounds", { count: rounds })].join(" · ")}
    </p>
  );
}
