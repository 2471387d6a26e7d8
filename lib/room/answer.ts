// What a command came to: told to its sender, and kept with the change so that the same id gets the same answer.
import type { Refusal } from "../game/refusals.ts";
import type { Grant } from "./rules.ts";

/** `stateJson` (of version `stateV`) and `token` accompany a grant; the token is never stored. */
export type Answer =
  | {
      readonly ok: true;
      readonly v: number;
      readonly grant?: Grant;
      readonly token?: string;
      readonly stateV?: number;
      readonly stateJson?: string;
    }
  | ({ readonly ok: false } & Refusal);

export function storedAnswer(answer: Answer): string {
  if (!answer.ok) return JSON.stringify({ ok: false, code: answer.code, ...(answer.field === undefined ? {} : { field: answer.field }) });
  return JSON.stringify({ ok: true, v: answer.v, ...(answer.grant === undefined ? {} : { grant: answer.grant }) });
}

export function readAnswer(text: string): Answer {
  return JSON.parse(text) as Answer;
}

export function refusalAnswer({ code, field }: Refusal): Answer {
  return { ok: false, code, ...(field === undefined ? {} : { field }) };
}

export function okAnswer(v: number, grant: Extract<Answer, { ok: true }>["grant"]): Answer {
  return { ok: true, v, ...(grant === undefined ? {} : { grant }) };
}
