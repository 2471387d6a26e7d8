// All teams, one row each, keyed: a row is drawn again only when its own team changed.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Mode } from "../../../lib/chsh/items.ts";
import type { HostTeam } from "../../../lib/chsh/view.ts";
import { useApp } from "../app-context.ts";
import { Icon } from "../ui/icons.tsx";
import { GaugeLine } from "./gauge-line.tsx";
import { columnsOf, type FigureName, type HostTable, leaders, marksOf } from "./model/class-table.ts";
import { type Ruler, rulerOf } from "./model/gauge.ts";
import { figureText } from "./words.ts";

interface TeamTableProps {
  readonly table: HostTable;
  readonly chosen: number | null;
  readonly onChoose: (id: number) => void;
}

export function TeamTable({ table, chosen, onChoose }: TeamTableProps): JSX.Element {
  const { speech } = useApp();
  const { t } = speech;
  const { teams, mode } = table;
  const shown = columnsOf(mode);
  if (teams.length === 0) return <p class="class-empty">{t("class.noTeams")}</p>;
  const first = marksOf(mode).map((name) => ({ name, ids: leaders(teams, name) }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can be scrolled must be reachable by keys.
    <section class="team-table" aria-label={t("class.teamsTitle")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("class.team")}</th>
            <th scope="col" class="num-col">
              {t("class.roundsShort")}
            </th>
            {shown.map((name) => (
              <th scope="col" key={name} data-figure={name}>
                {t(`class.figure.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {teams.map((team) => (
            <TeamRow
              key={team.id}
              team={team}
              isChosen={team.id === chosen}
              leads={first
                .filter(({ ids }) => ids.has(team.id))
                .map(({ name }) => name)
                .join(" ")}
              mode={mode}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface TeamRowProps {
  readonly team: HostTeam;
  readonly isChosen: boolean;
  /** Names of the figures in which this team leads, with spaces between. */
  readonly leads: string;
  readonly mode: Mode;
  readonly onChoose: (id: number) => void;
}

/** The same row is given back while nothing of it changed: what is the same is not drawn again. */
function TeamRow({ team, isChosen, leads, mode, onChoose }: TeamRowProps): JSX.Element {
  const { speech } = useApp();
  const language = speech.language.value;
  // `onChoose` is made anew with every draw and always does the same for a team.
  return useMemo(() => {
    const leading = leads.split(" ");
    return (
      <tr data-team={team.id} data-state={team.state} data-rounds={team.figures.rounds}>
        <th scope="row">
          <button type="button" class="team-name" aria-expanded={isChosen} onClick={() => onChoose(team.id)}>
            <b>{team.name}</b>
            <TeamState team={team} />
          </button>
        </th>
        <td class="num num-col">{team.figures.rounds}</td>
        {columnsOf(mode).map((name) => (
          <td key={name} data-figure={name}>
            <FigureCell team={team} name={name} ruler={rulerOf(name, mode)} leads={leading.includes(name)} />
          </td>
        ))}
      </tr>
    );
  }, [team, isChosen, leads, mode, language, speech]);
}

function TeamState({ team }: { readonly team: HostTeam }): JSX.Element {
  const { t } = useApp().speech;
  const { state, players, answered } = team;
  return (
    <span class="team-state">
      {players.map((presence, slot) => (
        <i
          key={slot}
          class="presence"
          data-presence={presence}
          data-answered={answered[slot]}
          role="img"
          aria-label={`${t("class.slot", { n: slot + 1 })}: ${t(`class.presence.${presence}`)}${answered[slot] ? `, ${t("class.hasAnswered")}` : ""}`}
        >
          {answered[slot] ? <Icon name="check" size={12} /> : null}
        </i>
      ))}
      {t(`class.state.${state}`)}
      <span class="num state-rounds">{t("class.rounds", { count: team.figures.rounds })}</span>
    </span>
  );
}

interface FigureCellProps {
  readonly team: HostTeam;
  readonly name: FigureName;
  readonly ruler: Ruler | null;
  readonly leads: boolean;
}

function FigureCell({ team, name, ruler, leads }: FigureCellProps): JSX.Element {
  const { speech } = useApp();
  const { t } = speech;
  const figure = team.figures[name];
  return (
    <span class="figure" data-enough={team.figures.enough}>
      <span class="num">
        {figureText(speech, figure)}
        {leads ? (
          <span class="leads" role="img" aria-label={t("class.leads")}>
            <Icon name="crown" size={15} />
          </span>
        ) : null}
      </span>
      {figure === null || ruler === null ? null : <GaugeLine name={t(`class.figure.${name}`)} figure={figure} ruler={ruler} />}
    </span>
  );
}
