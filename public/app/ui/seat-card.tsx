// Another seat as a card: who, how long, how alive. While targets are chosen a tap chooses; else it opens the seat.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../model/model.ts";
import { targetCommand } from "../model/offer.ts";
import { isRunning, playerOf, standing } from "../model/table-questions.ts";
import { BankLine, ClockFace } from "./face.tsx";
import { Icon, type IconName, SeatShape } from "./icons.tsx";
import { seatTint } from "./tint.ts";

export function SeatCard({ table, seat }: { readonly table: Table; readonly seat: SeatId }): JSX.Element | null {
  const { session, speech, sheet } = useApp();
  const player = playerOf(table, seat);
  if (!player) return null;
  const { t } = speech;
  const who = standing(session.model.value);
  const runs = isRunning(table, seat);
  const isChooser = table.status === "running" && table.targetingState === "selecting" && table.activePlayer === who.seat;
  const choosing = isChooser && seat !== who.seat && !player.isEliminated;
  const targeted = table.targetedPlayers.includes(seat) && table.targetingState !== "none";
  const away = player.claimed && !player.connected;
  const act = (): void => {
    // Nothing shows before the answer that he is chosen: whoever taps once more means the same.
    if (choosing) session.giveAnswer(targetCommand(table, seat));
    else sheet.value = { name: "seat", seat };
  };
  return (
    <button
      type="button"
      class={`card tint${runs ? " runs" : ""}${player.isEliminated ? " dead" : ""}${targeted ? " targeted" : ""}${choosing ? " choosable" : ""}`}
      style={seatTint(table, seat)}
      data-seat={seat}
      data-runs={runs}
      data-dead={player.isEliminated}
      onClick={act}
      {...(choosing ? { "aria-pressed": targeted } : {})}
    >
      <span class="who">
        <SeatShape seat={seat} size={13} />
        <span class="who-name" dir="auto">
          {player.name}
        </span>
      </span>
      <ClockFace seat={seat} />
      <span class="card-foot num">
        <span class="life">
          <Icon name={player.isEliminated ? "skull" : "heart"} size={13} />
          <span class="sr">{t("counter.life")}</span>
          {player.life}
        </span>
        {away ? <em class="away">{t("play.away")}</em> : null}
        <Badges table={table} player={player} />
      </span>
      <BankLine seat={seat} />
    </button>
  );
}

/** Small marks: priority, targeted, monarch, penalties, poison. Each has words for those who do not see it. */
export function Badges({ table, player }: { readonly table: Table; readonly player: PlayerView }): JSX.Element {
  const { t } = useApp().speech;
  const onStack = table.interruptingPlayers.includes(player.id);
  const poison = player.counters["poison"] ?? 0;
  return (
    <span class="badges">
      {onStack ? <Mark icon="bolt" word={t("badge.priority")} /> : null}
      {table.awaitingPriority.includes(player.id) ? <Mark icon="target" word={t("badge.asked")} /> : null}
      {table.monarch === player.id ? <Mark icon="crown" word={t("marker.monarch")} /> : null}
      {table.initiative === player.id ? <Mark icon="flag" word={t("marker.initiative")} /> : null}
      {poison > 0 ? <Mark icon="drop" word={t("badge.poison", { count: poison })} n={poison} /> : null}
      {player.penalties > 0 ? <Mark icon="alert" word={t("play.penalties", { count: player.penalties })} n={player.penalties} /> : null}
    </span>
  );
}

function Mark({ icon, word, n }: { readonly icon: IconName; readonly word: string; readonly n?: number }): JSX.Element {
  return (
    <span class="mark" title={word}>
      <Icon name={icon} size={13} />
      <span class="sr">{word}</span>
      {n === undefined ? null : <span aria-hidden="true">{n}</span>}
    </span>
  );
}
