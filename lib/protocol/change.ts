// What changed between two views, and how a client applies it. Knows nothing of any game: objects are compared field by
// field, arrays of objects with an `id` item by item, everything else as a whole.

/**
 * The fields of a view that changed. Of an array of objects with `id` (players) only the changed items travel, each with its
 * `id` and changed fields, new items whole; when items left or moved, the field is `{whole: [...]}`, and `[]` when none is left.
 */
export type ViewChange = Record<string, unknown>;

type Item = Record<string, unknown> & { readonly id: unknown };

function isItemArray(value: unknown): value is readonly Item[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "object" && item !== null && "id" in item);
}

/** Deep equality of two JSON values. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!sameJson(a[i], b[i])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key in left) {
    if (!(key in right) || !sameJson(left[key], right[key])) return false;
    count += 1;
  }
  for (const _ in right) count -= 1;
  return count === 0;
}

function itemChange(before: Item, now: Item): Item | null {
  let changed: Record<string, unknown> | null = null;
  for (const key in now) {
    const value = now[key];
    if (before[key] === value || sameJson(before[key], value)) continue;
    changed ??= { id: now.id };
    changed[key] = value;
  }
  return changed as Item | null;
}

/** Whether `now` is `before` with changed fields and perhaps new items at the end: only then can it travel item by item. */
function grew(before: readonly Item[], now: readonly Item[]): boolean {
  return before.length <= now.length && before.every((item, i) => now[i]?.id === item.id);
}

function itemChanges(before: readonly Item[], now: readonly Item[]): readonly Item[] | { readonly whole: readonly Item[] } {
  if (!grew(before, now)) return { whole: now };
  const items: Item[] = [];
  for (let i = 0; i < now.length; i += 1) {
    const old = before[i];
    const item = now[i] as Item;
    const changed = old === undefined ? item : old === item ? null : itemChange(old, item);
    if (changed) items.push(changed);
  }
  return items;
}

/**
 * The fields of `now` that differ from `before`; null when none does. Both must have the same set of fields (a field
 * that comes and goes has to be null instead), and so must an item with an id, which a view guarantees.
 */
export function viewChange(before: object, now: object): ViewChange | null {
  const left = before as Record<string, unknown>;
  const right = now as Record<string, unknown>;
  let changed: ViewChange | null = null;
  for (const key in right) {
    const a = left[key];
    const b = right[key];
    if (a === b) continue;
    if (isItemArray(b) && isItemArray(a)) {
      const items = itemChanges(a, b);
      if (!Array.isArray(items) || items.length > 0) {
        changed ??= {};
        changed[key] = items;
      }
    } else if (!sameJson(a, b)) {
      changed ??= {};
      changed[key] = b;
    }
  }
  return changed;
}

/** The view after a change: a new object, unchanged parts shared. The inverse of `viewChange`. */
export function applyChange<V extends object>(view: V, change: ViewChange): V {
  const next: Record<string, unknown> = { ...(view as Record<string, unknown>) };
  for (const key in change) {
    const value = change[key];
    const old = next[key];
    next[key] = isItemArray(old) ? mergeItems(old, value) : value;
  }
  return next as V;
}

/** Items are merged by id and new ones put at the end; anything else is the field's new value. */
function mergeItems(old: readonly Item[], value: unknown): unknown {
  if (typeof value === "object" && value !== null && "whole" in value) return value.whole;
  if (!isItemArray(value)) return value;
  const byId = new Map(value.map((item) => [item.id, item]));
  const merged = old.map((item) => {
    const changed = byId.get(item.id);
    byId.delete(item.id);
    return changed ? { ...item, ...changed } : item;
  });
  return [...merged, ...byId.values()];
}
