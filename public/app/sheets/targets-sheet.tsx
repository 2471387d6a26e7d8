// Who must answer: choose, then ask all of them at once.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { confirmCommand, targetCommand } from "../model/offer.ts";
import { otherSeats } from "../model/play-face.ts";
import { playerOf, standing } from "../model/table-questions.ts";
import { Icon, SeatShape } from "../ui/icons.tsx";
import { seatTint } from "../ui/tint.ts";

export function TargetsSheet(): JSX.Element | null {
  const { session, speech, sheet } = useApp();
  const { table } = session.model.value;
  const [asker] = useState(table?.activePlayer);
  // The turn went on, the clocks were stopped, or they are asked already: there is nothing left to choose here.
  const isOver = table?.status !== "running" || table.activePlayer !== asker || table.targetingState === "resolving";
  useEffect(() => {
    if (isOver) sheet.value = null;
  }, [isOver, sheet]);
  if (isOver || table.activePlayer === null) return null;
  const { t } = speech;
  const actor = table.activePlayer;
  const who = standing(session.model.value);
  const count = table.targetedPlayers.length;
  return (
    <div class="form">
      <p class="hint">{t("targets.hint")}</p>
      <div class="rows">
        {otherSeats(table, actor)
          .filter((seat) => playerOf(table, seat)?.isEliminated === false)
          .map((seat) => {
            const on = table.targetedPlayers.includes(seat);
            return (
              <button
                type="button"
                class="row-button tint"
                style={seatTint(table, seat)}
                key={seat}
                data-target={seat}
                aria-pressed={on}
                onClick={() => session.giveAnswer(targetCommand(table, seat))}
              >
                <SeatShape seat={seat} size={18} />
                <span dir="auto">{playerOf(table, seat)?.name}</span>
                {on ? <Icon name="check" /> : null}
              </button>
            );
          })}
      </div>
      <button
        type="button"
        class="go go-short"
        data-act="confirmTargets"
        disabled={count === 0 || (who.seat !== actor && !who.host)}
        onClick={() => {
          session.give(confirmCommand(table));
          sheet.value = null;
        }}
      >
        {count === 0 ? t("offer.pickTargets") : t("targets.ask", { count })}
      </button>
    </div>
  );
}
