// What the page knows of a class, and questions about it that several screens ask. Pure; nothing here changes anything.
import type { Figure } from "../../../../lib/chsh/figures.ts";
import { cleanTeamName } from "../../../../lib/chsh/names.ts";
import { teamIdOf } from "../../../../lib/chsh/state.ts";
import type { HostTeam, HostView, LobbyTeam, PlayerView, WatcherView } from "../../../../lib/chsh/view.ts";
import type { StateData } from "../../../../lib/protocol/server-messages.ts";
import type { Model, Sent } from "../../model/model.ts";

export type HostTable = StateData<HostView>;
export type PlayerTable = StateData<PlayerView>;
export type WatcherTable = StateData<WatcherView>;
export type ClassTable = HostTable | PlayerTable | WatcherTable;

/** What the parts of the host's screen are drawn from. */
export interface HostShown {
  readonly table: HostTable;
  readonly happenings: Model["happenings"];
}

/** The class this page is in, or null. */
export const classOf = ({ other }: Model): ClassTable | null => (other?.game === "chsh" ? (other as unknown as ClassTable) : null);

/** The answer of the open round as its player means it now: the server's, or what is on its way there. */
export function answerGiven({ round }: PlayerTable, outbox: readonly Sent[]): boolean | null {
  if (round === null || round.answer !== null) return round?.answer ?? null;
  const sent = outbox
    .filter(({ type }) => type === "answer")
    .map(({ data }) => data as { readonly round: number; readonly answer: boolean });
  return sent.findLast((one) => one.round === round.number)?.answer ?? null;
}

/** Teams somebody could join, before those that are complete; those that were left are not shown. */
export function doors(teams: readonly LobbyTeam[]): { readonly open: readonly LobbyTeam[]; readonly full: readonly LobbyTeam[] } {
  return { open: teams.filter(({ state }) => state === "waiting"), full: teams.filter(({ state }) => state === "playing") };
}

/** Something is typed that no team may be called: the server's own rule, so that the page says it before somebody is refused. */
export const isOddName = (typed: string): boolean => typed.trim() !== "" && cleanTeamName(typed) === null;

/** Whether the team of this seat may still have it free: a complete one has not. */
export const mayHaveRoom = (teams: readonly LobbyTeam[], seat: number | null): boolean =>
  seat !== null && teams.some(({ id, state }) => id === teamIdOf(seat) && state !== "playing");

export interface Totals {
  readonly teams: number;
  readonly players: number;
  readonly rounds: number;
}

export function totalsOf(teams: readonly HostTeam[]): Totals {
  const active = teams.filter(({ state }) => state !== "inactive");
  const players = active.reduce((sum, team) => sum + team.players.filter((one) => one !== "free").length, 0);
  return { teams: active.length, players, rounds: teams.reduce((sum, { figures }) => sum + figures.rounds, 0) };
}

export type FigureName = "balancedTrace" | "chsh" | "success";

/** The figures by which teams are compared, the first before the second. */
export const marksOf = (mode: ClassTable["mode"]): readonly FigureName[] =>
  mode === "classic" ? ["balancedTrace", "chsh"] : ["chsh", "success"];

/** The figures of every team's row, those that are compared first. */
export const columnsOf = (mode: ClassTable["mode"]): readonly FigureName[] =>
  mode === "classic" ? ["chsh", "balancedTrace", "success"] : ["chsh", "success"];

/** What adding up in another order may make of the same value: far less than one round makes of it. */
const rounding = 1e-9;

/** By figure the teams that lead: of those with enough data only, all that share the highest value. */
export function leaders(teams: readonly HostTeam[], name: FigureName): ReadonlySet<number> {
  const values = teams.flatMap(({ id, figures }) => {
    const figure: Figure | null = figures[name];
    return figures.enough && figure !== null ? [{ id, value: figure.value }] : [];
  });
  const best = Math.max(...values.map(({ value }) => value));
  return new Set(values.filter(({ value }) => best - value < rounding).map(({ id }) => id));
}
