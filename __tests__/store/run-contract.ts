// Runs every rule of the contract against fresh stores of one adapter.
import { describe, test } from "vitest";
import type { Store } from "../../lib/store/store.ts";
import { contract } from "./contract.ts";

export interface OpenStore {
  readonly store: Store;
  /** Closes and cleans up; the rule may have closed the store already. */
  end(): Promise<void>;
}

export function runContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`every store: ${name}`, () => {
    for (const { title, run } of contract) {
      test(title, async () => {
        const { store, end } = await open();
        try {
          await run(store);
        } finally {
          await end();
        }
      });
    }
  });
}
