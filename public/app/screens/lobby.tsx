// Before the game: the code, the link and the picture to scan, the seats, and the start.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Translate } from "../i18n/words.ts";
import type { Table } from "../model/model.ts";
import { palette } from "../model/seat-look.ts";
import { standing } from "../model/table-questions.ts";
import { meantPlayer } from "../model/values.ts";
import { pathOf } from "../route.ts";
import { QuestionBanners } from "../ui/banners.tsx";
import { clockLine } from "../ui/clock-line.ts";
import { GoRow } from "../ui/go-row.tsx";
import { Icon, SeatShape } from "../ui/icons.tsx";
import { IconButton, LineDot } from "../ui/parts.tsx";
import { QrPicture } from "../ui/qr-picture.tsx";
import { typing } from "../ui/typing.ts";
import { seatTint } from "../ui/tint.ts";

export function Lobby({ table }: { readonly table: Table }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const who = standing(session.model.value);
  const { t } = speech;
  return (
    <main class="page lobby tint" style={seatTint(table, who.seat)}>
      <header class="bar">
        <h1 class="bar-title" dir="auto">
          {table.name || t("lobby.unnamed")}
        </h1>
        <LineDot />
        <span class="grow" />
        <IconButton name="share" label={t("share.title")} onClick={() => (sheet.value = { name: "share" })} />
        <IconButton name="menu" label={t("menu.title")} onClick={() => (sheet.value = { name: "menu" })} />
      </header>
      <section class="invite" aria-label={t("share.title")}>
        <QrPicture code={table.id} />
        <div>
          <p class="code num" data-code={table.id}>
            {table.id}
          </p>
          <p class="hint">{t("lobby.scan")}</p>
        </div>
      </section>
      <ul class="seats">
        {table.players.map((player) => (
          <SeatRow key={player.id} table={table} player={player} />
        ))}
      </ul>
      <LobbyTools table={table} />
      <footer class="lobby-foot">
        <QuestionBanners table={table} who={who} />
        <p class="bar centre num">{settingsLine(table, t)}</p>
        <GoRow table={table} who={who} />
      </footer>
    </main>
  );
}

function settingsLine({ campaign, settings }: Table, t: Translate): string {
  const round = campaign ? `${t("campaign.round", { round: campaign.round, rounds: campaign.rounds })} · ` : "";
  return round + clockLine(settings, t);
}

function SeatRow({ table, player }: { readonly table: Table; readonly player: PlayerView }): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const who = standing(session.model.value);
  const mine = who.seat === player.id;
  const notes = seatNotes({ table, player, mine });
  if (mine) return <OwnSeat table={table} player={player} />;
  const free = !player.claimed && who.seat === null;
  const act = (): void => {
    // The second half of a double tap on standing up must not sit down again.
    if (free && session.busy("unclaim")) return;
    if (free) session.giveAnswer({ type: "claim", data: { playerId: player.id } });
    else sheet.value = { name: "seat", seat: player.id };
  };
  return (
    <li>
      <button
        type="button"
        class={free ? "seat tint free" : "seat tint"}
        style={seatTint(table, player.id)}
        data-seat={player.id}
        data-claimed={player.claimed}
        onClick={act}
      >
        <SeatShape seat={player.id} size={18} />
        <b dir="auto">{player.name || t("seat.number", { n: player.id })}</b>
        <em>{notes.map((key) => t(key)).join(" · ")}</em>
      </button>
    </li>
  );
}

function seatNotes({
  table,
  player,
  mine,
}: {
  readonly table: Table;
  readonly player: PlayerView;
  readonly mine: boolean;
}): readonly string[] {
  const notes: string[] = [];
  const host = table.hostPlayer === player.id;
  if (mine) notes.push("lobby.you");
  if (host) notes.push("lobby.host");
  if (!player.claimed) notes.push("lobby.free");
  else if (!player.connected) notes.push("lobby.away");
  else if (!mine && !host) notes.push("lobby.ready");
  return notes;
}

