// One message on its way out: made once, sent to everybody who may see the same bytes.

/**
 * - `state`: the whole view; a newer one makes an older unsent one pointless.
 * - `change`: one step of `v`; only useful without a gap.
 * - `event`: something that happened, for the log and the eye.
 * - `reply`: an answer to this connection alone; never dropped.
 */
export type FrameKind = "state" | "change" | "event" | "reply";

export class Frame {
  readonly kind: FrameKind;
  /** Version the message brings its reader to; 0 when it carries none. */
  readonly v: number;
  readonly text: string;
  /** Bytes ready for the socket, made by the first connection that sends them and shared by the others. */
  wire: Uint8Array | null = null;
  /** The same for event streams. */
  streamed: Uint8Array | null = null;

  constructor(kind: FrameKind, v: number, text: string) {
    this.kind = kind;
    this.v = v;
    this.text = text;
  }
}

export function replyFrame(type: string, data: object): Frame {
  return new Frame("reply", 0, JSON.stringify({ type, data }));
}

/** Something that belongs to no version. */
export function eventFrame(type: string, data: object): Frame {
  return new Frame("event", 0, JSON.stringify({ type, data }));
}

export interface StampOf {
  readonly v: number;
  readonly serverTime: number;
  readonly viewers: number;
}

/** The `state` data as JSON, also used inside `claimed` and `reconnected`. */
export function stateJson(view: object, stamp: StampOf): string {
  return `{"v":${stamp.v},"serverTime":${stamp.serverTime},"viewers":${stamp.viewers},${JSON.stringify(view).slice(1)}`;
}

export function stateFrame(view: object, stamp: StampOf): Frame {
  return new Frame("state", stamp.v, `{"type":"state","data":${stateJson(view, stamp)}}`);
}

export function changeFrame(changed: object | null, events: readonly object[], { v, serverTime }: Omit<StampOf, "viewers">): Frame {
  return new Frame("change", v, JSON.stringify({ type: "change", data: { v, serverTime, events, ...changed } }));
}
