// A page of a list of games as they stand. What is stored says of a game that ran when the last server went that it runs, until somebody
// looks at it: so those of a page that nobody has touched since are looked at. Then what is stored says so, too.
import type { ListedGame, Page, Store } from "../store/store.ts";
import type { Room } from "./room.ts";
import type { Rooms } from "./rooms.ts";

interface Looking {
  readonly store: Pick<Store, "outages">;
  readonly rooms: Pick<Rooms, "find">;
  /** For whoever has to wait for a place in the game's queue: calls `read` when there is one. */
  readonly during?: (room: Room, read: () => Promise<void>) => Promise<void>;
}

/** Games looked at at the same time: players are served meanwhile. */
const width = 32;

export async function presentGames(looking: Looking, { items, next }: Page<ListedGame>): Promise<Page<ListedGame>> {
  const present: ListedGame[] = [];
  for (let from = 0; from < items.length; from += width) {
    present.push(...(await Promise.all(items.slice(from, from + width).map((game) => asItStands(looking, game)))));
  }
  return { items: present, next };
}

/** As it is stored when it cannot be looked at now. */
async function asItStands({ store, rooms, during = (_room, read) => read() }: Looking, game: ListedGame): Promise<ListedGame> {
  if (game.index.status !== "running" || !store.outages.wasSince(game.updatedAt)) return game;
  const found = await rooms.find(game.gameId);
  if (!("room" in found)) return game;
  const { room } = found;
  let present = game;
  const read = (): Promise<void> =>
    room.read(
      ({ state, v, at }) => {
        const index = { ...room.rules.index(state), wakeAt: room.rules.nextWakeAt(state) };
        present = { ...game, v, updatedAt: at, index };
      },
      () => {},
    );
  await during(room, read);
  return present;
}
