// One simulated socket, both ends of it: what the page holds, and the ws and stream that the real connection holds. Messages
// keep their order on one socket, take their time, and are lost when the line breaks.
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { SocketLike } from "./page.ts";
import type { Chance } from "./chance.ts";
import type { Timeline } from "./timeline.ts";

export interface LineFaults {
  /** Longest way of one message, ms. */
  readonly latencyMsMax: number;
  /** Messages in a thousand after which the line breaks. */
  readonly breakPerMille: number;
}

export interface ServerEnd {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  /** A message from the page arrived. */
  onText: (text: string) => void;
  /** The socket is gone for the server. */
  onClose: (code: number) => void;
}

export interface LineParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: () => LineFaults;
  readonly count: (name: string) => void;
  /** Everything that arrives anywhere, for the trace. */
  readonly arrived: (where: string, text: string) => void;
  /** The page sends this. */
  readonly said: (text: string) => void;
  /** The page has taken this in. */
  readonly heard: (text: string) => void;
  /** The server puts this on the wire. */
  readonly early: (text: string) => void;
  /** The server closes it with this code. */
  readonly closed: (code: number) => void;
  readonly name: string;
}

const abnormal = 1006;

const text = 0x81;
const ping = 0x89;

/** The texts of complete, unmasked text frames; what the real outbox writes. */
class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** `pinged` is called for each ping without a payload. */
  read(chunk: Buffer, pinged: () => void): string[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const texts: string[] = [];
    for (;;) {
      const head = this.#rest.length < 2 ? null : this.#head();
      if (head === null || this.#rest.length < head.from + head.size) return texts;
      if (this.#rest[0] === ping) pinged();
      else texts.push(this.#rest.toString("utf8", head.from, head.from + head.size));
      this.#rest = this.#rest.subarray(head.from + head.size);
    }
  }

  #head(): { readonly from: number; readonly size: number } | null {
    if (this.#rest[0] !== text && this.#rest[0] !== ping) throw new Error("the server wrote something that is no text frame and no ping");
    const short = this.#rest[1] as number;
    if (short < 126) return { from: 2, size: short };
    if (this.#rest.length < 10) return null;
    return short === 126 ? { from: 4, size: this.#rest.readUInt16BE(2) } : { from: 10, size: Number(this.#rest.readBigUInt64BE(2)) };
  }
}

export class Line implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #parts: LineParts;
  readonly #chance: Chance;
  readonly #reader = new FrameReader();
  #server: ServerEnd | null = null;
  #events: EventEmitter | null = null;
  #serverGone = false;
  #upAt = 0;
  #downAt = 0;
  /** From these moments on nothing arrives any more at the one end or the other. */
  #upEndsAt = Number.POSITIVE_INFINITY;
  #downEndsAt = Number.POSITIVE_INFINITY;
  #pageClosed = false;
  #stalled: (() => void)[] | null = null;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#chance = parts.chance.fork();
  }

  get isBroken(): boolean {
    return this.#upEndsAt !== Number.POSITIVE_INFINITY;
  }

  get isOpenAtServer(): boolean {
    return this.#server !== null && !this.#serverGone;
  }

  /** `accept` makes the server's end when the request arrives there; null refuses. */
  connect(accept: (line: Line) => ServerEnd | null): void {
    this.#parts.timeline.after(this.#way(), () => {
      const server = this.#pageClosed ? null : accept(this);
      if (server === null) return this.#parts.timeline.after(this.#way(), () => this.#closedAtPage(abnormal)) as unknown as undefined;
      this.#server = server;
      this.#down("open", () => {
        if (this.#pageClosed) return;
        this.readyState = 1;
        this.onopen?.();
      });
    });
  }

  send(text: string): void {
    if (this.readyState !== 1) return;
    this.#parts.said(text);
    this.#up(text, () => this.#server?.onText(text));
    if (this.#chance.below(1_000) < this.#parts.faults().breakPerMille) this.break();
  }

  close(): void {
    if (this.#pageClosed) return;
    this.#pageClosed = true;
    this.readyState = 3;
    this.#up("close", () => this.#goneAtServer(1005));
    if (this.isBroken) this.#noticedAtServer();
  }

  /** Whoever holds the page is gone, and the system closes his socket. */
  hangUp(): void {
    this.onopen = this.onmessage = this.onclose = null;
    this.close();
    this.#parts.timeline.after(1_000, () => this.#goneAtServer(1005));
  }

  /** The line breaks: what is on its way may or may not arrive, and each end notices in its own time. */
  break(): void {
    if (this.isBroken || this.#server === null) return;
    this.#parts.count("lines that broke");
    const { now } = this.#parts.timeline;
    this.#upEndsAt = now + this.#chance.below(120);
    this.#downEndsAt = now + this.#chance.below(120);
    if (this.#chance.hit(60)) this.#parts.timeline.after(120 + this.#chance.below(4_000), () => this.#closedAtPage(abnormal));
    this.#noticedAtServer();
  }

  /** The reader stops taking bytes for a while, as a page in a tunnel does. */
  stall(forMs: number): void {
    if (this.#stalled !== null) return;
    this.#stalled = [];
    this.#parts.timeline.after(forMs, () => {
      const waiting = this.#stalled ?? [];
      this.#stalled = null;
      for (const taken of waiting) taken();
    });
  }

  /** The server process is gone: the system closes its sockets, or, when the machine is gone, nobody tells the page. */
  serverDied(): void {
    if (this.#serverGone) return;
    this.#serverGone = true;
    const { now } = this.#parts.timeline;
    this.#upEndsAt = Math.min(this.#upEndsAt, now);
    this.#downEndsAt = Math.min(this.#downEndsAt, now + this.#chance.below(40));
    if (this.#chance.hit(85)) this.#parts.timeline.after(this.#way(), () => this.#closedAtPage(abnormal));
  }

  /** The ends that the real connection works with. */
  serverEnd(): { readonly socket: WebSocket; readonly stream: Duplex } {
    const events = new EventEmitter();
    this.#events = events;
    const stream = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, done) => {
        for (const text of this.#reader.read(chunk, () => this.#down("ping", () => this.#pong()))) {
          this.#parts.early(text);
          this.#down(text, () => this.#tell(text));
        }
        if (this.#stalled === null) done();
        else this.#stalled.push(done);
      },
    });
    const socket = Object.assign(events, {
      protocol: "tapotarp.v1",
      readyState: 1,
      bufferedAmount: 0,
      isPaused: false,
      pause: () => {},
      resume: () => {},
      pong: () => {},
      close: (code: number) => this.#closeFromServer(code),
      terminate: () => this.#terminate(),
    });
    return { socket: socket as unknown as WebSocket, stream };
  }

  #way(): number {
    const { latencyMsMax } = this.#parts.faults();
    return this.#chance.hit(5) ? this.#chance.below(latencyMsMax * 6) : 1 + this.#chance.below(latencyMsMax);
  }

  #up(text: string, arrive: () => void): void {
    const { timeline, name, arrived } = this.#parts;
    this.#upAt = Math.max(this.#upAt, timeline.now + this.#way());
    const at = this.#upAt;
    timeline.after(at - timeline.now, () => {
      if (at > this.#upEndsAt || this.#serverGone) return;
      arrived(`${name} up`, text);
      arrive();
    });
  }

  #down(text: string, arrive: () => void): void {
    const { timeline, name, arrived } = this.#parts;
    this.#downAt = Math.max(this.#downAt, timeline.now + this.#way());
    const at = this.#downAt;
    timeline.after(at - timeline.now, () => {
      if (at > this.#downEndsAt || this.readyState > 1) return;
      arrived(`${name} down`, text);
      arrive();
    });
  }

  #tell(text: string): void {
    if (this.readyState !== 1) return;
    this.onmessage?.({ data: text });
    this.#parts.heard(text);
  }

  #pong(): void {
    this.#up("pong", () => this.#events?.emit("pong", Buffer.alloc(0)));
  }

  #closeFromServer(code: number): void {
    this.#parts.closed(code);
    this.#down(`close ${code}`, () => {
      this.#up("close", () => this.#goneAtServer(code));
      this.#closedAtPage(code);
    });
  }

  #terminate(): void {
    this.#parts.timeline.after(0, () => this.#goneAtServer(abnormal));
    this.#down("reset", () => this.#closedAtPage(abnormal));
  }

  /** By its heartbeat at the latest, or at once when the network says so. */
  #noticedAtServer(): void {
    if (this.#chance.hit(50)) this.#parts.timeline.after(130 + this.#chance.below(20_000), () => this.#goneAtServer(abnormal));
  }

  #goneAtServer(code: number): void {
    if (this.#serverGone || this.#server === null) return;
    this.#serverGone = true;
    this.#server.onClose(code);
  }

  #closedAtPage(code: number): void {
    if (this.#pageClosed) return;
    this.#pageClosed = true;
    this.readyState = 3;
    this.onclose?.({ code });
  }
}
