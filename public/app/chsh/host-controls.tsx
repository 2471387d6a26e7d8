// What the host can do: start, pause, resume, begin anew, close, and take the answers along as a file.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { oneTapMs } from "../model/offer.ts";
import { fetchLog } from "../net/log.ts";
import { saveFile } from "../ui/save-file.ts";
import { useOneTap } from "../ui/one-tap.ts";
import { RowButton, SureButton } from "../ui/sure-button.tsx";
import { type HostShown, totalsOf } from "./model/class-table.ts";
import { fileOf } from "./model/rounds.ts";
import { More } from "./more.tsx";

/** Pages of the log that an export reads at most: a million changes. */
const exportPagesMax = 2_000;

const nextStep = { waiting: "start", running: "pause", paused: "resume", finished: null } as const;

export function HostControls({ table, happenings }: HostShown): JSX.Element {
  const { t } = useApp().speech;
  const step = nextStep[table.status];
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
        <LastAct table={table} happenings={happenings} act="reset" />
        <LastAct table={table} happenings={happenings} act="close" />
      </More>
    </div>
  );
}

/** What takes the answers off the host's screen for good. */
const lastActs = {
  reset: { icon: "turn", type: "reset", word: "class.reset", takes: "class.resetTakes", now: "class.resetNow" },
  close: { icon: "close", type: "endGame", word: "class.end", takes: "class.endTakes", now: "class.endNow" },
} as const;

/** Whoever closes a class or begins it anew sees its answers for the last time: they are offered as a file first. */
function LastAct({ table, happenings, act }: HostShown & { readonly act: keyof typeof lastActs }): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const { icon, type, word, takes, now } = lastActs[act];
  const sure = (): void => session.give({ type, data: {} });
  if (totalsOf(table.teams).rounds === 0) return <SureButton icon={icon} word={t(word)} onSure={sure} />;
  return (
    <details class="fold class-last" data-last-act={act}>
      <summary>{t(word)}</summary>
      <div class="rows">
        <p class="hint">{t(takes)}</p>
        <Export table={table} happenings={happenings} />
        <SureButton icon={icon} word={t(now)} onSure={sure} />
      </div>
    </details>
  );
}

function Export({ table, happenings }: HostShown): JSX.Element {
  const { session, speech } = useApp();
  const [reading, setReading] = useState(false);
  // The state above is drawn later than the next tap may come.
  const busy = useRef(false);
  const { t } = speech;
  const rest = (): void => {
    busy.current = false;
  };
  const save = async (): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    setReading(true);
    const log = await fetchLog(table.id, { pagesMax: exportPagesMax });
    setReading(false);
    // A short log is read before the second half of a double tap.
    session.env.after(oneTapMs, rest);
    if (log === null) return session.dispatch({ type: "notice", tone: "error", key: "class.exportFailed" });
    const { csv, isCut } = fileOf(log, happenings);
    saveFile(`${table.id}.csv`, "text/csv", csv);
    if (isCut) session.dispatch({ type: "notice", tone: "info", key: "class.exportCut" });
  };
  return <RowButton icon="download" word={t(reading ? "class.exporting" : "class.export")} onClick={() => void save()} />;
}
