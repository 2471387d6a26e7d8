// What sockets and HTTP share: who the client is, what its address may still do, how loaded we are, and where security events go.
import type { Ambient } from "../ops/ambient.ts";
import type { Audit } from "../ops/audit.ts";
import type { AuditEvent } from "../ops/audit-record.ts";
import type { Config, Limits } from "../ops/config.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Reporter } from "../ops/report.ts";
import type { Work } from "../ops/shedding.ts";
import type { Subscriber } from "../room/subscriber.ts";
import { type AddressReader, addressReader } from "./address.ts";
import { type AddressLimits, addressLimits, type SharedCounts } from "./address-limits.ts";
import { Bucket } from "./bucket.ts";
import { LookUps } from "./look-ups.ts";
import { type OutboxParts, OutboxTurn, type Slowness, type Wire } from "./outbox.ts";
import { Overload } from "./overload.ts";
import { Pace } from "./pace.ts";
import { Spectators } from "./spectators.ts";

export interface EdgeParts {
  readonly config: Config;
  readonly ambient: Ambient;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly reporter: Reporter;
  /** Changes waiting to be written. */
  readonly queueDepth: () => number;
  /** Counts over all instances; none with a single one. */
  readonly sharedCounts?: SharedCounts;
}

/** One message, or one HTTP request, as logs and reports name it. */
export interface MessageContext {
  readonly traceId: string;
  readonly gameId: string | null;
  /** The message's place among those of its connection; 0 for an HTTP request. */
  readonly n: number;
}

interface Answered {
  readonly type: string;
  readonly n: number;
  /** "ok" or the refusal's code. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** The limits of an address, as metrics name them. */
export type AddressLimit = "connections" | "upgrades" | "creates" | "joins" | "feedback" | "http";

/** Lines about security events a second: a flood of refusals must not become a flood of log. */
const linesPerSecond = { perSecond: 5, burst: 50 };

/** Who watches over Server-Sent Events. */
interface Listener extends Pick<Subscriber, "viewerId" | "countedAs"> {
  readonly bufferedBytes: number;
  cutOff(): void;
  makePlace(): void;
}

export class Edge {
  readonly config: Config;
  readonly limits: Limits;
  readonly ambient: Ambient;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clientOf: AddressReader;
  readonly addresses: AddressLimits;
  readonly lookUps: LookUps;
  readonly overload: Overload;
  readonly pace: Pace;
  readonly spectators = new Spectators();
  /** Watchers over Server-Sent Events, while they are here. */
  readonly eventStreams = new Set<Listener>();
  /** The server is leaving: nothing new begins here. */
  draining = false;
  readonly #audit: Audit;
  readonly #reporter: Reporter;
  readonly #lines: Bucket;

  constructor(parts: EdgeParts) {
    const { config, ambient, metrics } = parts;
    this.config = config;
    this.limits = config.limits;
    this.ambient = ambient;
    this.log = parts.log;
    this.metrics = metrics;
    this.clientOf = addressReader(config.trustedProxies, config.clientAddressHeader);
    this.addresses = addressLimits(config.limits, ambient, parts.sharedCounts);
    this.lookUps = new LookUps(this.addresses);
    this.overload = new Overload({ limits: config.limits, queueDepth: parts.queueDepth });
    this.pace = new Pace(config.limits, ambient);
    this.#audit = parts.audit;
    this.#reporter = parts.reporter;
    this.#lines = new Bucket(linesPerSecond, ambient.monotonicMs());
  }

  /** A security event: into the audit log, and as a line. `detail` never holds a token, a name or a payload. */
  note(event: AuditEvent, address: string, detail: Readonly<Record<string, unknown>> = {}): void {
    this.#audit.note(event, address, detail);
    if (this.#lines.take(1, this.ambient.monotonicMs())) this.log.warn({ event, address, ...detail }, "a security event");
  }

  /** Something was refused because its address has used up what it may do: counted and noted. */
  rateLimited(kind: AddressLimit, address: string): void {
    this.metrics.rateLimited(kind).add();
    this.note("rate-limited", address, { kind });
  }

  /** Overload: whether work of this kind is refused now, which is counted. */
  sheds(work: Work): boolean {
    if (!this.overload.refuses(work)) return false;
    this.metrics.shed(work).add();
    return true;
  }

  /** A command was answered: counted, measured, a line for one in many, and a crumb for the reports of its connection. */
  answered({ traceId, gameId }: Omit<MessageContext, "n">, { type, n, outcome, durationMs }: Answered): void {
    this.metrics.command(type, outcome).add();
    this.metrics.commandSeconds.observe(durationMs / 1000);
    this.log.frequent({ traceId, n, gameId, type, outcome, durationMs }, "command");
    this.#reporter.crumb?.({ category: "command", message: `${type} ${outcome}`, traceId });
  }

  /** What the outboxes share whose lines look like this. */
  outboxes(wire: Wire): OutboxParts {
    const { limits, ambient, metrics } = this;
    const counts = {
      sent(frames: number, bytes: number): void {
        metrics.framesSent.add(frames);
        metrics.bytesSent.add(bytes);
      },
      coalesced: () => metrics.outboxCoalesced.add(),
    };
    return { wire, limits, ambient, turn: new OutboxTurn(ambient), counts };
  }

  /** A reader is given up because it takes too little: counted, measured and noted, however it reads. */
  cutSlow(address: string, { waitingBytes, behindMs }: Slowness): void {
    this.metrics.outboxOverflows.add();
    this.metrics.slowReaderSeconds.observe(behindMs / 1_000);
    this.note("slow-reader-closed", address, { waitingBytes, behindMs });
  }

  /** A message or a request made the program throw: a bug of that one alone, counted and reported; everybody else goes on. */
  bug(error: unknown, context: MessageContext): void {
    this.metrics.bugs.add();
    this.log.error({ ...context, err: error }, "a message or a request failed");
    const { traceId, gameId, n } = context;
    this.#reporter.report(error, { kind: "bug", traceId, n, ...(gameId === null ? {} : { gameId }) });
  }
}
