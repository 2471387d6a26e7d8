// Keys: space does what the great button says, digits open seats, letters for the rest. Never while somebody types.
import type { App } from "../app-context.ts";
import { diceCommand } from "../model/dice.ts";
import { hasEnded } from "../model/model.ts";
import { interruptCommand, pauseCommand, undoCommand } from "../model/offer.ts";
import { standing } from "../model/table-questions.ts";
import { pathOf } from "../route.ts";
import { canSound } from "./sounds.ts";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;

/** Enter that is held down presses a button again and again: it would answer its own question, or pass turn after turn. Numbers may run. */
const pressesAgain = ({ key, repeat, target }: KeyboardEvent): boolean =>
  repeat && key === "Enter" && target instanceof HTMLElement && target.closest("button:not(.step, .stepper button)") !== null;

export function startKeyboard(app: App): void {
  addEventListener("keydown", (event) => {
    if (pressesAgain(event)) event.preventDefault();
    // The strip for a stream can do nothing.
    if (app.route.peek().page === "overlay") return;
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    if (event.key === " ") {
      // A focused button has its own space.
      if (event.target instanceof HTMLElement && event.target.closest("button, a, summary") !== null) return;
      event.preventDefault();
      document.querySelector<HTMLElement>(".panel.on .panel-tap, .go[data-act]")?.click();
      return;
    }
    if (keyAct(app, event.key.toLowerCase())) event.preventDefault();
  });
}

/** Whether the key meant something here. */
function keyAct(app: App, key: string): boolean {
  const { session, sheet, prefShelf, route, go } = app;
  const model = session.model.peek();
  const { table, link } = model;
  if (key === "m") {
    if (!canSound()) return false;
    const sounds = !prefShelf.prefs.peek().sounds;
    prefShelf.set({ sounds });
    session.dispatch({ type: "notice", tone: "info", key: sounds ? "settings.soundsOn" : "settings.soundsOff" });
    return true;
  }
  const here = route.peek();
  // A table on this device goes on behind the start page; one of the server's is being left where one on this device is yet to be laid.
  const isShown = here.page === "game" || (here.page === "local" && link === "local");
  if (!table || hasEnded(link) || !isShown) return false;
  const seat = Number(key);
  if (seat >= 1 && seat <= table.players.length) {
    sheet.value = { name: "seat", seat };
    return true;
  }
  const acts = standing(model).host || model.seat !== null;
  const keys: Readonly<Record<string, () => void>> = {
    p: () => acts && session.giveOnce(pauseCommand(table)),
    u: () => acts && session.giveOnce(undoCommand(table)),
    i: () => model.seat !== null && session.giveOnce(interruptCommand(table)),
    d: () => {
      if (diceCommand(table, standing(model), 2) !== null) sheet.value = { name: "dice" };
    },
    t: () => here.page === "game" && go(pathOf(here.code, here.view === "table" ? "play" : "table")),
  };
  keys[key]?.();
  return key in keys;
}
