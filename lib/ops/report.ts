// Error reports to Sentry, which is loaded only when a DSN is set. Every report has a scope of its own, so that no error is blamed on
// the wrong player. Nothing here throws, waits or grows: an unreachable Sentry slows nobody.
import { type ClientRequest, type IncomingMessage, request as overHttp, type RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import type { makeNodeTransport } from "@sentry/node";
import type { Ambient } from "./ambient.ts";
import { scrubText, scrubValue } from "./scrub.ts";

/** What is known about the moment of the error. Never a token, a name or a payload. */
export interface ReportContext {
  readonly kind: string;
  readonly gameId?: string;
  readonly traceId?: string;
  /** The message's place among those of its connection. */
  readonly n?: number;
  readonly command?: string;
  readonly v?: number;
}

/** Something that happened before, kept for the next reports of its trace. */
export interface Crumb {
  readonly category: string;
  readonly message: string;
  /** Only crumbs of the same trace go with a report that names one. */
  readonly traceId?: string;
}

export interface Reporter {
  report(error: unknown, context: ReportContext): void;
  /** Null when nothing is ever reported: then nobody needs to make crumbs. */
  readonly crumb: ((crumb: Crumb) => void) | null;
  /** Resolves when what was reported is sent, or after `limitMs`. Never rejects. */
  flush(limitMs: number): Promise<void>;
  /** One sentence when reports are not getting through, else null. */
  problem(): string | null;
}

export function noReporter(): Reporter {
  return { report: () => undefined, crumb: null, flush: async () => undefined, problem: () => null };
}

export interface SentrySettings {
  readonly dsn: string;
  readonly release: string;
  readonly environment: string;
  readonly instanceId: string;
  readonly ambient: Pick<Ambient, "now" | "after">;
}

/** Crumbs kept of all connections together, and how many go with one report. */
const crumbsMax = 2_000;
const crumbsSentMax = 50;
const reportsPerMinuteMax = 60;
/** Time Sentry has to answer one report. */
const answerMs = 10_000;

interface KeptCrumb extends Crumb {
  readonly at: number;
}

type HttpModule = NonNullable<Parameters<typeof makeNodeTransport>[0]["httpModule"]>;
type Ask = (options: RequestOptions, heard?: (answer: IncomingMessage) => void) => ClientRequest;

/** Node's own way, with an end: a report that is never answered would be neither lost nor through, and hold one of few lines for ever. */
function inTime(ambient: Pick<Ambient, "after">, ask: Ask): HttpModule {
  const request: Ask = (...asked) => {
    const sent = ask(...asked);
    const late = ambient.after(answerMs, () => sent.destroy(new Error("Sentry does not answer.")));
    return sent.on("close", () => late.cancel());
  };
  return { request } as HttpModule;
}

/** A client of its own, not Sentry's global one. `onAnswer` hears whether each envelope got through. */
async function openClient({ dsn, release, environment, instanceId, ambient }: SentrySettings, onAnswer: (through: boolean) => void) {
  const sentry = await import("@sentry/node");
  const client = new sentry.NodeClient({
    dsn,
    release,
    environment,
    serverName: instanceId,
    integrations: [],
    stackParser: sentry.defaultStackParser,
    transport: (options) => {
      const ask = options.url.startsWith("https:") ? overHttps : overHttp;
      const transport = sentry.makeNodeTransport({ ...options, httpModule: inTime(ambient, ask) });
      return {
        ...transport,
        async send(envelope) {
          try {
            const answer = await transport.send(envelope);
            // Without a status it was not even sent: Sentry wants no more for a while, or too many wait for its answer.
            onAnswer(answer.statusCode !== undefined && answer.statusCode < 400);
            return answer;
          } catch (error) {
            onAnswer(false);
            throw error;
          }
        },
      };
    },
    sendDefaultPii: false,
    beforeSend: (event) => scrubValue(event, -4) as typeof event,
  });
  client.init();
  const freshScope = () => {
    const scope = new sentry.Scope();
    scope.setClient(client);
    return scope;
  };
  return { client, freshScope };
}

/** The newest crumbs in a ring: keeping one costs the same however many there are. */
class Crumbs {
  readonly #ambient: Pick<Ambient, "now">;
  readonly #ring: KeptCrumb[] = [];
  #next = 0;

  constructor(ambient: Pick<Ambient, "now">) {
    this.#ambient = ambient;
  }

  add(crumb: Crumb): void {
    this.#ring[this.#next] = { ...crumb, at: this.#ambient.now() };
    this.#next = (this.#next + 1) % crumbsMax;
  }

  /** The newest of this trace, oldest first; of everybody when there is no trace. */
  of(traceId: string | undefined): readonly KeptCrumb[] {
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return inOrder.filter((crumb) => traceId === undefined || crumb.traceId === traceId).slice(-crumbsSentMax);
  }
}

/** True for the first `most` calls of each minute. */
function perMinute(ambient: Pick<Ambient, "now">, most: number): () => boolean {
  let minute = 0;
  let count = 0;
  return () => {
    const current = Math.floor(ambient.now() / 60_000);
    if (current !== minute) {
      minute = current;
      count = 0;
    }
    count += 1;
    return count <= most;
  };
}

function tagsOf({ kind, command, traceId, n }: ReportContext, instanceId: string): Record<string, string> {
  return {
    kind,
    instance: instanceId,
    ...(command === undefined ? {} : { command }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(n === undefined ? {} : { n: String(n) }),
  };
}

/** Loads Sentry (about 0.4 s) and gives a reporter. Throws when the DSN is refused, so call it at start. */
export async function sentryReporter(settings: SentrySettings): Promise<Reporter> {
  const { instanceId, ambient } = settings;
  let failures = 0;
  const { client, freshScope } = await openClient(settings, (through) => {
    failures = through ? 0 : failures + 1;
  });
  const crumbs = new Crumbs(ambient);
  const mayReport = perMinute(ambient, reportsPerMinuteMax);
  return {
    report(error, context) {
      try {
        if (!mayReport()) return;
        const { gameId, traceId, v } = context;
        const scope = freshScope();
        scope.setTags(tagsOf(context, instanceId));
        if (gameId !== undefined) scope.setContext("game", { id: gameId, v: v ?? null });
        for (const { category, message, at } of crumbs.of(traceId)) {
          scope.addBreadcrumb({ category, message: scrubText(message), timestamp: at / 1000 });
        }
        scope.captureException(error instanceof Error ? error : new Error(scrubText(String(error))));
      } catch {
        failures += 1;
      }
    },
    crumb: (crumb) => crumbs.add(crumb),
    async flush(limitMs) {
      try {
        await client.flush(limitMs);
      } catch {
        failures += 1;
      }
    },
    problem: () => (failures >= 3 ? "Error reports are not getting through." : null),
  };
}
