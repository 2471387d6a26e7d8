// A player's screen: one question, two answers of equal weight, and what the last round was. Nothing of the partner's open answer.
import type { JSX } from "preact";
import { isWin, pairIndex } from "../../../lib/chsh/items.ts";
import { useApp } from "../app-context.ts";
import { palette } from "../model/seat-look.ts";
import { useOneTap } from "../ui/one-tap.ts";
import { SureButton } from "../ui/sure-button.tsx";
import { tintOf } from "../ui/tint.ts";
import { ClassBar } from "./class-bar.tsx";
import { GaugeLine } from "./gauge-line.tsx";
import type { LeftTeams } from "./left-team.ts";
import { answerGiven, type PlayerTable } from "./model/class-table.ts";
import { rulerOf } from "./model/gauge.ts";
import { More } from "./more.tsx";
import { answerWord } from "./words.ts";

interface Shown {
  readonly table: PlayerTable;
}

const teamTint = (id: number): Record<string, string> => tintOf(palette[(id - 1) % palette.length] ?? palette[0]);

export function Player({ table, left }: Shown & { readonly left: LeftTeams }): JSX.Element {
  const { t } = useApp().speech;
  const leave = (): void => left.leave(table.id, table.team.name);
  return (
    <main
      class="page class-player tint"
      style={teamTint(table.team.id)}
      data-class="player"
      data-status={table.status}
      data-seat={table.seat}
      data-v={table.v}
    >
      <ClassBar title={table.team.name}>
        <PartnerNote table={table} />
      </ClassBar>
      <Question table={table} />
      <Last table={table} />
      <Score table={table} />
      <More>
        <p class="hint">{t("class.rules")}</p>
        <SureButton icon="leave" word={t("class.leaveTeam")} onSure={leave} />
      </More>
    </main>
  );
}

function PartnerNote({ table }: Shown): JSX.Element {
  const { t } = useApp().speech;
  const { state, partnerHere } = table.team;
  const word = state === "playing" ? (partnerHere ? "here" : "away") : "none";
  return (
    <span class="partner" data-partner={word} role="status">
      <i class="dot" aria-hidden="true" />
      {t(`class.partner.${word}`)}
    </span>
  );
}

/** Why there is no question now. */
function whyNone({ status, team }: PlayerTable): string {
  if (status === "finished") return "class.finished";
  if (team.state !== "playing") return "class.needPartner";
  return status === "waiting" ? "class.notStarted" : "class.paused";
}

function Question({ table }: Shown): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const oneTap = useOneTap();
  const { round, status } = table;
  const none = round === null || status !== "running";
  const given = answerGiven(table, session.model.value.outbox);
  if (none)
    return (
      <section class="question" data-question="none" aria-live="polite">
        <p class="question-wait">{t(whyNone(table))}</p>
        <p class="hint">{t(`${whyNone(table)}.sub`)}</p>
      </section>
    );
  return (
    <>
      <section class="question" data-question={round.question} data-round={round.number} aria-live="polite">
        <p class="hint num">{t("class.round", { n: round.number })}</p>
        <p class="letter">
          <span class="sr">{t("class.yourQuestion")} </span>
          {round.question}
        </p>
        <p class="hint">{t(given === null ? "class.answerNow" : "class.waitForPartner")}</p>
      </section>
      <div class="answers">
        {[true, false].map((answer) => (
          <button
            type="button"
            key={String(answer)}
            class={given === answer ? "go answer" : "go quiet answer"}
            data-answer={answer}
            aria-pressed={given === answer}
            aria-disabled={given !== null || oneTap.resting}
            onClick={() => {
              // Where the partner had answered before, the next question stands here at once.
              if (given === null) oneTap.give({ type: "answer", data: { round: round.number, answer } });
            }}
          >
            {answerWord(t, answer)}
          </button>
        ))}
      </div>
    </>
  );
}

function Last({ table }: Shown): JSX.Element | null {
  const { t } = useApp().speech;
  const { last, slot } = table;
  if (last === null) return null;
  const [own, other] = slot === 1 ? ([0, 1] as const) : ([1, 0] as const);
  const same = last.answers[0] === last.answers[1];
  const won = isWin(pairIndex(last.questions[0], last.questions[1]), same);
  const said = (at: 0 | 1): string => `${last.questions[at]} → ${answerWord(t, last.answers[at])}`;
  return (
    <section class="last" data-last={last.number} data-won={won}>
      <h2 class="section-title">{t("class.last", { n: last.number })}</h2>
      <p class="last-pair">
        <span>
          {t("class.you")} <b>{said(own)}</b>
        </span>
        <span>
          {t("class.partner")} <b>{said(other)}</b>
        </span>
      </p>
      <p class="last-verdict">
        <b>{t(won ? "class.won" : "class.lost")}</b> {t(won === same ? "class.sameWins" : "class.differentWins")}
      </p>
    </section>
  );
}

function Score({ table }: Shown): JSX.Element | null {
  const { t, percent } = useApp().speech;
  const { rounds, success } = table.team;
  if (success === null) return null;
  const won = Math.round(success.value * rounds);
  const ruler = rulerOf("success", table.mode);
  return (
    <section class="score" data-rounds={rounds} data-won={won}>
      <p>
        <b class="num">{t("class.score", { won, count: rounds })}</b> <span class="num">{percent(success.value, 1)}</span>
      </p>
      {ruler === null ? null : (
        <>
          <GaugeLine name={t("class.figure.success")} figure={success} ruler={ruler} />
          <p class="hint">{t("class.scoreLimit")}</p>
        </>
      )}
    </section>
  );
}
