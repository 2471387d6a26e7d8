// An event as one line of the log. Pure; what needs no line gives null.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { WireEvent } from "../../../lib/game/wire-event.ts";
import { saysWhoBegins, toastFor } from "./announce.ts";
import type { Table } from "./model.ts";
import type { Words } from "./offer.ts";
import { nameOf } from "./table-questions.ts";
import { durationText } from "./time-text.ts";

type Facts = Readonly<Record<string, unknown>>;

const untold = new Set([
  "gameCreated",
  "seatAway",
  "seatBack",
  "hostAway",
  "hostBack",
  "keysRevoked",
  "settingsChanged",
  "tableChanged",
  "playerRecoloured",
  "undoAgreed",
]);

export function logLine(event: WireEvent, table: Table): Words | null {
  if (untold.has(event.type)) return null;
  if (event.type === "diceRolled" || saysWhoBegins(event)) return toastFor(event, table);
  const facts = event.data as Facts;
  const seat = (key: string): string => (typeof facts[key] === "number" ? nameOf(table, facts[key] as SeatId) : "");
  const params: Record<string, string | number> = { name: seat("playerId") };
  // The host's seat is free; who follows is told of next.
  if (event.type === "hostChanged" && facts["playerId"] === null) return null;
  if (event.type === "turnPassed") params["name"] = seat("to");
  if (event.type === "gameRenamed") params["name"] = String(facts["name"]);
  if (event.type === "commanderDamaged") params["other"] = seat("from");
  if (event.type === "lifeChanged" || event.type === "counterChanged") params["from"] = Number(facts["from"]);
  for (const key of ["to", "turn", "penalties", "sides", "result", "counter", "round", "reason", "choice", "marker"]) {
    const value = facts[key];
    if (typeof value === "string" || typeof value === "number") params[key] = value;
  }
  if (typeof facts["thresholdMs"] === "number") params["time"] = durationText(facts["thresholdMs"]);
  if (typeof facts["deltaMs"] === "number")
    params["time"] = `${facts["deltaMs"] < 0 ? "−" : "+"}${durationText(Math.abs(facts["deltaMs"]))}`;
  if (Array.isArray(facts["players"])) params["names"] = (facts["players"] as SeatId[]).map((id) => nameOf(table, id)).join(", ");
  if (Array.isArray(facts["winners"])) params["names"] = (facts["winners"] as SeatId[]).map((id) => nameOf(table, id)).join(", ");
  if (event.type === "gameComplete")
    return facts["winner"] === null ? { key: "live.draw" } : { key: "live.winner", params: { name: seat("winner") } };
  // Its time is the one since when nobody lived.
  if (event.type === "gamePaused" && facts["by"] === "restart") return { key: "log.cutOff" };
  return { key: `log.${event.type}`, params };
}