/** The own seat: its name and colour, to be changed in place. */
function OwnSeat({ table, player }: { readonly table: Table; readonly player: PlayerView }): JSX.Element {
  const { session, speech, prefShelf } = useApp();
  const { t } = speech;
  const [name, setName] = useState<string | null>(null);
  const [colours, setColours] = useState(false);
  // What he typed stands there while it is on its way, which may take until the line is back.
  const meant = meantPlayer(session.model.value, player.id) ?? player;
  const rename = (): void => {
    const wanted = name?.trim();
    setName(null);
    if (!wanted || wanted === meant.name) return;
    prefShelf.set({ name: wanted });
    session.give({ type: "updatePlayer", data: { playerId: player.id, name: wanted } });
  };
  /** Whoever has not named his seat finds there what he called himself at the last table. */
  const offerName = (field: HTMLInputElement): void => {
    const last = prefShelf.prefs.peek().name;
    if (last === "" || meant.name !== t("seat.unnamed", { n: player.id })) return;
    field.value = last;
    setName(last);
  };
  return (
    <li class="seat own tint" style={seatTint(table, player.id)} data-seat={player.id} data-claimed="true">
      <button
        type="button"
        class="colour-button"
        aria-label={t("seat.colour")}
        aria-expanded={colours}
        onClick={() => setColours(!colours)}
      >
        <SeatShape seat={player.id} size={18} />
      </button>
      <input
        class="name-input"
        dir="auto"
        aria-label={t("seat.name")}
        value={name ?? meant.name}
        enterkeyhint="done"
        onFocus={({ currentTarget }) => {
          offerName(currentTarget);
          currentTarget.select();
        }}
        {...typing({ graphemes: limits.seatNameGraphemesMax }, setName)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <em>
        {seatNotes({ table, player, mine: true })
          .map((key) => t(key))
          .join(" · ")}
      </em>
      <button type="button" class="leave-seat" onClick={() => session.giveOnce({ type: "unclaim", data: {} })}>
        {t("lobby.stand")}
      </button>
      {colours ? <Swatches player={meant} onPicked={() => setColours(false)} /> : null}
    </li>
  );
}

function Swatches({ player, onPicked }: { readonly player: PlayerView; readonly onPicked: () => void }): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  return (
    <fieldset class="swatches">
      <legend class="sr">{t("seat.colour")}</legend>
      {palette.map((color, at) => (
        <button
          type="button"
          key={color}
          class="swatch"
          style={{ "--seat": color }}
          aria-label={t(`colour.${at}`)}
          aria-pressed={player.color === color}
          onClick={() => {
            session.give({ type: "updatePlayer", data: { playerId: player.id, color } });
            onPicked();
          }}
        />
      ))}
    </fieldset>
  );
}

/** What a host may do before the start, in one quiet row. */
function LobbyTools({ table }: { readonly table: Table }): JSX.Element | null {
  const { session, speech, sheet, go } = useApp();
  const who = standing(session.model.value);
  if (!who.host) return null;
  const { t } = speech;
  return (
    <div class="more lobby-tools">
      <button type="button" onClick={() => session.giveOnce({ type: "rollPlayOrder", data: {} })}>
        <Icon name="dice" size={18} />
        {t("lobby.rollOrder")}
      </button>
      <button type="button" onClick={() => session.giveOnce({ type: "randomStartPlayer", data: {} })}>
        <Icon name="shuffle" size={18} />
        {t("lobby.randomStart")}
      </button>
      <button type="button" onClick={() => (sheet.value = { name: "clock" })}>
        <Icon name="clock" size={18} />
        {t("lobby.clock")}
      </button>
      <button type="button" onClick={() => go(pathOf(table.id, "table"))}>
        <Icon name="table" size={18} />
        {t("menu.table")}
      </button>
    </div>
  );
}
