// Holders whose instance died: nobody else will ever say that they are gone.
import type { ViewerId } from "../game/ids.ts";
import { refusals } from "../game/refusals.ts";
import type { Answer } from "./answer.ts";
import type { Copy } from "./copy.ts";
import type { Room } from "./room.ts";

/** Shows the holders who came through `instanceId` as away. False: not saved, to be said again. */
export async function dropHoldersOf(room: Room, instanceId: string): Promise<boolean> {
  let gone: readonly ViewerId[] = [];
  let isDone = true;
  const answered = (answer: Answer): void => {
    if (!answer.ok && refusals[answer.code].retry) isDone = false;
  };
  const look = ({ state }: Copy): void => {
    gone = room.rules.connectedHolders(state).filter((viewerId) => viewerId.startsWith(`${instanceId}.`));
  };
  // The last that the instance let in may not have been heard of here.
  await room.read(look, answered, "store");
  for (const viewerId of gone) await room.execute({ sender: null, command: { type: "drop", viewerId }, actionId: null, answered });
  return isDone;
}
