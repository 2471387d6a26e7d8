// Where each panel of table mode lies and which way it is turned, so that every player reads his own. Pure geometry.

export type Turn = 0 | 90 | 180 | 270;

/** A panel on a grid of `columns` x `rows`; lines are counted from 1, as CSS does. */
export interface Place {
  readonly row: number;
  readonly column: number;
  readonly span: number;
  readonly turn: Turn;
}

export interface TableLayout {
  readonly columns: number;
  /** Rows of panels; the strip with the table's own buttons is a row of its own at `strip`. */
  readonly rows: number;
  readonly strip: number;
  /** Clockwise, beginning at the near left. */
  readonly places: readonly Place[];
}

/** A wide device: half of the table sits on the far side. */
function wide(count: number): TableLayout {
  const near = Math.ceil(count / 2);
  const far = count - near;
  const columns = near * far;
  const nearSide = Array.from({ length: near }, (_, i): Place => ({ row: 3, column: 1 + i * far, span: far, turn: 0 }));
  const farSide = Array.from({ length: far }, (_, i): Place => ({ row: 1, column: 1 + i * near, span: near, turn: 180 }));
  const [first, ...rest] = nearSide;
  return { columns, rows: 2, strip: 2, places: first ? [first, ...farSide, ...rest.toReversed()] : [] };
}

/** A device on end: up to four face each other; more also sit along its sides. */
function tall(count: number): TableLayout {
  const full = (row: number, turn: Turn): Place => ({ row, column: 1, span: 2, turn });
  const half = (row: number, column: number, turn: Turn): Place => ({ row, column, span: 1, turn });
  if (count === 2) return { columns: 2, rows: 2, strip: 2, places: [full(3, 0), full(1, 180)] };
  if (count === 3) return { columns: 2, rows: 2, strip: 2, places: [half(3, 1, 0), full(1, 180), half(3, 2, 0)] };
  if (count === 4) return { columns: 2, rows: 2, strip: 2, places: [half(3, 1, 0), half(1, 1, 180), half(1, 2, 180), half(3, 2, 0)] };
  return sided(count);
}

function sided(count: number): TableLayout {
  const head = count % 2 === 0 || count === 7;
  const foot = count !== 7;
  const pairs = Math.floor((count - (head ? 1 : 0) - (foot ? 1 : 0)) / 2);
  const kinds = [...(head ? ["head"] : []), ...Array.from({ length: pairs }, () => "pair"), ...(foot ? ["foot"] : [])];
  const strip = Math.floor(kinds.length / 2) + 1;
  const rowOf = (index: number): number => (index + 1 >= strip ? index + 2 : index + 1);
  const left: Place[] = [];
  const right: Place[] = [];
  const ends: { head?: Place; foot?: Place } = {};
  kinds.forEach((kind, index) => {
    const row = rowOf(index);
    if (kind === "head") ends.head = { row, column: 1, span: 2, turn: 180 };
    else if (kind === "foot") ends.foot = { row, column: 1, span: 2, turn: 0 };
    else {
      left.push({ row, column: 1, span: 1, turn: 90 });
      right.push({ row, column: 2, span: 1, turn: 270 });
    }
  });
  const places = [...(ends.foot ? [ends.foot] : []), ...left.toReversed(), ...(ends.head ? [ends.head] : []), ...right];
  return { columns: 2, rows: kinds.length, strip, places };
}

export const tableLayout = (count: number, shape: "wide" | "tall"): TableLayout => (shape === "wide" ? wide(count) : tall(count));
