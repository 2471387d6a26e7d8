import { runContract } from "./run-contract.ts";
import { openInFolder } from "./sqlite-folder.ts";

runContract("SQLite", () => openInFolder());
