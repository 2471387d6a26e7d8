// What a table is played with, in one line: "10:00 each · 0:30 a turn · 3 s delay · 40 life".
import type { Settings } from "../../../lib/game/settings.ts";
import type { Translate } from "../i18n/words.ts";
import { durationText } from "../model/time-text.ts";

type Shown = Pick<Settings, "initialTime" | "bonusTime" | "delayTime" | "startingLife">;

export function clockLine({ initialTime, bonusTime, delayTime, startingLife }: Shown, t: Translate): string {
  const parts = [t("new.each", { time: durationText(initialTime) })];
  if (bonusTime > 0) parts.push(t("new.aTurn", { time: durationText(bonusTime) }));
  if (delayTime > 0) parts.push(t("new.delay", { s: delayTime / 1000 }));
  parts.push(t("new.life", { n: startingLife }));
  return parts.join(" · ");
}
