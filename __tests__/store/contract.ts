// What every store promises, as a table of rules. Knows the port only; an adapter's test file is ten lines.
import { changeRules } from "./contract-changes.ts";
import { gameRules } from "./contract-games.ts";
import { listRules } from "./contract-lists.ts";
import type { Rule } from "./table.ts";

export const contract: readonly Rule[] = [...changeRules, ...gameRules, ...listRules];
