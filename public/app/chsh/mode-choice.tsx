// Which questions are asked: four pairs, or all sixteen.
import type { JSX } from "preact";
import type { Mode } from "../../../lib/chsh/items.ts";
import { useApp } from "../app-context.ts";
import { Segments } from "../ui/parts.tsx";

const modes: readonly Mode[] = ["simplified", "classic"];

export function ModeChoice({ mode, onPick }: { readonly mode: Mode; readonly onPick: (mode: Mode) => void }): JSX.Element {
  const { t } = useApp().speech;
  return (
    <div class="mode-choice">
      <Segments
        label={t("class.mode")}
        value={mode}
        options={modes.map((value) => ({ value, text: t(`class.mode.${value}`) }))}
        onPick={onPick}
      />
      <p class="hint">{t(`class.mode.${mode}.about`)}</p>
    </div>
  );
}
