// Answers to one connection alone: acknowledgements, refusals with what to do next, and granted seats.
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Answer } from "../room/answer.ts";
import { Frame, replyFrame } from "../room/frame.ts";
import type { Connection } from "./connection.ts";

/** What goes with a refusal: the field at fault, and when to try again. */
export interface Excuse {
  readonly field?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What to wait before a temporary refusal is tried again, ms. */
export const retryAfter: Partial<Record<RefusalCode, number>> = {
  busy: 250,
  "rate-limited": 1_000,
  "store-unavailable": 1_000,
  "game-full": 5_000,
  draining: 1_000,
  "no-free-code": 1_000,
};

export function acknowledge(connection: Connection, id: string | null, v: number): void {
  if (id !== null) connection.send(replyFrame("ack", { id, v }));
}

export function refuse(
  connection: Connection,
  id: string | null,
  { code, field, retryAfterMs = retryAfter[code] }: Excuse & { readonly code: RefusalCode },
): void {
  const { message, retry } = refusals[code];
  connection.send(
    replyFrame("error", {
      ...(id === null ? {} : { id }),
      code,
      message,
      retry,
      ...(field === undefined ? {} : { field }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      // For whoever tells the operator about it: the id under which the bug is in the log and the report.
      ...(code === "internal" ? { traceId: connection.traceId } : {}),
    }),
  );
}

/** Tells who was granted a seat, with the token that opens it again. False when the answer grants nothing. */
export function tellGrant(connection: Connection, answer: Extract<Answer, { ok: true }>, gameId: string): boolean {
  const { grant, token, stateJson, stateV: v = answer.v } = answer;
  if (grant === undefined || token === undefined || stateJson === undefined) return false;
  const head = JSON.stringify({ playerId: grant.seat, gameId, token });
  connection.send(new Frame("reply", v, `{"type":"${grant.how}","data":${head.slice(0, -1)},"state":${stateJson}}}`));
  // A client that takes whole states needs to know no other message to play.
  if (connection.updates === "states") connection.send(new Frame("state", v, `{"type":"state","data":${stateJson}}`));
  return true;
}
