// What a record of the audit log is, and how each proves the one before it.
import { createHash } from "node:crypto";

export const auditEvents = [
  "server-started",
  "server-stopping",
  "admin-denied",
  "admin-action",
  "metrics-denied",
  "origin-refused",
  "token-refused",
  "token-reused",
  "action-refused",
  "rate-limited",
  "flood-closed",
  "slow-reader-closed",
  "seat-displaced",
  "game-quarantined",
  "dead-letter",
  "secrets-reloaded",
  "suppressed",
] as const;
export type AuditEvent = (typeof auditEvents)[number];

export interface AuditRecord {
  /** 1 for the first of this chain; rises by one. */
  readonly n: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly event: AuditEvent;
  /** Who: an address, or "server". */
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Hash of the record before; of nothing for the first. */
  readonly prev: string;
  readonly hash: string;
}

/** `broken`: the first record that does not follow from the one before, or null when the chain is whole. */
export interface AuditCheck {
  readonly records: number;
  readonly broken: number | null;
}

export function hashOf(record: Omit<AuditRecord, "hash">): string {
  const { n, at, event, actor, detail, prev } = record;
  return createHash("sha256")
    .update(JSON.stringify([n, at, event, actor, detail, prev]))
    .digest("hex");
}

/** Goes through records in order and finds where the first damage is. The first may follow a month that has expired. */
export class ChainCheck {
  #before: AuditRecord | null = null;
  #records = 0;
  #broken: number | null = null;

  add(record: AuditRecord): void {
    const before = this.#before;
    const follows = before === null || (record.prev === before.hash && record.n === before.n + 1);
    if (!follows || record.hash !== hashOf(record)) this.#broken ??= record.n;
    this.#before = record;
    this.#records += 1;
  }

  /** `written`: the number of the newest record that is known to have been written; 0 when it may have expired. */
  result(written: number): AuditCheck {
    const newest = this.#before?.n ?? 0;
    return { records: this.#records, broken: this.#broken ?? (newest < written ? newest + 1 : null) };
  }
}
