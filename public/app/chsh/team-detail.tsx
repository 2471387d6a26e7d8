// One team in full: every figure, the table of its questions, and its latest rounds.
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Figure } from "../../../lib/chsh/figures.ts";
import { type Item, items } from "../../../lib/chsh/items.ts";
import type { HostTeam } from "../../../lib/chsh/view.ts";
import { useApp } from "../app-context.ts";
import { fetchLog } from "../net/log.ts";
import type { HostShown } from "./model/class-table.ts";
import { type GridCell, gridOf } from "./model/grid.ts";
import { noHistory, type PlayedRound, withHappenings, withLog } from "./model/rounds.ts";
import { answerWord, figureText } from "./words.ts";

/** Changes of the log that are read back for the history: about a thousand rounds. */
const historyChanges = 2_500;
/** A log that could not be read is asked for again after so long: the line may live on, and then nothing else makes the page ask. */
const askAgainMs = 5_000;

interface TeamDetailProps extends HostShown {
  readonly team: HostTeam;
}

export function TeamDetail({ team, table, happenings }: TeamDetailProps): JSX.Element {
  const { t } = useApp().speech;
  return (
    <section class="team-detail" aria-label={team.name} data-detail={team.id}>
      <h2>{team.name}</h2>
      <div class="detail-part">
        <FigureList team={team} classic={table.mode === "classic"} />
        <h3 class="section-title">{t("class.grid")}</h3>
        <Grid team={team} />
      </div>
      <div class="detail-part">
        <h3 class="section-title">{t("class.history")}</h3>
        <History team={team} table={table} happenings={happenings} />
      </div>
    </section>
  );
}

function FigureList({ team, classic }: { readonly team: HostTeam; readonly classic: boolean }): JSX.Element {
  const { speech } = useApp();
  const { t, number } = speech;
  const { chsh, success, normalised, cross, trace, balance, balancedTrace, responseBalance, enough } = team.figures;
  const always: readonly [string, Figure | null][] = [
    ["chsh", chsh],
    ["success", success],
    ["normalised", normalised],
    ["cross", cross],
  ];
  const inClassic: readonly [string, Figure | null][] = [
    ["trace", trace],
    ["balance", balance],
    ["balancedTrace", balancedTrace],
  ];
  return (
    <>
      <dl class="figures">
        {[...always, ...(classic ? inClassic : [])].map(([name, figure]) => (
          <div key={name} data-figure={name}>
            <dt>{t(`class.figure.${name}`)}</dt>
            <dd class="num">{figureText(speech, figure)}</dd>
          </div>
        ))}
        <div data-figure="responseBalance">
          <dt>{t("class.figure.responseBalance")}</dt>
          <dd class="num">{responseBalance === null ? t("class.noData") : number(responseBalance, 2)}</dd>
        </div>
      </dl>
      <p class="hint">{t(enough ? "class.enough" : "class.notEnough")}</p>
    </>
  );
}

function Grid({ team }: { readonly team: HostTeam }): JSX.Element {
  const { t } = useApp().speech;
  return (
    <table class="pair-grid num">
      <caption class="hint">{t("class.gridAbout")}</caption>
      <thead>
        <tr>
          <td />
          {items.map((item) => (
            <th scope="col" key={item}>
              {item}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {gridOf(team).map(({ first, cells }) => (
          <tr key={first}>
            <th scope="row">{first}</th>
            {cells.map((cell) => (
              <PairCell key={cell.second} first={first} cell={cell} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PairCell({ first, cell }: { readonly first: Item; readonly cell: GridCell }): JSX.Element {
  const { number } = useApp().speech;
  const { second, rounds, same, mean } = cell;
  const shade = mean === null ? {} : { "--mean": String(Math.round(Math.abs(mean) * 100)) };
  return (
    <td data-pair={`${first}${second}`} data-sign={mean === null ? "none" : mean < 0 ? "minus" : "plus"} style={shade}>
      {rounds === 0 ? "–" : `${same}/${rounds}`}
      {mean === null ? null : <small>{`${mean < 0 ? "−" : "+"}${number(Math.abs(mean), 2)}`}</small>}
    </td>
  );
}

/**
 * Rounds that were played before this page came, or came back, are read from the log: of a busy class it is not told all that it missed.
 * Later ones are taken in as they come.
 */
function useHistory({ table, happenings }: HostShown): { readonly rounds: readonly PlayedRound[]; readonly isRead: boolean } {
  const { session } = useApp();
  const isHere = useComputed(() => session.model.value.link === "open").value;
  const history = useRef(noHistory);
  const [isRead, setRead] = useState(false);
  const { id, status } = table;
  const fresh = status === "waiting";
  useEffect(() => {
    if (!isHere) return;
    let here = true;
    let stop = (): void => undefined;
    history.current = noHistory;
    setRead(false);
    const read = async (): Promise<void> => {
      const log = await fetchLog(id, { after: Math.max(0, table.v - historyChanges) });
      if (!here) return;
      if (log === null) {
        stop = session.env.after(askAgainMs, () => void read());
        return;
      }
      history.current = withLog(history.current, log);
      setRead(true);
    };
    void read();
    return () => {
      here = false;
      stop();
    };
  }, [id, fresh, isHere]);
  history.current = withHappenings(history.current, happenings);
  return { rounds: history.current.rounds, isRead };
}

function History({ team, table, happenings }: TeamDetailProps): JSX.Element {
  const { t } = useApp().speech;
  const { rounds, isRead } = useHistory({ table, happenings });
  const own = rounds.filter(({ teamId }) => teamId === team.id);
  const isWhole = own.length >= team.figures.rounds;
  return (
    <>
      {own.length === 0 ? null : <RoundList rounds={own} />}
      {isWhole ? null : <p class="hint">{t(isRead ? "class.olderRounds" : "class.exporting")}</p>}
      {isWhole && own.length === 0 ? <p class="hint">{t("class.noRounds")}</p> : null}
    </>
  );
}

function RoundList({ rounds }: { readonly rounds: readonly PlayedRound[] }): JSX.Element {
  const { t } = useApp().speech;
  return (
    <table class="round-list num">
      <thead>
        <tr>
          <th scope="col">{t("class.roundShort")}</th>
          <th scope="col">{t("class.slot", { n: 1 })}</th>
          <th scope="col">{t("class.slot", { n: 2 })}</th>
        </tr>
      </thead>
      <tbody>
        {rounds.toReversed().map(({ round, questions, answers }) => (
          <tr key={round} data-history={round}>
            <td>{round}</td>
            <td>{`${questions[0]} → ${answerWord(t, answers[0])}`}</td>
            <td>{`${questions[1]} → ${answerWord(t, answers[1])}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
