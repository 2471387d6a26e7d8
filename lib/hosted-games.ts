// The games this server hosts: the only place outside a game's own folders that names them all. Servers and the replay of a log read it.
import { type HostedGame, hosted } from "./gateway/hosted-game.ts";
import { chshGame } from "./protocol/chsh-game.ts";
import { clockGame } from "./protocol/clock-game.ts";

/** The first is the one made when `create` names none. */
export function hostedGames(): readonly HostedGame[] {
  return [hosted(clockGame), hosted(chshGame)];
}
