// Table mode: one device in the middle, one panel per seat, each turned to its player. A tap on the whole panel does what the
// great button would do for that seat; seats held by phones play on theirs.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
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

type Shape = "wide" | "tall";

function useShape(): Shape {
  const [shape, setShape] = useState<Shape>(() => (innerWidth > innerHeight ? "wide" : "tall"));
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
  const grid = {
    "grid-template-columns": `repeat(${layout.columns}, minmax(0, 1fr))`,
    "grid-template-rows": Array.from({ length: layout.rows + 1 }, (_, i) => (i + 1 === layout.strip ? "auto" : "minmax(0, 1fr)")).join(" "),
  };
  const who = standing(session.model.value);
  const due = table.players.filter((player) => player.timeoutPending && mayPlayFor(table, who, player.id));
  const isNear = ({ id }: PlayerView): boolean => (layout.places[table.playOrder.indexOf(id)]?.row ?? 0) > layout.strip;
  return (
    <main class="table-mode" style={grid} data-status={table.status} data-v={table.v} data-count={table.players.length} data-shape={shape}>
      <h1 class="sr">{table.name || table.id}</h1>
      {table.playOrder.map((seat, at) => {
        const player = playerOf(table, seat);
        const place = layout.places[at];
        const asked = player && due.includes(player) ? shape : null;
        return player && place ? <Panel key={seat} table={table} player={player} place={place} asked={asked} /> : null;
      })}
      <Strip table={table} row={layout.strip} />
      <div class="table-banners" data-end={due.some(isNear) ? "far" : "near"}>
        <QuestionBanners table={table} who={who} />
      </div>
    </main>
  );
}

interface PanelProps {
  readonly table: Table;
  readonly player: PlayerView;
  readonly place: Place;
  /** He chooses here how he goes on after a flag fall, with the device held so; whoever plays on a phone chooses there. */
  readonly asked: Shape | null;
}

function Panel({ table, player, place, asked }: PanelProps): JSX.Element {
  const { session, speech, sheet } = useApp();
  const words = useWords();
  const { resting, give } = useOneTap();
  const seat = player.id;
  const who = standing(session.model.value);
  const offer = offerFor(table, who, seat);
  const mayChange = who.host || who.seat === seat;
  const act = words(offer.label);
  const lit = isRunning(table, seat);
  const root = useRef<HTMLElement>(null);
  // Eight seats are more than a small phone shows at once, also when it is turned meanwhile, and seconds count.
  useEffect(() => {
    if (asked) root.current?.scrollIntoView({ block: "nearest" });
  }, [asked]);
  return (
    <section
      ref={root}
      class={`panel tint turn-${place.turn}${lit ? " on" : ""}${player.isEliminated ? " dead" : ""}${asked ? " asked" : ""}`}
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
        aria-disabled={resting && offer.command !== null}
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
        {asked ? (
          <div class="panel-choice">
            <ChoiceBanner table={table} player={player} who={who} />
          </div>
        ) : (
          <>
            <ClockFace seat={seat} great label={player.name} />
            <p class="panel-act">
              {player.isEliminated ? speech.t("table.out") : table.status === "running" && (lit || offer.weight === "quiet") ? act : ""}
            </p>
          </>
        )}
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
