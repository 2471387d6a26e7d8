// Error reports to Sentry, which is loaded only when a DSN is set. Every report has a scope of its own, so that no error is blamed on
// the wrong player. Nothing here throws, waits or grows: an unreachable Sentry slows nobody.
import type { Ambient } from "./ambient.ts";
import { scrubText, scrubValue } from "./scrub.ts";

/** What is known about the moment of the error. Never a token, a name or a payload. */
export interface ReportContext {
  readonly kind: string;
  readonly gameId?: string;
  readonly seat?: string | null;
  readonly traceId?: string;
  readonly command?: string;
  readonly v?: number;
}

/** Something that happened before, kept for the next reports. */
export interface Crumb {
  readonly category: string;
  readonly message: string;
  /** Only crumbs of the same trace go with a report that names one. */
  readonly traceId?: string;
}

export interface Reporter {
  report(error: unknown, context: ReportContext): void;
  crumb(crumb: Crumb): void;
  /** Resolves when what was reported is sent, or after `limitMs`. Never rejects. */
  flush(limitMs: number): Promise<void>;
  /** One sentence when reports are not getting through, else null. */
  problem(): string | null;
}

export function noReporter(): Reporter {
  return { report: () => undefined, crumb: () => undefined, flush: async () => undefined, problem: () => null };
}

export interface SentrySettings {
  readonly dsn: string;
  readonly release: string;
  readonly environment: string;
  readonly instanceId: string;
  readonly ambient: Pick<Ambient, "now">;
}

const crumbsMax = 50;
const reportsPerMinuteMax = 60;

interface KeptCrumb extends Crumb {
  readonly at: number;
}

/** A client of its own, not Sentry's global one. `onAnswer` hears whether each envelope got through. */
async function openClient({ dsn, release, environment, instanceId }: SentrySettings, onAnswer: (through: boolean) => void) {
  const sentry = await import("@sentry/node");
  const client = new sentry.NodeClient({
    dsn,
    release,
    environment,
    serverName: instanceId,
    integrations: [],
    stackParser: sentry.defaultStackParser,
    transport: (options) => {
      const transport = sentry.makeNodeTransport(options);
      return {
        ...transport,
        async send(envelope) {
          try {
            const answer = await transport.send(envelope);
            onAnswer((answer.statusCode ?? 200) < 400);
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

function tagsOf({ kind, command, traceId }: ReportContext, instanceId: string): Record<string, string> {
  return { kind, instance: instanceId, ...(command === undefined ? {} : { command }), ...(traceId === undefined ? {} : { traceId }) };
}

/** Loads Sentry (about 0.4 s) and gives a reporter. Throws when the DSN is refused, so call it at start. */
export async function sentryReporter(settings: SentrySettings): Promise<Reporter> {
  const { instanceId, ambient } = settings;
  let failures = 0;
  const { client, freshScope } = await openClient(settings, (through) => {
    failures = through ? 0 : failures + 1;
  });
  const crumbs: KeptCrumb[] = [];
  const mayReport = perMinute(ambient, reportsPerMinuteMax);
  return {
    report(error, context) {
      try {
        if (!mayReport()) return;
        const { gameId, seat, traceId, v } = context;
        const scope = freshScope();
        scope.setTags(tagsOf(context, instanceId));
        if (gameId !== undefined) scope.setContext("game", { id: gameId, seat: seat ?? null, v: v ?? null });
        for (const crumb of crumbs) {
          if (traceId !== undefined && crumb.traceId !== traceId) continue;
          scope.addBreadcrumb({ category: crumb.category, message: scrubText(crumb.message), timestamp: crumb.at / 1000 });
        }
        scope.captureException(error instanceof Error ? error : new Error(scrubText(String(error))));
      } catch {
        failures += 1;
      }
    },
    crumb(crumb) {
      crumbs.push({ ...crumb, at: ambient.now() });
      if (crumbs.length > crumbsMax) crumbs.shift();
    },
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
