// Writes one game's changes through the port, and the words that every rule of the contract uses.
import { expect } from "vitest";
import { chainHash } from "../../lib/store/chain.ts";
import { uncutState } from "../../lib/store/state-text.ts";
import { type Commit, isSameIndex, type Store, type StoredIndex } from "../../lib/store/store.ts";
import { cutState } from "../support/cut-state.ts";

export interface Rule {
  readonly title: string;
  run(store: Store): Promise<void>;
}

export const waiting: StoredIndex = {
  kind: "clock",
  name: "Table 1",
  status: "waiting",
  listed: false,
  seats: 4,
  seatsFree: 4,
  wakeAt: null,
};
export const start = 1_700_000_000_000;
export const minute = 60_000;

type Wish = Partial<Omit<Commit, "index">> & { readonly index?: Partial<StoredIndex> };

/** Writes one game's changes in order, keeping the chain. As in a room, what the change before left is not written again. */
export class Table {
  readonly gameId: string;
  readonly #store: Store;
  v = 0;
  hash = "";
  #before: Commit | null = null;

  constructor(store: Store, gameId: string) {
    this.#store = store;
    this.gameId = gameId;
  }

  next(wish: Wish = {}): Commit {
    const v = this.v + 1;
    const { index: wished, ...rest } = wish;
    const body = { ...(wish.state === undefined ? this.#cut(v) : uncutState(wish.state)), change: `{"step":${v}}`, ...rest };
    const index = { ...waiting, ...wished };
    const before = this.#before?.hash === this.hash ? this.#before : null;
    return {
      ...{ gameId: this.gameId, expectedV: this.v, at: start + v, prevHash: this.hash, actionId: null, answer: null, checkpoint: v === 1 },
      hash: chainHash(this.hash, v, body.change, body.state),
      sameStill: before?.still === body.still,
      sameIndex: before !== null && isSameIndex(before.index, index),
      ...body,
      index,
    };
  }

  #cut(v: number) {
    return cutState(`{"id":"${this.gameId}",\n,"name":"Zoë ✓"}`, `"v":${v}`);
  }

  /** `store`: another one that holds the same games, after a restart. */
  async step(wish: Wish = {}, store: Store = this.#store): Promise<Commit> {
    const commit = this.next(wish);
    expect(await store.commit(commit)).toEqual({ kind: "ok" });
    this.v = commit.expectedV + 1;
    this.hash = commit.hash;
    this.#before = commit;
    return commit;
  }
}

export async function found(store: Store, gameId: string) {
  const loaded = await store.load(gameId);
  expect(loaded.kind).toBe("found");
  if (loaded.kind !== "found") throw new Error(loaded.kind);
  return loaded.game;
}

export const ids = (page: { readonly items: readonly { readonly gameId: string }[] }) => page.items.map((item) => item.gameId);
