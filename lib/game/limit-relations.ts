// What must hold between the bounds of the clock game, asserted when the rules are loaded. Not in limits.ts, which a page loads first.
import { limits } from "./limits.ts";

/** Whether it holds, and what it means. */
const relations: readonly (readonly [boolean, string])[] = [
  [limits.initialTimeMs.max <= limits.bankMsMax, "a full bank fits"],
  [limits.timeoutBonusTimeMs.min > 0, "a seat that chose has time to go on"],
  [limits.initialTimeMs.min > 0, "a seat starts with time"],
  [limits.startingLife.min > 0 && limits.startingLife.max <= limits.life.max, "starting life is alive and fits"],
  [limits.hostAwayMs < limits.seatAwayMs, "a host is succeeded before his seat is free"],
  [limits.lagQuotaStart <= limits.lagQuotaMax, "the lag quota starts within its cap"],
  [limits.seatNameGraphemesMax <= limits.nameUnitsMax && limits.gameNameGraphemesMax <= limits.nameUnitsMax, "names fit their raw bound"],
  [limits.poisonAsk <= limits.counter.max && limits.commanderDamageAsk <= limits.commanderDamage.max, "losses can be reached"],
];
for (const [holds, relation] of relations) if (!holds) throw new Error(`limits contradict each other: ${relation}`);
