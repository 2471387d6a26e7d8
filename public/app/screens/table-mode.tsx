// Table mode: one device in the middle, one panel per seat, each turned to its player. A tap on the whole panel does what the
// great button would do for that seat; seats held by phones play on theirs.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../model/model.ts";
import { offerFor } from "../model/offer.ts";
import { isRunning, mayPlayFor, playerOf, standing } from "../model/table-questions.ts";
import { type Place, tableLayout } from "../model/table-layout.ts";
import { useActs } from "../ui/acts.ts";
import { ChoiceBanner, QuestionBanners } from "../ui/banners.tsx";
import { ClockFace } from "../ui/face.tsx";
import { Icon, SeatShape } from "../ui/icons.tsx";
import { useOneTap } from "../ui/one-tap.ts";
import { IconButton, LineDot, useWords } from "../ui/parts.tsx";
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
    <main class="table-mode" style={grid} data-status={table.status} data-v={table.v} data-count={table.players.length} data-shape={shape}>
      <h1 class="sr">{table.name || table.id}</h1>
      {order.map((seat, at) => {
        const player = playerOf(table, seat);
        const place = layout.places[at];
        return player && place ? <Panel key={seat} table={table} player={player} place={place} /> : null;
      })}
      <Strip table={table} row={layout.strip} />
      <TurnedBanners table={table} columns={layout.columns} placeOf={(seat) => layout.places[order.indexOf(seat)]} />
    </main>
  );
}

function Panel({ table, player, place }: { readonly table: Table; readonly player: PlayerView; readonly place: Place }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const words = useWords();
  const { give } = useOneTap();
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
          if (offer.command) give(offer.command);
          else sheet.value = { name: "seat", seat };
        }}
      />
      <div class="panel-inner">
        <p class="panel-name">
          <SeatShape seat={seat} />
          <span dir="auto">{player.name}</span>
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
        onClick={() => (sheet.value = { name: "seat", seat: player.id })}
      >
        <Icon name="heart" size={15} />
        {tally.value}
      </button>
      {mayChange ? <StepButton sign={1} label={t("table.moreLife", { name: player.name })} onStep={tally.step} /> : <span />}
      <Bubble tally={tally} />
    </div>
  );
}

/** The table's own buttons, in a strip between the two halves: nothing lies over a panel. */
function Strip({ table, row }: { readonly table: Table; readonly row: number }): JSX.Element {
  const { speech, sheet } = useApp();
  const { t } = speech;
  const { pause, undo, ask, dice } = useActs(table);
  const waiting = table.status === "waiting";
  const turn = t("play.turn", { n: table.turn });
  return (
    <nav class="strip" style={{ "grid-row": String(row), "grid-column": "1 / -1" }} aria-label={t("table.hub")}>
      <IconButton name="menu" label={t("menu.title")} onClick={() => (sheet.value = { name: "menu" })} />
      <IconButton name={undo.icon} label={undo.word} off={undo.off} busy={undo.busy} onClick={undo.act} />
      <button
        type="button"
        class="strip-go"
        disabled={pause.off}
        aria-disabled={pause.busy}
        data-act={waiting ? "start" : "pause"}
        aria-label={waiting ? pause.word : `${pause.word}, ${turn}`}
        onClick={pause.act}
      >
        <Icon name={pause.icon} size={24} />
        <span>{waiting ? pause.word : turn}</span>
      </button>
      <IconButton name={ask.icon} label={ask.word} off={ask.off} busy={ask.busy} onClick={ask.act} />
      <IconButton name={dice.icon} label={dice.word} off={dice.off} onClick={dice.act} />
      <LineDot />
    </nav>
  );
}

const turns = [0, 90, 180, 270] as const;

interface TurnedProps {
  readonly table: Table;
  readonly columns: number;
  readonly placeOf: (seat: SeatId) => Place | undefined;
}

/** Where in its row a panel lies, so that what is asked lies on it and not on the neighbour's clock. */
function over(place: Place, columns: number): Record<string, string> {
  const wide = 100 / columns;
  return { "--at": `${wide * (place.column - 1 + place.span / 2)}vw`, "--wide": `${wide * place.span}vw` };
}

/** A choice after a flag fall lies before its player, turned as his panel is; whoever plays on a phone chooses there. */
function TurnedBanners({ table, columns, placeOf }: TurnedProps): JSX.Element {
  const who = standing(useApp().session.model.value);
  const due = table.players.filter((player) => player.timeoutPending && mayPlayFor(table, who, player.id));
  return (
    <>
      {turns.map((turn) => {
        const theirs = due.filter((player) => placeOf(player.id)?.turn === turn);
        const [only] = theirs.length === 1 && turn % 180 === 0 ? theirs : [];
        const place = only && placeOf(only.id);
        return (
          <div class={place ? "table-banners own" : "table-banners"} key={turn} data-turn={turn} style={place ? over(place, columns) : {}}>
            {theirs.map((player) => (
              <ChoiceBanner key={player.id} table={table} player={player} who={who} />
            ))}
            {turn === 0 ? <QuestionBanners table={table} who={who} /> : null}
          </div>
        );
      })}
    </>
  );
}
