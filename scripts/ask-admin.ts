// How commands ask a running server: its admin API, with the token from ADMIN_TOKEN_FILE, as in a cluster, or ADMIN_TOKEN.
import { readFileSync } from "node:fs";

function readAdminToken(): string {
  const file = process.env["ADMIN_TOKEN_FILE"] ?? "";
  return file === "" ? (process.env["ADMIN_TOKEN"] ?? "") : readFileSync(file, "utf8").trim();
}

interface Asked {
  readonly method?: "GET" | "POST";
  readonly body?: string;
  /** For the whole answer. */
  readonly limitMs?: number;
}

/** What answers a page of anything within this time answers. */
const answerMsMax = 30_000;

/** `base`: the server's address, also as a browser shows it, with a slash behind it. Rejects when what answers there is no admin API. */
export async function askAdmin(base: string, path: string, { limitMs = answerMsMax, ...init }: Asked = {}): Promise<Response> {
  const url = `${base.replace(/\/+$/, "")}/admin/api${path}`;
  const type = init.body === undefined ? {} : { "content-type": "application/json" };
  const headers = { authorization: `Bearer ${readAdminToken()}`, ...type };
  const late = AbortSignal.timeout(limitMs);
  const response = await fetch(url, { ...init, headers, signal: late }).catch((error: unknown) => {
    throw late.aborted ? new Error(`${url} gave no answer within ${limitMs / 1_000} s`) : error;
  });
  if (response.headers.get("content-type")?.includes("json") !== true)
    throw new Error(`${url} answered ${response.status} and no JSON. Is it the server's address?`);
  return response;
}
