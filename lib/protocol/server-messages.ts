// Everything the server sends, as types for both ends. `T` is the view of the game that is hosted.
import type { WireEvent } from "../game/wire-event.ts";
import type { RefusalCode } from "../game/refusals.ts";
import type { ViewChange } from "./change.ts";

/** What the shell adds to a view. `serverTime` is the moment at which the view's times are true. */
export interface Stamp {
  readonly v: number;
  readonly serverTime: number;
  readonly viewers: number;
}

export type StateData<View> = View & Stamp;

/** One change of `v`: fields that differ, `players` by id. `timeRemaining` of running seats is true at `serverTime`. */
export interface ChangeData extends ViewChange {
  readonly v: number;
  readonly serverTime: number;
  readonly events: readonly WireEvent[];
}

export type NamedMessage<View> =
  | {
      readonly type: "clientId";
      readonly data: { readonly clientId: string; readonly instanceId: string; readonly serverTime: number; readonly protocol: string };
    }
  | { readonly type: "state"; readonly data: StateData<View> }
  | { readonly type: "change"; readonly data: ChangeData }
  /** The command with this `id` is durable as change `v` (or changed nothing at `v`). Comes after the state or change it made. */
  | { readonly type: "ack"; readonly data: { readonly id: string; readonly v: number } }
  | {
      readonly type: "error";
      readonly data: {
        readonly id?: string;
        readonly code: RefusalCode;
        readonly message: string;
        readonly retry: boolean;
        readonly field?: string;
        readonly retryAfterMs?: number;
        /** With `internal`: names the connection in the server's log. */
        readonly traceId?: string;
      };
    }
  /** `playerId` null: the host's chair. `token` opens it again; keep it safe. */
  | {
      readonly type: "claimed" | "reconnected";
      readonly data: { readonly playerId: number | null; readonly gameId: string; readonly token: string; readonly state: StateData<View> };
    }
  /** Events since the `v` the client named, oldest first, for its log. */
  | {
      readonly type: "missed";
      readonly data: {
        readonly from: number;
        readonly changes: readonly { readonly v: number; readonly at: number; readonly events: readonly WireEvent[] }[];
      };
    }
  | { readonly type: "viewers"; readonly data: { readonly viewers: number } }
  | {
      readonly type: "tick";
      readonly data: { readonly v: number; readonly serverTime: number; readonly times: Readonly<Record<string, number>> };
    }
  | { readonly type: "pong"; readonly data: { readonly t?: number; readonly serverTime: number } }
  | {
      readonly type: "shutdown_warning";
      readonly data: { readonly message: string; readonly timeout: number; readonly retryAfterMs: number };
    };

export type ServerMessage<View> = NamedMessage<View> | WireEvent;
