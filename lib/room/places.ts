// Who makes place for a newcomer at a full table, or on a server full of streams: one of those who only watch, from where most of them
// come. Whoever fills the places from one address does not keep out a friend who comes from another. It decides and changes nothing.
import type { ViewerId } from "../game/ids.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * The newest spectator of the address with most of them, if the newcomer's has fewer even with him; else null. Whoever holds a seat
 * neither counts nor goes.
 */
export function whoMakesPlace<Watcher extends Pick<Subscriber, "viewerId" | "countedAs">>(
  viewers: Iterable<Watcher>,
  newcomer: Pick<Subscriber, "countedAs">,
  holders: ReadonlySet<ViewerId>,
): Watcher | null {
  const crowds = new Map<string, { newest: Watcher; size: number }>();
  for (const viewer of viewers) {
    if (holders.has(viewer.viewerId)) continue;
    const crowd = crowds.get(viewer.countedAs) ?? { newest: viewer, size: 0 };
    crowds.set(viewer.countedAs, { newest: viewer, size: crowd.size + 1 });
  }
  const own = crowds.get(newcomer.countedAs)?.size ?? 0;
  let most = { newest: null as Watcher | null, size: own + 1 };
  for (const crowd of crowds.values()) if (crowd.size > most.size) most = crowd;
  return most.newest;
}
