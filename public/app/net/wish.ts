// What this page asks the server for when a socket opens.
export type Wish =
  | { readonly type: "nothing" }
  | { readonly type: "create"; readonly id: string; readonly name: string | null; readonly settings: object; readonly game?: string }
  /** `watch`: only to look on, whatever keys this device holds; another page of it may be sitting there. */
  | { readonly type: "game"; readonly gameId: string; readonly watch?: true };

/** A new table that was asked for twice. */
export const isSameTable = (a: Wish, b: Wish): boolean =>
  a.type === "create" && b.type === "create" && JSON.stringify({ ...a, id: "" }) === JSON.stringify({ ...b, id: "" });
