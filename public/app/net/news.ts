// What happens at the table this page is at, told once, as it comes. Of a table that was just entered nothing is new.
import type { ReadonlySignal } from "@preact/signals";
import { since } from "../model/announce.ts";
import type { Happening, Model, Table } from "../model/model.ts";

/** `table` as it stands after what is `fresh`. */
type Hear = (fresh: readonly Happening[], table: Table, model: Model) => void;

/** Calls `hear` at every change of the table until the answer is called. */
export function eachNews(source: ReadonlySignal<Model>, hear: Hear): () => void {
  let last: Table | null = null;
  return source.subscribe((model) => {
    const { table, happenings } = model;
    const before = last;
    last = table ?? before;
    if (table !== null && before?.id === table.id && before.v !== table.v) hear(since(happenings, before.v), table, model);
  });
}
