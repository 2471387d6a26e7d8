// A Sentry ingest endpoint on loopback that records envelopes, and can be told to hang, to fail, or to want no more for a minute.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

export interface SentryEvent {
  readonly release?: string;
  readonly environment?: string;
  readonly tags?: Record<string, string>;
  readonly contexts?: Record<string, Record<string, unknown>>;
  readonly breadcrumbs?: readonly { readonly message?: string }[];
  readonly exception?: { readonly values?: readonly { readonly type?: string; readonly value?: string }[] };
  readonly user?: unknown;
}

export interface Ingest {
  readonly dsn: string;
  readonly events: readonly SentryEvent[];
  /** Everything received, as text. */
  readonly raw: readonly string[];
  /** Resolves when `count` events have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export type Behaviour = "record" | "hang" | "fail" | "enough";

const statusOf = { record: 200, fail: 500, enough: 429 };

export async function openIngest(behaviour: Behaviour = "record"): Promise<Ingest> {
  const events: SentryEvent[] = [];
  const raw: string[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
      raw.push(text);
      const lines = text.split("\n").filter((line) => line !== "");
      for (let index = 1; index + 1 < lines.length; index += 2) {
        const header = JSON.parse(lines[index] ?? "{}") as { type?: string };
        if (header.type === "event") events.push(JSON.parse(lines[index + 1] ?? "{}") as SentryEvent);
      }
      for (const wake of [...waiting]) wake();
      if (behaviour === "hang") return;
      response.writeHead(statusOf[behaviour], { "content-type": "application/json" });
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://publickey@127.0.0.1:${port}/1`,
    events,
    raw,
    arrived: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (events.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
