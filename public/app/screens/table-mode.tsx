// Table mode: one device in the middle, one panel per seat, each turned to its player. A tap on the whole panel does what the
// great button would do for that seat; seats held by phones play on theirs.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../model/model.ts";
import { offerFor } from "../model/offer.ts";
import { isRunning, playerOf, standing } from "../model/table-questions.ts";
import { type Place, tableLayout } from "../model/table-layout.ts";
import { Banners } from "../ui/banners.tsx";
import { ClockFace } from "../ui/face.tsx";
import { Icon, type IconName, SeatShape } from "../ui/icons.tsx";
import { LineDot, useWords } from "../ui/parts.tsx";
import { Badges } from "../ui/seat-card.tsx";
import { Bubble, StepButton, useTally } from "../ui/tally.tsx";
import { seatTint } from "../ui/tint.ts";
import "../../styles/table.css";

function useShape(): "wide" | "tall" {
  const [shape, setShape] = useState<"wide" | "tall">(() => (innerWidth > innerHeight ? "wide" : "tall"));
  useEffect(() => {
    const follow = (): void => setShape(innerWidth > innerHeight ? "wide" : "tall");
    addEventListener("resize", follow);
    return () => removeEventListener("resize", follow);
  }, []);
  return shape;
}

export function TableMode(): JSX.Element | null {
  const { session } = useApp();
  const shape = useShape();
  const { table } = session.model.value;
  if (!table) return null;
  const layout = tableLayout(table.players.length, shape);
  const order = table.playOrder.length === table.players.length ? table.playOrder : table.players.map((p) => p.id);
  const grid = {
    "grid-template-columns": `repeat(${layout.columns}, minmax(0, 1fr))`,
    "grid-template-rows": Array.from({ length: layout.rows + 1 }, (_, i) => (i + 1 === layout.strip ? "auto" : "minmax(0, 1fr)")).join(" "),
  };
  return (
    <main class="table-mode" style={grid} data-status={table.status} data-v={table.v} data-count={table.players.length}>
      <h1 class="sr">{table.name || table.id}</h1>
      {order.map((seat, at) => {
        const player = playerOf(table, seat);
        const place = layout.places[at];
        return player && place ? <Panel key={seat} table={table} player={player} place={place} /> : null;
      })}
      <Strip table={table} row={layout.strip} />
      <div class="table-banners">
        <Banners table={table} />
      </div>
    </main>
  );
}

function Panel({ table, player, place }: { readonly table: Table; readonly player: PlayerView; readonly place: Place }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const words = useWords();
  const seat = player.id;
  const who = standing(session.model.value);
  const offer = offerFor(table, who, seat);
  const mayChange = who.host || who.seat === seat;
  const act = words(offer.label);
  const lit = isRunning(table, seat);
  return (
    <section
      class={`panel tint turn-${place.turn}${lit ? " on" : ""}${player.isEliminated ? " dead" : ""}`}
      style={{ ...seatTint(table, seat), "grid-row": String(place.row), "grid-column": `${place.column} / span ${place.span}` }}
      data-seat={seat}
      data-panel={seat}
      data-turned={place.turn}
    >
      <button
        type="button"
        class="panel-tap"
        aria-label={speech.t("table.seat", { name: player.name, act })}
        data-act={offer.command?.type ?? "none"}
        onClick={() => {
          if (offer.command) session.give(offer.command);
          else sheet.value = { name: "seat", seat };
        }}
      />
      <div class="panel-inner">
        <p class="panel-name">
          <SeatShape seat={seat} />
          <span>{player.name}</span>
          <Badges table={table} player={player} />
        </p>
        <ClockFace seat={seat} great label={player.name} />
        <p class="panel-act">
          {player.isEliminated ? speech.t("table.out") : table.status === "running" && (lit || offer.weight === "quiet") ? act : ""}
        </p>
        <PanelLife player={player} mayChange={mayChange} />
      </div>
    </section>
  );
}

function PanelLife({ player, mayChange }: { readonly player: PlayerView; readonly mayChange: boolean }): JSX.Element {
  const { speech, sheet } = useApp();
  const tally = useTally(player.id, "life");
  const { t } = speech;
  return (
    <div class="panel-life">
      {mayChange ? <StepButton sign={-1} label={t("table.lessLife", { name: player.name })} onStep={tally.step} /> : <span />}
      <button
        type="button"
        class="panel-number num"
        aria-label={t("table.more", { name: player.name, n: tally.value })}
        onClick={() => openSeat(sheet, player.id)}
      >
        <Icon name="heart" size={15} />
        {tally.value}
      </button>
      {mayChange ? <StepButton sign={1} label={t("table.moreLife", { name: player.name })} onStep={tally.step} /> : <span />}
      <Bubble tally={tally} />
    </div>
  );
}

function openSeat(sheet: ReturnType<typeof useApp>["sheet"], seat: SeatId): void {
  sheet.value = { name: "seat", seat };
}

/** The table's own buttons, in a strip between the two halves: nothing lies over a panel. */
function Strip({ table, row }: { readonly table: Table; readonly row: number }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const who = standing(session.model.value);
  const acts = who.host || who.seat !== null;
  const running = table.status === "running";
  const go: { readonly icon: IconName; readonly word: string; readonly type: string } =
    table.status === "waiting"
      ? { icon: "play", word: t("offer.start"), type: "start" }
      : { icon: running ? "pause" : "play", word: t(running ? "play.pause" : "offer.resume"), type: "pause" };
  return (
    <nav class="strip" style={{ "grid-row": String(row), "grid-column": "1 / -1" }} aria-label={t("table.hub")}>
      <StripButton icon="menu" word={t("menu.title")} onClick={() => (sheet.value = { name: "menu" })} />
      <StripButton icon="undo" word={t("action.undo")} off={!acts} onClick={() => session.give({ type: "undo", data: {} })} />
      <button
        type="button"
        class="strip-go"
        disabled={!acts || table.status === "finished"}
        data-act={go.type}
        aria-label={table.status === "waiting" ? go.word : `${go.word}, ${t("play.turn", { n: table.turn })}`}
        onClick={() => session.give({ type: go.type, data: {} })}
      >
        <Icon name={go.icon} size={24} />
        <span>{table.status === "waiting" ? go.word : t("play.turn", { n: table.turn })}</span>
      </button>
      <StripButton icon="target" word={t("action.target")} off={!running || !acts} onClick={() => (sheet.value = { name: "targets" })} />
      <StripButton icon="dice" word={t("action.dice")} onClick={() => (sheet.value = { name: "dice" })} />
      <LineDot />
    </nav>
  );
}

function StripButton({
  icon,
  word,
  onClick,
  off = false,
}: {
  readonly icon: IconName;
  readonly word: string;
  readonly onClick: () => void;
  readonly off?: boolean;
}): JSX.Element {
  return (
    <button type="button" class="icon" aria-label={word} title={word} disabled={off} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
