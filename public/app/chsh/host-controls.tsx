// What the host can do: start, pause, resume, begin anew, close, and take the answers along as a file.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { fetchLog } from "../net/log.ts";
import { saveFile } from "../ui/save-file.ts";
import { useOneTap } from "../ui/one-tap.ts";
import { RowButton, SureButton } from "../ui/sure-button.tsx";
import type { HostShown } from "./model/class-table.ts";
import { fileOf } from "./model/rounds.ts";
import { More } from "./more.tsx";

/** Pages of the log that an export reads at most: a million changes. */
const exportPagesMax = 2_000;

const nextStep = { waiting: "start", running: "pause", paused: "resume", finished: null } as const;

export function HostControls({ table, happenings }: HostShown): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const step = nextStep[table.status];
  const give = (type: string) => () => session.give({ type, data: {} });
  const oneTap = useOneTap();
  return (
    <div class="class-controls">
      {step === null ? null : (
        <button
          type="button"
          class={step === "pause" ? "go go-short quiet" : "go go-short"}
          data-act={step}
          aria-disabled={oneTap.resting}
          onClick={() => oneTap.give({ type: step, data: {} })}
        >
          <span class="go-word">{t(`class.${step}`)}</span>
        </button>
      )}
      <More>
        <Export table={table} happenings={happenings} />
        <SureButton icon="turn" word={t("class.reset")} onSure={give("reset")} />
        <SureButton icon="close" word={t("class.end")} onSure={give("endGame")} />
      </More>
    </div>
  );
}

function Export({ table, happenings }: HostShown): JSX.Element {
  const { session, speech } = useApp();
  const [reading, setReading] = useState(false);
  const { t } = speech;
  const save = async (): Promise<void> => {
    setReading(true);
    const log = await fetchLog(table.id, { pagesMax: exportPagesMax });
    setReading(false);
    if (log === null) return session.dispatch({ type: "notice", tone: "error", key: "class.exportFailed" });
    const { csv, isCut } = fileOf(log, happenings);
    saveFile(`${table.id}.csv`, "text/csv", csv);
    if (isCut) session.dispatch({ type: "notice", tone: "info", key: "class.exportCut" });
  };
  return <RowButton icon="download" word={t(reading ? "class.exporting" : "class.export")} onClick={() => void save()} />;
}
