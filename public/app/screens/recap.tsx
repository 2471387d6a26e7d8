// After the game (or so far): who used how much time on what, the longest think, damage, life, who went when; and the exports.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { enRecap } from "../i18n/en-recap.ts";
import { trRecap } from "../i18n/tr-recap.ts";
import { useTaught } from "../i18n/use-taught.ts";
import type { Translate } from "../i18n/words.ts";
import type { Table } from "../model/model.ts";
import type { LoggedChange } from "../model/logged.ts";
import { afterReading, noLog, type ShownLog } from "../net/log.ts";
import { type Recap as RecapFacts, recapCsv, recapOf } from "../model/recap.ts";
import { nameOf, standing, wonBy } from "../model/table-questions.ts";
import { durationText } from "../model/time-text.ts";
import { pathOf } from "../route.ts";
import { QuestionBanners } from "../ui/banners.tsx";
import { LineChart, TurnChart } from "../ui/charts.tsx";
import { GoRow } from "../ui/go-row.tsx";
import { saveFile } from "../ui/save-file.ts";
import { SeatShape } from "../ui/icons.tsx";
import { IconButton, LineDot } from "../ui/parts.tsx";
import { seatTint } from "../ui/tint.ts";
import "../../styles/recap.css";

const words = { en: enRecap, tr: trRecap };

export function Recap(): JSX.Element | null {
  useTaught(words);
  const { session } = useApp();
  const { table } = session.model.value;
  return table ? <RecapOf table={table} /> : null;
}

/** A log that could not be read is asked for again after so long: once a game is over no change makes the page ask. */
const askAgainMs = 5_000;

function useLog({ id, v }: Table): ShownLog {
  const { session } = useApp();
  const [log, setLog] = useState(noLog(id));
  const [tries, setTries] = useState(0);
  // What is read comes in the order in which it was asked for: also while changes come faster than it, it is shown.
  useEffect(
    () => void session.readLog(v).then((changes) => setLog((before) => afterReading(before, id, changes))),
    [id, v, tries, session],
  );
  useEffect(() => (log.isMissing ? session.env.after(askAgainMs, () => setTries((n) => n + 1)) : undefined), [log, session]);
  return log.of === id ? log : noLog(id);
}

function RecapOf({ table }: { readonly table: Table }): JSX.Element {
  const { session, speech, sheet, go } = useApp();
  const { t } = speech;
  const { changes: log, isMissing } = useLog(table);
  const who = standing(session.model.value);
  const facts = useMemo(() => (log ? factsOf(table, log) : null), [log, table]);
  const finished = table.status === "finished";
  const title = finished ? resultWords(table, t) : t("recap.running");
  return (
    <main
      class="page recap tint"
      style={seatTint(table, table.winner ?? table.campaign?.winners?.[0] ?? who.seat)}
      data-status={table.status}
      data-v={table.v}
    >
      <header class="bar">
        {finished ? null : <IconButton name="back" label={t("recap.back")} onClick={() => go(pathOf(table.id))} />}
        <span class="num">
          {table.campaign ? `${t("campaign.round", { round: table.campaign.round, rounds: table.campaign.rounds })} · ` : ""}
          {facts ? t("recap.length", { time: durationText(facts.playedMs) }) : table.name}
        </span>
        <span class="grow" />
        <LineDot />
        <IconButton name="menu" label={t("menu.title")} onClick={() => (sheet.value = { name: "menu" })} />
      </header>
      <h1>{title}</h1>
      {finished ? null : <QuestionBanners table={table} who={who} />}
      {table.campaign ? <Standings table={table} /> : null}
      {isMissing ? <p class="hint">{t("recap.missing")}</p> : null}
      {facts ? <Charts table={table} facts={facts} /> : null}
      {facts && log ? <Exports table={table} facts={facts} log={log} /> : null}
      {finished ? (
        <div class="recap-foot">
          <QuestionBanners table={table} who={who} />
          <GoRow table={table} who={who} />
        </div>
      ) : null}
    </main>
  );
}

function factsOf(table: Table, log: readonly LoggedChange[]): RecapFacts {
  return recapOf(log, { seats: table.players.map((p) => p.id), startingLife: table.settings.startingLife, order: table.playOrder });
}

function resultWords(table: Table, t: Translate): string {
  const champions = table.campaign?.winners;
  if (champions) return t("recap.champion", { count: champions.length, names: champions.map((seat) => nameOf(table, seat)).join(", ") });
  if (table.winner === null) return t("recap.draw");
  return t(table.campaign ? "recap.winsRound" : "recap.wins", { name: nameOf(table, table.winner) });
}

