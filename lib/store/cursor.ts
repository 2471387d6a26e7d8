// Pages and their cursors, as memory and SQLite make them. Cursors are opaque to callers; a foreign one reads as "from the start".
import type { Page } from "./store.ts";

/** `all` is ordered by the minute of the last change, so that a tap does not have to move an index entry. */
export const touchedMinute = (atMs: number): number => Math.floor(atMs / 60_000);

/** A cursor of one number, or larger than every number for the first page. */
export function numberCursor(cursor: string | null): number {
  return /^[1-9]\d{0,14}$/.test(cursor ?? "") ? Number(cursor) : Number.MAX_SAFE_INTEGER;
}

/** A cursor of two numbers, or larger than every pair for the first page. */
export function pairCursor(cursor: string | null): readonly [number, number] {
  const [, first, second] = /^(\d{1,15})\.([1-9]\d{0,14})$/.exec(cursor ?? "") ?? [];
  return first === undefined ? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : [Number(first), Number(second)];
}

interface PageParts<Row, Item> {
  readonly limit: number;
  item(row: Row): Item;
  cursor(row: Row): string;
}

/** The page of rows that begin where the cursor said. One row more than `limit` says that there is a next page. */
export function pageOf<Row, Item>(rows: readonly Row[], { limit, item, cursor }: PageParts<Row, Item>): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), next: last !== undefined && rows.length > limit ? cursor(last) : null };
}
