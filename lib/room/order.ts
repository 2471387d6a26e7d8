// What a room is asked to do, and what comes of it.
import type { SystemCommand } from "../game/commands.ts";
import { StoreFault } from "../store/store.ts";
import type { Answer } from "./answer.ts";
import { LockFault } from "./lock.ts";
import type { AnyRules } from "./log.ts";
import type { Moment } from "./observer.ts";
import type { Past } from "./rules.ts";
import type { Subscriber } from "./subscriber.ts";

/** A command on its way in. */
export interface Order {
  /** Who says it; null is the shell. */
  readonly sender: Subscriber | null;
  readonly command: SystemCommand | { readonly type: string };
  readonly actionId: string | null;
  /** Its place among the sender's messages, for reports. */
  readonly n?: number;
  /** The action id whose lost answer a grant repeats: it may be lost again, and is asked for by the same id then. */
  readonly grantFor?: string | null;
  /** Whether its sender watches from here on when it is granted; when left out, its command says. */
  readonly enters?: boolean;
  /** Called once, inside the game's lock, so that answers keep their place among the states. */
  readonly answered: (answer: Answer) => void;
}

/** Stands for the sender of what nobody said. */
export const shell = { viewerId: null, rttMs: 0 } as const;

/** Commands by which a connection comes into a game. */
const entering: ReadonlySet<string> = new Set(["create", "reconnect"]);
export const entersBy = ({ type }: { readonly type: string }): boolean => entering.has(type);

/**
 * Whoever wanted in is gone, and may be back through another connection, which his own late coming would show out and whose key it would void.
 * Who was displaced is nobody here any more: a refusal would be kept under the id of what he sends again through the other connection.
 */
export const comesTooLate = ({ sender, command, enters = entersBy(command) }: Order): boolean =>
  sender?.isDisplaced === true || (enters && sender?.isGone === true);

/** Who may have come in without hearing of it: the store did not say what became of his coming, or rules threw when he was to see it. */
export function lostEntrant(error: unknown, order: Order | null): Subscriber | null {
  const mayStand = error instanceof StoreFault ? error.kind === "unknown" : !(error instanceof LockFault);
  return mayStand && order !== null && entersBy(order.command) ? order.sender : null;
}

/** Whether the copy went with a turn that failed, and may be had again by one that nobody asked for. That one failing by a bug is not told anew. */
export const losesCopy = (error: unknown, order: Order | null): boolean =>
  order === null ? error instanceof StoreFault : !(error instanceof LockFault);

/** What a decision is given besides the state and the order. */
export interface Given {
  readonly needs: ReturnType<AnyRules["needs"]>;
  readonly past: Past<unknown> | null;
}

/** What reports say of a command that failed on version `v`. */
export function momentOf({ command, sender, n }: Order, v: number): Moment {
  return {
    command: command.type,
    v,
    ...(sender?.traceId === undefined ? {} : { traceId: sender.traceId }),
    ...(n === undefined ? {} : { n }),
  };
}

/** A game on its way in. */
export interface FoundingOrder {
  readonly sender: Subscriber;
  readonly name: string | null;
  readonly settings: unknown;
  readonly actionId: string | null;
  readonly answered: (answer: Answer) => void;
}

/** `again`: this action id made the game before, and that was its answer. `done`: it has been answered. */
export type Founded = { readonly kind: "done" } | { readonly kind: "taken" } | { readonly kind: "again"; readonly answer: string };

/** Where a game is read: `store`, because a copy at hand may be behind, as word of a change can be late. */
export type ReadFrom = "copy" | "store";

/** How somebody comes to watch. */
export interface Joining {
  /** What he has seen elsewhere; nobody goes back. */
  readonly seenV?: number | undefined;
  /** With so many viewers here the room is full. Asked in his turn, because many may come at the same moment. */
  readonly viewersMax?: number;
}
