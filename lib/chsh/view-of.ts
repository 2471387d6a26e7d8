// Who sees what: the host all teams but no open answer, a player his own question and answer, everybody else the names.
// The only way out of the state.
import type { ViewerId } from "../game/ids.ts";
import type { Holder } from "../game/state.ts";
import { pairItems } from "./items.ts";
import { isHost, placeHeldBy, placeOf, seatId, type Slot, type State, type Team, teamIdOf, teamStateOf } from "./state.ts";
import type { Event } from "./commands.ts";
import type { HostTeam, HostView, LobbyTeam, PlayerView, WatcherView } from "./view.ts";

const isAway = (holder: Holder): boolean => holder.droppedAt !== null;

const hostAudience = "host";
const watcherAudience = "watch";
const seatPrefix = "seat ";

/** The host's screen, one audience for each player, and one for everybody else. */
export function audienceOf(state: State, viewerId: ViewerId): string {
  const place = placeHeldBy(state, viewerId);
  if (place !== null) return `${seatPrefix}${seatId(place)}`;
  return isHost(state, viewerId) ? hostAudience : watcherAudience;
}

const common = ({ id, name, mode, status, createdAt, host }: State) =>
  ({ id, game: "chsh", name, mode, status, createdAt, hostConnected: host !== null && !isAway(host) }) as const;

const lobbyTeam = (team: Team): LobbyTeam => ({ id: team.id, name: team.name, state: teamStateOf(team) });

const presence = ({ holder }: Slot) => (holder === null ? "free" : isAway(holder) ? "away" : "here");

function hostTeam(team: Team): HostTeam {
  const { slots, open, figures, sums } = team;
  return {
    ...lobbyTeam(team),
    players: slots.map(presence),
    answered: open === null ? [false, false] : open.answers.map((answer) => answer !== null),
    figures,
    pairRounds: sums.rounds,
    pairSame: sums.same,
  };
}

function playerView(state: State, seat: number): PlayerView | null {
  const place = placeOf(state, seat);
  if (place === null) return null;
  const { team, slot } = place;
  const { open, last } = team;
  const partner = team.slots[slot === 0 ? 1 : 0].holder;
  return {
    ...common(state),
    role: "player",
    seat,
    slot: slot + 1,
    team: {
      ...lobbyTeam(team),
      rounds: team.rounds,
      success: team.figures.success,
      partnerHere: partner !== null && !isAway(partner),
    },
    round: open === null ? null : { number: open.number, question: pairItems(open.pair)[slot], answer: open.answers[slot] },
    last: last === null ? null : { number: last.number, questions: pairItems(last.pair), answers: last.answers },
  };
}

const isAbout = ({ data }: Event, teamId: number): boolean => !("teamId" in data) || data.teamId === teamId;

/** A player hears of the class and of the own team; everybody else of all teams. No event holds an answer of an open round. */
export function eventsFor(events: readonly Event[], audience: string): readonly Event[] {
  if (!audience.startsWith(seatPrefix)) return events;
  const teamId = teamIdOf(Number(audience.slice(seatPrefix.length)));
  return events.every((event) => isAbout(event, teamId)) ? events : events.filter((event) => isAbout(event, teamId));
}

export function viewOf(state: State, audience: string): HostView | PlayerView | WatcherView {
  if (audience === hostAudience) return { ...common(state), role: "host", teams: state.teams.map(hostTeam) };
  const player = audience.startsWith(seatPrefix) ? playerView(state, Number(audience.slice(seatPrefix.length))) : null;
  return player ?? { ...common(state), role: "watcher", teams: state.teams.map(lobbyTeam) };
}
