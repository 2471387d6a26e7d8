// What the table is asked right now: a choice after a flag fall, an undo to agree to, a loss to decide about.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useApp } from "../app-context.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Table } from "../model/model.ts";
import { choiceCommand, undoCommand } from "../model/offer.ts";
import { mayPlayFor, nameOf, type Standing, standing, undoAnswer } from "../model/table-questions.ts";
import { lastsMs, secondsLeft } from "../model/time-text.ts";
import { useMoment, write } from "./face.tsx";

export function Banners({ table }: { readonly table: Table }): JSX.Element {
  const { session } = useApp();
  const who = standing(session.model.value);
  return (
    <>
      {table.players
        .filter((player) => player.timeoutPending)
        .map((player) => (
          <ChoiceBanner key={player.id} table={table} player={player} who={who} />
        ))}
      <QuestionBanners table={table} who={who} />
    </>
  );
}

/** What the whole table is asked. */
export function QuestionBanners({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element {
  return (
    <>
      <UndoBanner table={table} who={who} />
      <AskBanners table={table} who={who} />
    </>
  );
}

export function ChoiceBanner({
  table,
  player,
  who,
}: {
  readonly table: Table;
  readonly player: PlayerView;
  readonly who: Standing;
}): JSX.Element {
  const { session, speech } = useApp();
  const { t, number } = speech;
  const left = useRef<HTMLElement>(null);
  useMoment(player.id, ({ face }) => {
    write(left.current, number(secondsLeft(face.choiceMs), 1));
    return lastsMs(face.choiceMs, "tenths");
  });
  const mine = mayPlayFor(table, who, player.id);
  const { timeoutPenaltyLives: lives, timeoutPenaltyDrunk: drunk } = table.settings;
  const choose = (choice: string) => () => session.giveAnswer(choiceCommand(table, who, { seat: player.id, choice }));
  return (
    <section class="banner choice" data-banner="choice" aria-label={t("choice.title")}>
      <p>
        <span>{mine ? t("choice.your", { name: player.name }) : t("choice.their", { name: player.name })}</span>{" "}
        <b class="num" ref={left} />
      </p>
      {mine ? (
        <div class="banner-row">
          <button type="button" data-choice="loseLives" onClick={choose("loseLives")}>
            {t("choice.loseLives", { count: lives })}
          </button>
          <button type="button" data-choice="gainDrunk" onClick={choose("gainDrunk")}>
            {t("choice.gainDrunk", { count: drunk })}
          </button>
          <button type="button" class="danger" data-choice="die" onClick={choose("die")}>
            {t("choice.die")}
          </button>
        </div>
      ) : null}
    </section>
  );
}

function UndoBanner({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element | null {
  const { session, speech } = useApp();
  const { t } = speech;
  const request = table.undoRequest;
  if (!request) return null;
  const answer = undoAnswer(table, who);
  const waits = answer === null && request.waitingFor.length > 0;
  const names = request.waitingFor.map((seat) => nameOf(table, seat)).join(", ");
  const by = request.by === null ? t("lobby.host") : nameOf(table, request.by);
  return (
    <section class="banner" data-banner="undo">
      <p>{waits ? t("undo.waiting", { names }) : t("undo.asked", { name: by })}</p>
      {answer === "again" ? (
        <div class="banner-row">
          <button type="button" class="strong" onClick={() => session.giveOnce(undoCommand(table))}>
            {t("action.undo")}
          </button>
        </div>
      ) : null}
      {answer === "agree" ? (
        <div class="banner-row">
          <button type="button" class="strong" onClick={() => session.giveAnswer({ type: "undo", data: { agree: true, v: request.v } })}>
            {t("undo.agree")}
          </button>
          <button type="button" onClick={() => session.giveAnswer({ type: "undo", data: { agree: false, v: request.v } })}>
            {t("undo.refuse")}
          </button>
        </div>
      ) : null}
    </section>
  );
}

/** 10 poison or 21 from one commander: the table decides, the host carries it out. */
function AskBanners({ table, who }: { readonly table: Table; readonly who: Standing }): JSX.Element | null {
  const { session, speech } = useApp();
  const put = useSignal<readonly string[]>([]);
  const { t } = speech;
  const asks = table.players
    .filter((p) => !p.isEliminated)
    .flatMap((p) => p.asks.map((reason) => ({ seat: p.id, name: p.name, reason, id: `${p.id}:${reason}` })));
  const open = asks.find((ask) => !put.value.includes(ask.id));
  // What was put aside and is not asked any more is asked again when it comes to it again.
  useEffect(() => {
    const still = put.value.filter((id) => asks.some((ask) => ask.id === id));
    if (still.length < put.value.length) put.value = still;
  });
  if (!open || (table.status !== "running" && table.status !== "paused")) return null;
  const reason = open.reason.split(":")[0] ?? open.reason;
  return (
    <section class="banner" data-banner="ask">
      <p>{t(`ask.${reason}`, { name: open.name })}</p>
      <div class="banner-row">
        {who.host ? (
          <button type="button" class="danger" onClick={() => session.giveAnswer({ type: "eliminate", data: { playerId: open.seat } })}>
            {t("ask.out")}
          </button>
        ) : null}
        <button
          type="button"
          onClick={() => {
            put.value = [...put.value, open.id];
          }}
        >
          {t("ask.playOn")}
        </button>
      </div>
    </section>
  );
}
