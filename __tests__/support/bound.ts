// For a test that puts itself before a store: what the store has under a name, ready to be called by itself.
import type { Store } from "../../lib/store/store.ts";

/** A method of the store, bound to it; what is no method as it is. */
export function bound(store: Store, name: string | symbol): (...args: unknown[]) => unknown {
  const member = store[name as keyof Store] as unknown;
  return (typeof member === "function" ? member.bind(store) : member) as (...args: unknown[]) => unknown;
}
