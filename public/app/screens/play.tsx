// The game as one seat sees it: the others as cards, the own clock in its ring, the numbers, and the great button.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Table } from "../model/model.ts";
import { offerFor, seatInHand } from "../model/offer.ts";
import { chainOf, focusSeat, otherSeats, sayOf, soFarOf } from "../model/play-face.ts";
import { nameOf, playerOf, type Standing, standing } from "../model/table-questions.ts";
import { useActs } from "../ui/acts.ts";
import { Banners } from "../ui/banners.tsx";
import { ClockFace, DelayText, Ring } from "../ui/face.tsx";
import { GreatButton } from "../ui/great-button.tsx";
import { SeatShape } from "../ui/icons.tsx";
import { IconButton, LineDot, useWords } from "../ui/parts.tsx";
import { PlayActions } from "../ui/play-actions.tsx";
import { SeatCard } from "../ui/seat-card.tsx";
import { Counter } from "../ui/tally.tsx";
import { seatTint } from "../ui/tint.ts";

export function Play({ table }: { readonly table: Table }): JSX.Element {
  const { session } = useApp();
  const who = standing(session.model.value);
  const focus = focusSeat(table, who);
  const others = otherSeats(table, focus);
  const inHand = seatInHand(table, who);
  const offer = offerFor(table, who, inHand);
  const forName = inHand !== null && inHand !== who.seat ? nameOf(table, inHand) : null;
  const acts = who.host || who.seat !== null;
  return (
    <main
      class="page play tint"
      style={seatTint(table, focus)}
      data-status={table.status}
      data-v={table.v}
      data-seat={who.seat ?? ""}
      data-watching={!acts}
      data-others={others.length}
      data-many={others.length > 4}
    >
      <h1 class="sr">{table.name || table.id}</h1>
      <PlayBar table={table} />
      <section class="others" aria-label={useApp().speech.t("play.others")}>
        {others.map((seat) => (
          <SeatCard key={seat} table={table} seat={seat} />
        ))}
      </section>
      {focus === null ? null : <Mine table={table} who={who} seat={focus} />}
      <div class="hand">
        <Banners table={table} />
        {who.seat === null ? null : <Values seat={who.seat} />}
        <GreatButton offer={offer} forName={forName} />
        {acts ? <PlayActions table={table} great={forName === null && offer.command ? offer.command.type : null} /> : null}
      </div>
    </main>
  );
}

function PlayBar({ table }: { readonly table: Table }): JSX.Element {
  const { speech, sheet } = useApp();
  const { t } = speech;
  const { pause } = useActs(table);
  return (
    <header class="bar play-bar">
      <button
        type="button"
        class="chip num"
        aria-label={t("share.open", { code: table.id })}
        onClick={() => (sheet.value = { name: "share" })}
      >
        {table.id}
      </button>
      <LineDot />
      <span class="grow" />
      {table.campaign ? (
        <span class="num">{t("campaign.roundShort", { round: table.campaign.round, rounds: table.campaign.rounds })}</span>
      ) : null}
      <span class="num turn-count">{t("play.turn", { n: table.turn })}</span>
      {pause.off ? null : <IconButton name={pause.icon} label={pause.word} busy={pause.busy} onClick={pause.act} />}
      <IconButton name="menu" label={t("menu.title")} onClick={() => (sheet.value = { name: "menu" })} />
    </header>
  );
}

function Mine({ table, who, seat }: { readonly table: Table; readonly who: Standing; readonly seat: SeatId }): JSX.Element {
  const { speech, sheet } = useApp();
  const words = useWords();
  const { t } = speech;
  const player = playerOf(table, seat);
  const chain = chainOf(table);
  return (
    <section class="mine" data-focus={seat}>
      <Ring seat={seat} />
      <div class="mine-inner">
        <p class="say" key={words(sayOf(table, who, seat))}>
          {words(sayOf(table, who, seat))}
        </p>
        <ClockFace seat={seat} great label={player?.name ?? ""} />
        {chain.length > 0 ? (
          <Chain table={table} who={who} chain={chain} />
        ) : (
          <button type="button" class="sub num" onClick={() => (sheet.value = { name: "seat", seat })}>
            <DelayText seat={seat} word={t("play.delay")} />
            {player && table.settings.bonusTime > 0 ? <span>{t("play.bonus", { s: table.settings.bonusTime / 1000 })}</span> : null}
            {player && player.penalties > 0 ? <span>{t("play.penalties", { count: player.penalties })}</span> : null}
            <SoFar table={table} seat={seat} />
            {who.seat === null && player ? <span>{t("play.lifeIs", { n: player.life })}</span> : null}
          </button>
        )}
      </div>
    </section>
  );
}

/** What a seat has won in a campaign's rounds before this one. */
function SoFar({ table, seat }: { readonly table: Table; readonly seat: SeatId }): JSX.Element | null {
  const { t } = useApp().speech;
  const words = soFarOf(table, seat);
  return words ? <span data-so-far={seat}>{t(words.key, words.params)}</span> : null;
}

/** The interrupt stack as a visible chain: whose turn, then everyone who pushed on, the top last. */
function Chain({ table, who, chain }: { readonly table: Table; readonly who: Standing; readonly chain: readonly SeatId[] }): JSX.Element {
  const { t } = useApp().speech;
  const cut = chain.length > 4;
  const shown = cut ? [...chain.slice(0, 1), ...chain.slice(-2)] : chain;
  return (
    <ol class="chain" aria-label={t("play.stack")} data-cut={cut}>
      {shown.map((seat, at) => {
        const name = seat === who.seat ? t("play.you") : nameOf(table, seat);
        const top = at === shown.length - 1;
        return (
          <li key={`${at}-${seat}`} class="tint" style={seatTint(table, seat)} data-top={top}>
            <SeatShape seat={seat} size={11} />
            <span dir="auto">{at === 0 ? t("play.turnOfShort", { name }) : name}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Values({ seat }: { readonly seat: SeatId }): JSX.Element {
  const { speech, prefShelf } = useApp();
  const [first, second] = prefShelf.prefs.value.counters;
  return (
    <section class="vals" aria-label={speech.t("play.values")}>
      <Counter seat={seat} name="life" />
      {first ? <Counter seat={seat} name={first} /> : null}
      {second ? <Counter seat={seat} name={second} /> : null}
    </section>
  );
}
