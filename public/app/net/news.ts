// What happens at the table this page is at, told once, as it comes. Of a table that was just entered nothing is new.
import type { ReadonlySignal } from "@preact/signals";
import { since } from "../model/announce.ts";
import type { Happening, Model, Table } from "../model/model.ts";

/** `table` as it stands after what is `fresh`. */
type Hear = (fresh: readonly Happening[], table: Table, model: Model) => void;

/** What came of changes that this page was not told of, as far as somebody has to act on it now: the rest is for the log alone. */
function meanwhile(before: Table, now: Table): readonly Happening[] {
  const { v, serverTime: at, activePlayer: to, turn, running, awaitingPriority, players } = now;
  // Nothing is to be done in a turn whose clock stands: the table is paused, or somebody else is asked or holds priority.
  const isOn = to !== null && running.includes(to);
  const passed = isOn && (turn !== before.turn || !before.running.includes(to)) ? [{ type: "turnPassed", data: { to, turn } }] : [];
  const asked = awaitingPriority.filter((id) => !before.awaitingPriority.includes(id));
  const fell = players.filter(({ timeoutPending }, place) => timeoutPending && !before.players[place]?.timeoutPending);
  return [
    ...passed,
    ...(asked.length === 0 ? [] : [{ type: "targetsConfirmed", data: { players: asked } }]),
    ...fell.map(({ id: playerId }) => ({ type: "timeout", data: { playerId } })),
  ].map((event) => ({ v, at, event }));
}

/** Calls `hear` at every change of the table until the answer is called. */
export function eachNews(source: ReadonlySignal<Model>, hear: Hear): () => void {
  let last: Table | null = null;
  return source.subscribe((model) => {
    const { table, happenings } = model;
    const before = last;
    last = table ?? before;
    if (table !== null && before?.id === table.id && before.v !== table.v) {
      const fresh = since(happenings, before.v);
      hear(fresh.length > 0 ? fresh : meanwhile(before, table), table, model);
    }
  });
}
