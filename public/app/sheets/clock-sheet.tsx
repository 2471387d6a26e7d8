// The host's clock settings: to be changed while the game waits or is paused; otherwise only shown.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { limits } from "../../../lib/game/limits.ts";
import { type Settings, settingWords } from "../../../lib/game/settings.ts";
import type { Table } from "../model/model.ts";
import { ladders, rung } from "../model/presets.ts";
import { standing } from "../model/table-questions.ts";
import { durationText } from "../model/time-text.ts";
import { Segments, Stepper, Switch } from "../ui/parts.tsx";

type Change = Partial<
  Pick<
    Settings,
    "playerCount" | "initialTime" | "bonusTime" | "delayTime" | "bronsteinTime" | "startingLife" | "onTimeout" | "dropPolicy" | "listed"
  >
>;

export function ClockSheet(): JSX.Element | null {
  const { session, speech, sheet } = useApp();
  const [change, setChange] = useState<Change>({});
  const { table } = session.model.value;
  if (!table) return null;
  const { t } = speech;
  const who = standing(session.model.value);
  const settings = { ...table.settings, ...change };
  const still = table.status === "waiting" || table.status === "paused";
  const edit = (part: Change): void => setChange((old) => ({ ...old, ...part }));
  return (
    <div class="form">
      {table.status === "waiting" && (table.campaign?.round ?? 1) === 1 ? <Seats table={table} settings={settings} edit={edit} /> : null}
      <Times settings={settings} status={table.status} edit={edit} />
      <Segments
        off={!still}
        label={t("setting.onTimeout")}
        value={settings.onTimeout}
        options={settingWords.onTimeout.map((value) => ({ value, text: t(`onTimeout.${value}`) }))}
        onPick={(onTimeout) => edit({ onTimeout })}
      />
      {who.local ? null : (
        <>
          <Segments
            label={t("setting.dropPolicy")}
            value={settings.dropPolicy}
            options={settingWords.dropPolicy.map((value) => ({ value, text: t(`dropPolicy.${value}`) }))}
            onPick={(dropPolicy) => edit({ dropPolicy })}
          />
          <Switch label={t("setting.listed")} hint={t("setting.listedHint")} on={settings.listed} onFlip={(listed) => edit({ listed })} />
        </>
      )}
      {still ? null : <p class="hint">{t("setting.note")}</p>}
      <button
        type="button"
        class="go go-short"
        disabled={Object.keys(change).length === 0}
        onClick={() => {
          session.give({ type: "updateSettings", data: change });
          sheet.value = null;
        }}
      >
        {t("setting.apply")}
      </button>
    </div>
  );
}

interface SeatsProps {
  readonly table: Table;
  readonly settings: Settings;
  readonly edit: (part: Change) => void;
}

/** More seats or fewer. A seat that somebody has claimed stays. */
function Seats({ table, settings, edit }: SeatsProps): JSX.Element {
  const { t } = useApp().speech;
  const { playerCount } = settings;
  const lastClaimed = table.players.findLast((player) => player.claimed)?.id ?? 0;
  return (
    <div class="steppers">
      <Stepper
        label={t("new.players")}
        text={String(playerCount)}
        onStep={(direction) => edit({ playerCount: playerCount + direction })}
        min={playerCount <= Math.max(limits.playerCount.min, lastClaimed)}
        max={playerCount >= limits.playerCount.max}
      />
    </div>
  );
}

interface TimesProps {
  readonly settings: Settings;
  /** Times may be changed while the clocks stand, the life to start with only before the start. */
  readonly status: Table["status"];
  readonly edit: (part: Change) => void;
}

function Times({ settings, status, edit }: TimesProps): JSX.Element {
  const { t } = useApp().speech;
  const waits = status === "waiting";
  const still = waits || status === "paused";
  const step = (field: keyof typeof ladders) => (direction: -1 | 1) => edit({ [field]: rung(ladders[field], settings[field], direction) });
  return (
    <div class="steppers">
      <Stepper
        label={t("setting.initialTime")}
        text={durationText(settings.initialTime)}
        onStep={step("initialTime")}
        min={!still}
        max={!still}
      />
      <Stepper
        label={t("setting.bonusTime")}
        text={durationText(settings.bonusTime)}
        onStep={step("bonusTime")}
        min={!still}
        max={!still}
      />
      <Stepper
        label={t("setting.delayTime")}
        text={t("time.seconds", { n: settings.delayTime / 1000 })}
        onStep={step("delayTime")}
        min={!still}
        max={!still}
      />
      <Stepper
        label={t("setting.startingLife")}
        text={String(settings.startingLife)}
        onStep={step("startingLife")}
        min={!waits}
        max={!waits}
      />
    </div>
  );
}
