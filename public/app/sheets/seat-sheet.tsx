// One seat close up: its times, numbers and commander damage; and, for the host, what a host may do about it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../model/model.ts";
import { mayBeHost } from "../model/next-host.ts";
import { nameOf, playerOf, type Standing, standing } from "../model/table-questions.ts";
import { counterWord } from "../ui/counter-word.ts";
import { ClockFace } from "../ui/face.tsx";
import { SeatShape } from "../ui/icons.tsx";
import { Field } from "../ui/parts.tsx";
import { SheetFrame } from "../ui/sheet.tsx";
import { RowButton, SureButton } from "../ui/sure-button.tsx";
import { Counter } from "../ui/tally.tsx";
import { typing } from "../ui/typing.ts";
import { seatTint } from "../ui/tint.ts";

export function SeatSheet({ seat, onClose }: { readonly seat: SeatId; readonly onClose: () => void }): JSX.Element | null {
  const { session, speech } = useApp();
  const { table } = session.model.value;
  const player = table ? playerOf(table, seat) : undefined;
  if (!table || !player) return null;
  const { t } = speech;
  const who = standing(session.model.value);
  const own = who.host || who.seat === seat;
  return (
    <SheetFrame title={player.name || t("seat.number", { n: seat })} onClose={onClose}>
      <div class="form tint" style={seatTint(table, seat)} data-seat-sheet={seat}>
        <div class="seat-head">
          <SeatShape seat={seat} size={26} />
          <div>
            <span class="section-title">{t("seat.used")}</span>
            <ClockFace seat={seat} label={player.name} />
          </div>
        </div>
        {own && table.status !== "waiting" ? <OwnNumbers seat={seat} /> : <Numbers player={player} />}
        <CommanderDamage table={table} player={player} />
        <SeatActs table={table} player={player} who={who} onDone={onClose} />
      </div>
    </SheetFrame>
  );
}

function OwnNumbers({ seat }: { readonly seat: SeatId }): JSX.Element {
  return (
    <div class="vals">
      {["life", "poison", "drunk"].map((name) => (
        <Counter key={name} seat={seat} name={name} />
      ))}
    </div>
  );
}

function Numbers({ player }: { readonly player: PlayerView }): JSX.Element {
  const { t } = useApp().speech;
  const shown = Object.entries(player.counters).filter(([, n]) => n > 0);
  return (
    <dl class="facts-line num">
      <div>
        <dt>{t("counter.life")}</dt>
        <dd>{player.life}</dd>
      </div>
      {shown.map(([name, n]) => (
        <div key={name}>
          <dt>{counterWord(t, name)}</dt>
          <dd>{n}</dd>
        </div>
      ))}
    </dl>
  );
}

function CommanderDamage({ table, player }: { readonly table: Table; readonly player: PlayerView }): JSX.Element {
  const { t } = useApp().speech;
  const rows = Object.entries(player.commanderDamage).filter(([, [a, b]]) => a + b > 0);
  return (
    <div>
      <h3 class="section-title">{t("seat.damage")}</h3>
      {rows.length === 0 ? <p class="hint">{t("seat.noDamage")}</p> : null}
      {rows.map(([from, [first, partner]]) => (
        <p class="damage-row tint num" key={from} style={seatTint(table, Number(from))}>
          <SeatShape seat={Number(from)} />
          <span>{nameOf(table, Number(from))}</span>
          <b>{partner > 0 ? `${first} + ${partner}` : first}</b>
        </p>
      ))}
    </div>
  );
}

interface ActsProps {
  readonly table: Table;
  readonly player: PlayerView;
  readonly who: Standing;
  readonly onDone: () => void;
}

function SeatActs({ table, player, who, onDone }: ActsProps): JSX.Element | null {
  const { session, speech } = useApp();
  const { t } = speech;
  const about = (type: string) => () => {
    session.give({ type, data: { playerId: player.id } });
    onDone();
  };
  const inPlay = table.status === "running" || table.status === "paused";
  const mayGiveTurn = !player.isEliminated && table.activePlayer !== player.id && table.status !== "finished";
  const turn =
    mayGiveTurn && (who.host || (who.seat !== null && who.seat === table.activePlayer)) ? (
      <RowButton icon="turn" word={t("seat.giveTurn")} onClick={about("switch")} />
    ) : null;
  const sit =
    !player.claimed && who.seat === null && !who.local ? <RowButton icon="person" word={t("seat.sit")} onClick={about("claim")} /> : null;
  if (!who.host)
    return turn || sit ? (
      <div class="rows">
        {sit}
        {turn}
      </div>
    ) : null;
  return (
    <div class="rows">
      {sit}
      {turn}
      <h3 class="section-title">{t("seat.host")}</h3>
      {player.claimed && who.seat !== player.id ? null : <SeatName player={player} />}
      {who.seat === player.id ? null : <TimeRow player={player} />}
      {inPlay ? <RowButton icon="alert" word={t("seat.addPenalty")} note={String(player.penalties)} onClick={about("addPenalty")} /> : null}
      {inPlay && player.isEliminated ? <RowButton icon="heart" word={t("seat.revive")} onClick={about("revive")} /> : null}
      {inPlay && !player.isEliminated ? <SureButton icon="skull" word={t("seat.eliminate")} onSure={about("eliminate")} /> : null}
      {who.seat !== player.id && mayBeHost(session.model.value, player, session.serverNowMs()) ? (
        <RowButton icon="crown" word={t("seat.makeHost")} onClick={about("transferHost")} />
      ) : null}
      {player.claimed && who.seat !== player.id ? <SureButton icon="leave" word={t("seat.kick")} onSure={about("kick")} /> : null}
    </div>
  );
}

/** Time given or taken by the host, in steps. */
function TimeRow({ player }: { readonly player: PlayerView }): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const give = (deltaMs: number) => () => session.give({ type: "adjustTime", data: { playerId: player.id, deltaMs } });
  return (
    <fieldset class="time-row">
      <legend class="sr">{t("seat.addTime")}</legend>
      {[-300, -60, -10, 10, 60, 300].map((s) => (
        <button type="button" class="num" key={s} onClick={give(s * 1000)}>
          {s > 0 ? "+" : "−"}
          {Math.abs(s) >= 60 ? t("time.minutes", { n: Math.abs(s) / 60 }) : t("time.seconds", { n: Math.abs(s) })}
        </button>
      ))}
    </fieldset>
  );
}

/** A seat nobody holds is named by the host. */
function SeatName({ player }: { readonly player: PlayerView }): JSX.Element {
  const { session, speech } = useApp();
  const [name, setName] = useState(player.name);
  const save = (): void => {
    const wanted = name.trim();
    if (wanted && wanted !== player.name) session.give({ type: "updatePlayer", data: { playerId: player.id, name: wanted } });
  };
  return (
    <Field label={speech.t("seat.nameOf")}>
      <input value={name} {...typing({ graphemes: limits.seatNameGraphemesMax }, setName)} onBlur={save} />
    </Field>
  );
}
