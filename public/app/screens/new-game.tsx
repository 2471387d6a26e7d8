// A new game: the preset's choice with one button; everything else folded away.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { limits } from "../../../lib/game/limits.ts";
import { settingWords } from "../../../lib/game/settings.ts";
import { useApp } from "../app-context.ts";
import type { Translate } from "../i18n/words.ts";
import { campaignPresets, campaignSetsTimes, createSettings, type Draft, ladders, rung } from "../model/presets.ts";
import { durationText } from "../model/time-text.ts";
import { clockLine } from "../ui/clock-line.ts";
import { Field, IconButton, Segments, Stepper, Switch } from "../ui/parts.tsx";
import { typing } from "../ui/typing.ts";
import { quietTint, tintOf } from "../ui/tint.ts";

const { min, max } = limits.playerCount;
const seatCounts = Array.from({ length: max - min + 1 }, (_, i) => min + i);

export function NewGame({
  draft: first,
  onBack,
  local,
}: {
  readonly draft: Draft;
  readonly onBack: () => void;
  readonly local?: (draft: Draft) => void;
}): JSX.Element {
  const { session, speech } = useApp();
  const [draft, setDraft] = useState(first);
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }));
  const { t } = speech;
  const { link } = session.model.value;
  const isAway = link === "lost" || link === "outdated";
  const create = (): void => {
    if (local) local(draft);
    else session.create(createSettings(draft), draft.name.trim() || null);
  };
  return (
    <main class="page new-game tint" style={tintOf(quietTint)}>
      <header class="bar">
        <IconButton name="back" label={t("common.back")} onClick={onBack} />
        <h1 class="bar-title">{local ? t("home.local") : t(`preset.${draft.preset}`)}</h1>
      </header>
      <div class="form">
        <Segments
          label={t("new.players")}
          value={draft.playerCount}
          options={seatCounts.map((n) => ({ value: n, text: String(n) }))}
          onPick={(playerCount) => change({ playerCount })}
        />
        {draft.campaignPreset === null ? null : (
          <Segments
            label={t("new.campaign")}
            value={draft.campaignPreset}
            options={campaignPresets.map((name) => ({ value: name as string, text: t(`campaign.${name}`) }))}
            onPick={(campaignPreset) => change({ campaignPreset })}
          />
        )}
        {draft.campaignPreset === null ? null : <p class="hint">{t(`campaign.${draft.campaignPreset}.about`)}</p>}
        {campaignSetsTimes(draft) ? null : <TimeFields draft={draft} change={change} />}
        <details class="fold">
          <summary>{t("new.more")}</summary>
          <MoreFields draft={draft} change={change} local={local !== undefined} />
        </details>
      </div>
      <footer class="new-foot">
        <button type="button" class="go go-short" onClick={create} data-act="create">
          <span class="go-word">{local ? t("new.open") : t("new.create")}</span>
          <small>{isAway ? t(`link.${link}`) : summary(draft, t)}</small>
        </button>
      </footer>
    </main>
  );
}

interface Part {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

function summary(draft: Draft, t: Translate): string {
  if (draft.campaignPreset === null) return clockLine(draft, t);
  return t("new.summaryCampaign", { name: t(`campaign.${draft.campaignPreset}`), count: draft.playerCount });
}

function TimeFields({ draft, change }: Part): JSX.Element {
  const { t } = useApp().speech;
  const step = (field: keyof typeof ladders) => (direction: -1 | 1) => change({ [field]: rung(ladders[field], draft[field], direction) });
  return (
    <div class="steppers">
      <Stepper label={t("setting.initialTime")} text={durationText(draft.initialTime)} onStep={step("initialTime")} />
      <Stepper label={t("setting.bonusTime")} text={durationText(draft.bonusTime)} onStep={step("bonusTime")} />
      <Stepper label={t("setting.delayTime")} text={t("time.seconds", { n: draft.delayTime / 1000 })} onStep={step("delayTime")} />
      <Stepper label={t("setting.startingLife")} text={String(draft.startingLife)} onStep={step("startingLife")} />
    </div>
  );
}

function MoreFields({ draft, change, local }: Part & { readonly local: boolean }): JSX.Element {
  const { t } = useApp().speech;
  return (
    <div class="form">
      <Segments
        label={t("setting.onTimeout")}
        value={draft.onTimeout}
        options={settingWords.onTimeout.map((v) => ({ value: v, text: t(`onTimeout.${v}`) }))}
        onPick={(onTimeout) => change({ onTimeout })}
      />
      <p class="hint">{t(`onTimeout.${draft.onTimeout}.about`)}</p>
      {local ? null : (
        <>
          <Segments
            label={t("setting.dropPolicy")}
            value={draft.dropPolicy}
            options={settingWords.dropPolicy.map((v) => ({ value: v, text: t(`dropPolicy.${v}`) }))}
            onPick={(dropPolicy) => change({ dropPolicy })}
          />
          <Field label={t("setting.name")}>
            <input value={draft.name} {...typing({ graphemes: limits.gameNameGraphemesMax }, (name) => change({ name }))} />
          </Field>
          <Switch label={t("setting.listed")} hint={t("setting.listedHint")} on={draft.listed} onFlip={(listed) => change({ listed })} />
        </>
      )}
    </div>
  );
}
