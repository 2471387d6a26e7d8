// The sheet that is open, by its name.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { enSheets } from "../i18n/en-sheets.ts";
import { trSheets } from "../i18n/tr-sheets.ts";
import { useTaught } from "../i18n/use-taught.ts";
import { SheetFrame } from "../ui/sheet.tsx";
import { ClockSheet } from "./clock-sheet.tsx";
import { CountersSheet } from "./counters-sheet.tsx";
import { DamageSheet } from "./damage-sheet.tsx";
import { DiceSheet } from "./dice-sheet.tsx";
import { FeedbackSheet } from "./feedback-sheet.tsx";
import { LogSheet } from "./log-sheet.tsx";
import { MenuSheet } from "./menu-sheet.tsx";
import { SeatSheet } from "./seat-sheet.tsx";
import { SettingsSheet } from "./settings-sheet.tsx";
import { ShareSheet } from "./share-sheet.tsx";
import { TargetsSheet } from "./targets-sheet.tsx";
import "../../styles/sheets.css";

const words = { en: enSheets, tr: trSheets };

const titles = {
  menu: "menu.title",
  dice: "dice.title",
  damage: "damage.title",
  counters: "counters.title",
  share: "share.title",
  settings: "settings.title",
  clock: "menu.clock",
  log: "log.title",
  feedback: "feedback.title",
  targets: "targets.title",
} as const;

const bodies = {
  menu: MenuSheet,
  dice: DiceSheet,
  damage: DamageSheet,
  counters: CountersSheet,
  share: ShareSheet,
  settings: SettingsSheet,
  clock: ClockSheet,
  log: LogSheet,
  feedback: FeedbackSheet,
  targets: TargetsSheet,
} as const;

/** Keys and screen readers go on where they were: the browser sees to it only when Escape closes the sheet. */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () =>
      queueMicrotask(() => {
        if (document.activeElement === document.body && before instanceof HTMLButtonElement) before.focus({ preventScroll: true });
      }),
    [before],
  );
}

export function Sheets(): JSX.Element | null {
  const { sheet, speech } = useApp();
  useFocusBack();
  useTaught(words);
  const open = sheet.value;
  if (!open) return null;
  const close = (): void => {
    if (sheet.peek() === open) sheet.value = null;
  };
  if (open.name === "seat") return <SeatSheet key={open.seat} seat={open.seat} onClose={close} />;
  const Body = bodies[open.name];
  return (
    <SheetFrame key={open.name} title={speech.t(titles[open.name])} onClose={close}>
      <Body />
    </SheetFrame>
  );
}
