// A table at which two sit and whose clocks run, and what the store has of it.
import type { State } from "../../lib/game/state.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { Room } from "../../lib/room/room.ts";
import { type House, type Viewer, viewer } from "./house.ts";

type Command = { readonly type: string };

export async function seated(house: House, settings: object): Promise<{ readonly room: Room; readonly players: readonly Viewer[] }> {
  const players = [viewer("one"), viewer("two")];
  const { room } = await house.create(players[0] as Viewer, "made", { playerCount: 2, ...settings });
  const table = room as Room;
  await house.join(table.gameId, players[1] as Viewer);
  for (const [place, player] of players.entries()) {
    await house.give(table, player, { type: "claim", playerId: place + 1 } as Command, `claim${place}`);
  }
  await house.give(table, players[0] as Viewer, { type: "start" }, "start");
  return { room: table, players };
}

export async function stateOf(house: House, room: Room): Promise<State> {
  const loaded = await house.store.load(room.gameId);
  if (loaded.kind !== "found") throw new Error(loaded.kind);
  return clockRules.decode(loaded.game.state);
}
