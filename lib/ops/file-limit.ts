// Each connection is an open file to the system, which allows a process only so many. Past that nothing is accepted any more, not even a
// probe, and nothing says why: so it is said at the start.
import { readFileSync } from "node:fs";
import { limitVariables } from "./variables.ts";

/** What a server has open beside connections: the store, the log, its threads. */
const filesBeside = 100;

/** What Linux allows this process, null elsewhere. Node has raised it as far as it may by itself. */
function filesAllowed(): number | null {
  try {
    const text = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? Number.NaN) || null;
  } catch {
    return null;
  }
}

/** One sentence when `connectionsMax` (LIMIT_CONNECTIONS) and `spare` plain requests beside them are more than the system allows. */
export function fileLimitWarning(connectionsMax: number, spare: number, filesMax = filesAllowed()): string | null {
  const wanted = connectionsMax + spare + filesBeside;
  if (filesMax === null || filesMax >= wanted) return null;
  const held = filesMax - spare - filesBeside;
  const lower = held > 0 ? `, or lower LIMIT_CONNECTIONS to ${held}` : "";
  return `LIMIT_CONNECTIONS is ${connectionsMax}, but the system lets this process open ${filesMax} files: raise its limit (ulimit -n) to ${wanted}${lower}`;
}

/** At which level it is said: a number that nobody chose is no mistake of the operator's. */
export const fileLimitLevel = (connectionsMax: number): "info" | "warn" =>
  connectionsMax === limitVariables.connectionsMax.initial ? "info" : "warn";
