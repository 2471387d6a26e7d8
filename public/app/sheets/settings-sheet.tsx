// How this device looks, sounds and behaves.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { languageChoices, themes } from "../device/prefs.ts";
import { canSound } from "../device/sounds.ts";
import { languageNames } from "../i18n/languages.ts";
import { Segments, Switch } from "../ui/parts.tsx";

export function SettingsSheet(): JSX.Element {
  const { speech, prefShelf } = useApp();
  const { t } = speech;
  const prefs = prefShelf.prefs.value;
  const flip = (name: "sounds" | "vibration" | "wakeLock" | "nudge" | "calm"): JSX.Element => (
    <Switch label={t(`settings.${name}`)} on={prefs[name]} onFlip={(on) => prefShelf.set({ [name]: on })} />
  );
  return (
    <div class="form">
      <Segments
        label={t("settings.theme")}
        value={prefs.theme}
        options={themes.map((value) => ({ value, text: t(`settings.theme.${value}`) }))}
        onPick={(theme) => prefShelf.set({ theme })}
      />
      <Segments
        label={t("settings.language")}
        value={prefs.language}
        options={languageChoices.map((value) => ({ value, text: value === "auto" ? t("settings.language.auto") : languageNames[value] }))}
        onPick={(language) => prefShelf.set({ language })}
      />
      <div>
        {canSound() ? flip("sounds") : null}
        {"vibrate" in navigator ? flip("vibration") : null}
        {"wakeLock" in navigator ? flip("wakeLock") : null}
        {flip("nudge")}
        {flip("calm")}
      </div>
      <p class="hint keys-hint">
        {t("settings.keys")} {canSound() ? t("settings.keyMute") : null}
      </p>
    </div>
  );
}
