import { memoryStore } from "../../lib/store/store-memory.ts";
import { runContract } from "./run-contract.ts";

runContract("memory", async () => {
  const store = memoryStore();
  return { store, end: () => store.close() };
});
