// The values each metric's label may have. Closed lists, so that the number of series is bounded; the last one of each, `other`, takes
// whatever is not named.
import { refusedFrom } from "./shedding.ts";

export const commandOutcomes = ["ok", "refused", "busy", "unavailable", "bug"] as const;
export const commitOutcomes = ["ok", "conflict", "duplicate", "unknown", "failed", "other"] as const;
export const storeFaultKinds = ["passing", "full", "readonly", "fatal", "died", "busy", "slow", "other"] as const;
export const limitKinds = [
  "frames",
  "bytes",
  "connections",
  "upgrades",
  "creates",
  "joins",
  "feedback",
  "http",
  "game",
  "session",
  "other",
] as const;
export const upgradeRefusals = [
  "path",
  "origin",
  "protocol",
  "malformed",
  "address",
  "rate",
  "full",
  "draining",
  "overload",
  "timeout",
  "other",
] as const;
export const closeReasons = [
  "1000",
  "1001",
  "1002",
  "1003",
  "1005",
  "1006",
  "1007",
  "1008",
  "1009",
  "1012",
  "1013",
  "4001",
  "4003",
  "4004",
  "other",
] as const;
export const shedKinds = [...Object.keys(refusedFrom), "other"];
/** What a client of any game may say, and the shell's own commands; a test holds the list to the schemas. Each game's own come beside it. */
export const sharedCommandTypes = "create join reconnect leave sync subscribeTicks ping feedback close wake".split(" ");
