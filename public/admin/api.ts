// The operator's API as this page asks it. The token is kept for this tab only, and goes into a header, never into an address.
import type { GameRow } from "../../lib/protocol/admin-rows.ts";

const tokenKey = "tapotarp.admin-token";

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asked again with the same token they say the same, and count as guesses. */
const finalStatuses: readonly number[] = [401, 404];

/** Whether it is of no use to ask again. */
export const isFinal = (error: unknown): boolean => error instanceof Refused && finalStatuses.includes(error.status);

export function hasToken(): boolean {
  return sessionStorage.getItem(tokenKey) !== null;
}

export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(tokenKey);
  else sessionStorage.setItem(tokenKey, token);
}

function headers(): Record<string, string> {
  return { authorization: `Bearer ${sessionStorage.getItem(tokenKey) ?? ""}` };
}

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json()) as { message?: string };
  if (!response.ok) throw new Refused(response.status, body.message ?? `The server answered ${response.status}.`);
  return body as T;
}

/** Without a patience it waits as long as the answer takes. */
export async function get<T>(path: string, patienceMs?: number): Promise<T> {
  const signal = patienceMs === undefined ? null : AbortSignal.timeout(patienceMs);
  return answer<T>(await fetch(`/admin/api${path}`, { headers: headers(), signal }));
}

export async function post<T>(path: string, body: object = {}): Promise<T> {
  const init = { method: "POST", headers: { ...headers(), "content-type": "application/json" }, body: JSON.stringify(body) };
  return answer<T>(await fetch(`/admin/api${path}`, init));
}

/** Batches of changed games until `signal` says stop. Rejects when the line is lost. */
export async function live(take: (rows: readonly GameRow[]) => void, signal: AbortSignal): Promise<void> {
  const response = await fetch("/admin/api/live", { headers: headers(), signal });
  if (!response.ok || response.body === null) throw new Refused(response.status, "The live table is not to be had.");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take((JSON.parse(line) as { rows: GameRow[] }).rows);
  }
}
