// What else can be done at a table beside the great button, each with its icon, its word and whether it is possible now.
// The phone's row and bar and table mode's strip lay them out; none of them decides by itself.
import { useApp } from "../app-context.ts";
import { diceCommand } from "../model/dice.ts";
import type { Table } from "../model/model.ts";
import { cancelCommand, type Command, interruptCommand, pauseCommand, undoCommand } from "../model/offer.ts";
import { mayPlayFor, playerOf, stackTop, standing } from "../model/table-questions.ts";
import type { IconName } from "./icons.tsx";

export interface Act {
  readonly icon: IconName;
  readonly word: string;
  /** Not possible now. */
  readonly off: boolean;
  /** Given, and not answered yet or only a moment ago: doing it again does nothing. */
  readonly busy: boolean;
  readonly act: () => void;
}

/** `ask` chooses who must answer, or stops asking; `pause` also starts and resumes. */
export type ActName = "ask" | "interrupt" | "damage" | "dice" | "undo" | "pause";

export function useActs(table: Table): Readonly<Record<ActName, Act>> {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const who = standing(session.model.value);
  const sits = who.host || who.seat !== null;
  const me = playerOf(table, who.seat);
  const living = me !== undefined && !me.isEliminated;
  const running = table.status === "running";
  const mayAsk = running && table.activePlayer !== null && mayPlayFor(table, who, table.activePlayer);
  const giving = (command: Command): Pick<Act, "busy" | "act"> => ({
    busy: session.busy(command.type),
    act: () => session.giveOnce(command),
  });
  const give = (type: string): Pick<Act, "busy" | "act"> => giving({ type, data: {} });
  const open = (name: "targets" | "damage" | "dice"): Pick<Act, "busy" | "act"> => ({
    busy: false,
    act: () => {
      sheet.value = { name };
    },
  });
  const pause: Omit<Act, "off"> =
    table.status === "waiting"
      ? { icon: "play", word: t("offer.start"), ...give("start") }
      : { icon: running ? "pause" : "play", word: t(running ? "play.pause" : "offer.resume"), ...giving(pauseCommand(table)) };
  return {
    ask:
      table.targetingState === "none"
        ? { icon: "target", word: t("action.target"), off: !mayAsk || stackTop(table) !== null, ...open("targets") }
        : { icon: "close", word: t("action.cancelTargets"), off: !mayAsk, ...giving(cancelCommand(table)) },
    interrupt: { icon: "bolt", word: t("action.interrupt"), off: !(running && living), ...giving(interruptCommand(table)) },
    damage: { icon: "sword", word: t("action.damage"), off: !living && !who.host, ...open("damage") },
    dice: { icon: "dice", word: t("action.dice"), off: diceCommand(table, who, 2) === null, ...open("dice") },
    undo: { icon: "undo", word: t("action.undo"), off: !sits, ...giving(undoCommand(table)) },
    pause: { ...pause, off: !sits || table.status === "finished" },
  };
}
