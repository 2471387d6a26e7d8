// What tests of WORKERS=n look at: the processes below one, who answers, and one number of /metrics.
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import type { RunningServer } from "../support/running-server.ts";

interface State {
  readonly instanceId: string;
}

/** The worker that answers next; connections go round. */
export async function workersOf(server: RunningServer): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let call = 0; call < 12; call += 1) {
    const answer = await fetch(`${server.url}/api/server/state`, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(2_000),
    }).catch(() => null);
    if (answer !== null) names.add(((await answer.json()) as State).instanceId);
  }
  return names;
}

/** Processes that a process has started. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

/** The sum over all labels. */
export function metricOf(text: string, name: string): number {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))].map(([, value]) => Number(value));
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
}

/** A connection that stays with the worker it was given to; answers null when that is gone or silent. */
export function lineTo(server: RunningServer) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    text: (path: string, waitMs = 4_000) =>
      new Promise<string | null>((done) => {
        const asked = get(`${server.url}${path}`, { agent, timeout: waitMs }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (piece: string) => {
            text += piece;
          });
          response.on("end", () => done(text));
        });
        asked.on("timeout", () => asked.destroy());
        asked.on("error", () => done(null));
      }),
    end: () => agent.destroy(),
  };
}
