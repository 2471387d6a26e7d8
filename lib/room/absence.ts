// Holders whose instance died: nobody else will ever say that they are gone.
import type { ViewerId } from "../game/ids.ts";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Answer } from "./answer.ts";
import type { Copy } from "./copy.ts";
import type { Room } from "./room.ts";

/** Why a table cannot be told here, and perhaps by another program that shares the store. */
const leftToOthers: ReadonlySet<RefusalCode> = new Set(["version-unsupported", "game-damaged", "internal"]);

/**
 * "done": whoever was there shows away, or nobody ever will. "again": not saved, to be said again. "left": this program does not host the
 * game, or cannot read it, or its rules threw.
 */
export type Said = "done" | "again" | "left";

export function saidOf(code: RefusalCode | null): Said {
  if (code === null) return "done";
  if (refusals[code].retry) return "again";
  return leftToOthers.has(code) ? "left" : "done";
}

/** Shows the holders who came through `instanceId` as away. */
export async function dropHoldersOf(room: Room, instanceId: string): Promise<Said> {
  let gone: readonly ViewerId[] = [];
  const said = new Set<Said>();
  const answered = (answer: Answer): void => void said.add(saidOf(answer.ok ? null : answer.code));
  const look = ({ state }: Copy): void => {
    gone = room.rules.connectedHolders(state).filter((viewerId) => viewerId.startsWith(`${instanceId}.`));
  };
  // The last that the instance let in may not have been heard of here.
  await room.read(look, answered, "store");
  for (const viewerId of gone) await room.execute({ sender: null, command: { type: "drop", viewerId }, actionId: null, answered });
  return said.has("again") ? "again" : said.has("left") ? "left" : "done";
}