function Standings({ table }: { readonly table: Table }): JSX.Element | null {
  const { t } = useApp().speech;
  const { campaign } = table;
  if (!campaign) return null;
  const kind = wonBy(campaign);
  const [byPoints, byTime] = [kind === "points", kind === "time"];
  const ranked = [...campaign.standings].sort((a, b) => (byTime ? a.usedMs - b.usedMs : byPoints ? b.points - a.points : b.wins - a.wins));
  return (
    <section>
      <h2 class="section-title">{t("recap.standings")}</h2>
      <ol class="standings">
        {ranked.map((row) => (
          <li key={row.id} class="tint num" style={seatTint(table, row.id)}>
            <SeatShape seat={row.id} />
            <span dir="auto">{nameOf(table, row.id)}</span>
            <b>{byTime ? durationText(row.usedMs) : byPoints ? row.points : t("recap.won", { count: row.wins })}</b>
            {byPoints ? <em>{t("recap.level", { level: row.level })}</em> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Charts({ table, facts }: { readonly table: Table; readonly facts: RecapFacts }): JSX.Element {
  const { t } = useApp().speech;
  const seats = [...facts.seats].sort((a, b) => b.usedMs - a.usedMs);
  const most = Math.max(1, seats[0]?.usedMs ?? 1);
  return (
    <>
      <section class="used" aria-label={t("recap.kinds")}>
        {seats.map((row) => (
          <div class="used-row tint" key={row.seat} style={seatTint(table, row.seat)} data-used={row.seat}>
            <span class="used-name">
              <SeatShape seat={row.seat} />
              <span dir="auto">{nameOf(table, row.seat)}</span>
            </span>
            <span class="track" aria-hidden="true">
              {(["turn", "priority", "target"] as const).map((kind) => (
                <i key={kind} data-kind={kind} style={{ width: `${((100 * row.used[kind]) / most).toFixed(2)}%` }} />
              ))}
            </span>
            <b class="num">{durationText(row.usedMs)}</b>
            <em class="num">{t("recap.perTurn", { time: durationText(row.turns > 0 ? row.used.turn / row.turns : 0) })}</em>
          </div>
        ))}
        <p class="legend">
          <i data-kind="turn" /> {t("recap.turns")} <i data-kind="priority" /> {t("recap.priority")} <i data-kind="target" />{" "}
          {t("recap.targets")}
        </p>
      </section>
      <Facts table={table} facts={facts} />
      <div class="chart-grid">
        <LineChart table={table} title={t("recap.lifeChart")} series={facts.seats.map((s) => ({ seat: s.seat, points: s.life }))} stepped />
        <LineChart table={table} title={t("recap.timeChart")} series={facts.seats.map((s) => ({ seat: s.seat, points: s.time }))} times />
        <TurnChart table={table} title={t("recap.turnChart")} turns={facts.turns} />
      </div>
    </>
  );
}

function Facts({ table, facts }: { readonly table: Table; readonly facts: RecapFacts }): JSX.Element {
  const { t } = useApp().speech;
  const total = (what: "interrupts" | "dealt" | "timeouts"): number => facts.seats.reduce((sum, s) => sum + s[what], 0);
  const leaders = (what: "interrupts" | "dealt" | "timeouts"): string =>
    [...facts.seats]
      .filter((s) => s[what] > 0)
      .sort((a, b) => b[what] - a[what])
      .slice(0, 2)
      .map((s) => `${nameOf(table, s.seat)} ${s[what]}`)
      .join(", ") || t("recap.none");
  const { longest } = facts;
  return (
    <section class="facts">
      <Fact
        name={t("recap.longest")}
        value={longest ? durationText(longest.ms) : "–"}
        sub={longest ? t("recap.longestSub", { name: nameOf(table, longest.seat), turn: longest.turn }) : ""}
      />
      <Fact name={t("recap.interrupts")} value={String(total("interrupts"))} sub={leaders("interrupts")} />
      <Fact name={t("recap.damage")} value={String(total("dealt"))} sub={leaders("dealt")} />
      <Fact name={t("recap.timeouts")} value={String(total("timeouts"))} sub={leaders("timeouts")} />
      <Fact
        name={t("recap.order")}
        value={String(facts.out.length)}
        sub={facts.out.map((o) => nameOf(table, o.seat)).join(", ") || t("recap.nobodyOut")}
      />
    </section>
  );
}

function Fact({ name, value, sub }: { readonly name: string; readonly value: string; readonly sub: string }): JSX.Element {
  return (
    <div class="fact">
      {name}
      <b class="num">{value}</b>
      {sub}
    </div>
  );
}

function Exports({
  table,
  facts,
  log,
}: {
  readonly table: Table;
  readonly facts: RecapFacts;
  readonly log: readonly LoggedChange[];
}): JSX.Element {
  const { t } = useApp().speech;
  const csv = (): void =>
    saveFile(
      `${table.id}.csv`,
      "text/csv",
      recapCsv(facts, (seat) => nameOf(table, seat)),
    );
  const json = (): void =>
    saveFile(`${table.id}.json`, "application/json", JSON.stringify({ game: table.id, name: table.name, recap: facts, log }, null, 1));
  return (
    <section class="grid-2">
      <button type="button" class="wide quiet-button" data-export="csv" onClick={csv}>
        {t("recap.csv")}
      </button>
      <button type="button" class="wide quiet-button" data-export="json" onClick={json}>
        {t("recap.json")}
      </button>
    </section>
  );
}
