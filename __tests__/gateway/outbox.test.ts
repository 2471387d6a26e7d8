// The outbox over a stream whose reader is held in the hand: it takes bytes only when it is told to.
import { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { Outbox, OutboxTurn, type Slowness } from "../../lib/gateway/outbox.ts";
import { socketWire } from "../../lib/gateway/socket-wire.ts";
import { Frame } from "../../lib/room/frame.ts";
import { heldAmbient } from "../support/held-ambient.ts";

/** A stream that passes on what it is given when `open`, and keeps it back otherwise. */
class HeldStream extends Duplex {
  open = true;
  readonly taken: Buffer[] = [];
  #waiting: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.taken.push(Buffer.from(chunk));
      done();
    };
    if (this.open) take();
    else this.#waiting.push(take);
  }

  override _read(): void {}

  /** Lets one write through. */
  async takeOne(): Promise<void> {
    this.#waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets everything through that waits and comes. */
  async release(): Promise<void> {
    this.open = true;
    for (let turn = 0; turn < 10; turn += 1) {
      for (const take of this.#waiting.splice(0)) take();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function textsOf(chunks: readonly Buffer[]): string[] {
  const bytes = Buffer.concat(chunks);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const [size, head] =
      short < 126 ? [short, 2] : short === 126 ? [bytes.readUInt16BE(at + 2), 4] : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    texts.push(bytes.subarray(at + head, at + head + size).toString());
    at += head + size;
  }
  return texts;
}

function setUp(limits = { outboxBytesMax: 1_048_576, outboxStuckMs: 5_000 }, slow: (how: Slowness) => void = () => {}) {
  const ambient = heldAmbient();
  const stream = new HeldStream();
  const told = { slow: 0, behind: 0, coalesced: 0, frames: 0 };
  const count = (what: keyof typeof told, by = 1): void => {
    told[what] += by;
  };
  const turn = new OutboxTurn(ambient);
  const counts = { sent: (frames: number) => count("frames", frames), coalesced: () => count("coalesced") };
  const reader = {
    tooSlow(how: Slowness) {
      count("slow");
      slow(how);
    },
    fellBehind: () => count("behind"),
  };
  const outbox = new Outbox(stream, reader, { wire: socketWire, limits, ambient, turn, counts });
  return { ambient, stream, told, turn, outbox };
}

const state = (v: number, more = "") => new Frame("state", v, `state ${v}${more}`);
const change = (v: number, more = "") => new Frame("change", v, `change ${v}${more}`);
const event = (name: string) => new Frame("event", 0, `event ${name}`);
const reply = (name: string) => new Frame("reply", 0, `reply ${name}`);
const grant = (v: number) => new Frame("reply", v, `grant ${v}`);

/** An outbox whose reader does not read: the first frame is in the stream already. */
function blocked(limits?: { readonly outboxBytesMax: number; readonly outboxStuckMs: number }, slow?: (how: Slowness) => void) {
  const all = setUp(limits, slow);
  all.stream.open = false;
  all.outbox.send(reply("first"));
  all.turn.flush();
  return all;
}

describe("F05 SAFETY 17: outboxes", () => {
  test("a reader who reads gets everything in order, states included", () => {
    const { outbox, turn, stream, told } = setUp();
    for (const frame of [state(1), state(2), change(3), event("a"), reply("b")]) outbox.send(frame);
    turn.flush();
    expect(textsOf(stream.taken)).toEqual(["state 1", "state 2", "change 3", "event a", "reply b"]);
    expect(told).toEqual({ slow: 0, behind: 0, coalesced: 0, frames: 5 });
  });

  test("frames of every length are well-formed", () => {
    const { outbox, turn, stream } = setUp();
    const texts = [0, 1, 125, 126, 65_535, 65_536, 70_000].map((size) => "x".repeat(size)).concat("äöü€😀");
    for (const text of texts) outbox.send(new Frame("reply", 0, text));
    turn.flush();
    expect(textsOf(stream.taken)).toEqual(texts);
  });

  test("one frame is encoded once for all who get it", () => {
    const [a, b] = [setUp(), setUp()];
    const frame = state(1);
    a.outbox.send(frame);
    b.outbox.send(frame);
    a.turn.flush();
    const { wire } = frame;
    b.turn.flush();
    expect(wire).not.toBe(null);
    expect(frame.wire).toBe(wire);
  });

  test("L39 a newer state replaces an unsent older one, and replies are never dropped", async () => {
    const { outbox, stream, told } = blocked();
    for (let v = 1; v <= 500; v += 1) {
      outbox.send(state(v));
      if (v % 100 === 0) outbox.send(reply(`ack ${v}`));
    }
    await stream.release();
    expect(textsOf(stream.taken)).toEqual([
      "reply first",
      "state 500",
      "reply ack 100",
      "reply ack 200",
      "reply ack 300",
      "reply ack 400",
      "reply ack 500",
    ]);
    expect(told.coalesced).toBe(499);
  });

  test("a newer state never overtakes a grant that carries an older one", async () => {
    const { outbox, stream } = blocked();
    for (const frame of [state(8), grant(9), state(9), reply("ack 9"), state(12)]) outbox.send(frame);
    await stream.release();
    expect(textsOf(stream.taken)).toEqual(["reply first", "grant 9", "state 12", "reply ack 9"]);
  });

  test("of events the newest 100 are kept", async () => {
    const { outbox, stream } = blocked();
    for (let i = 1; i <= 250; i += 1) outbox.send(event(`${i}`));
    await stream.release();
    const texts = textsOf(stream.taken);
    expect([texts.length, texts[1], texts.at(-1)]).toEqual([101, "event 151", "event 250"]);
  });

  test("what was let go counts no more: a reader behind 5 MiB of events, of which the newest are kept, is not ended", async () => {
    const { outbox, stream, told } = blocked();
    for (let i = 1; i <= 5_000; i += 1) outbox.send(event("x".repeat(1_024)));
    expect([told.slow, outbox.bytes < 200 * 1_024]).toEqual([0, true]);
    await stream.release();
    expect(textsOf(stream.taken)).toHaveLength(101);
  });

  test.each([
    ["states, each in the place of the one before", (v: number) => [state(v, "x".repeat(100_000))]],
    ["changes, let go for a state now and then", (v: number) => (v % 20 === 0 ? [state(v)] : [change(v, "x".repeat(50_000))])],
    ["changes, let go because they are too many", (v: number) => [change(v, "x".repeat(15_000))]],
  ])("nor do 5 MiB and more of %s", (_what, framesOf) => {
    const { outbox, told } = blocked();
    for (let v = 1; v <= 400; v += 1) for (const frame of framesOf(v)) outbox.send(frame);
    expect(told.slow).toBe(0);
    expect(outbox.bytes).toBeLessThan(1_048_576);
  });

  test("what the stream has and the reader has not taken counts as what waits here does", () => {
    const { outbox, told } = blocked({ outboxBytesMax: 1_000, outboxStuckMs: 5_000 });
    outbox.send(reply("x".repeat(960)));
    expect(told.slow).toBe(0);
    outbox.send(reply("x".repeat(20)));
    expect(told.slow).toBe(1);
  });

  test("a reader of changes who lost some gets a whole state when he reads again, and changes after it", async () => {
    const { outbox, stream, told, turn } = blocked();
    for (let v = 1; v <= 64; v += 1) outbox.send(change(v));
    expect(told.behind).toBe(0);
    for (let v = 65; v <= 200; v += 1) outbox.send(change(v));
    await stream.release();
    expect(told.behind).toBe(1);
    outbox.send(change(201));
    outbox.send(state(201));
    outbox.send(change(202));
    turn.flush();
    expect(textsOf(stream.taken)).toEqual(["reply first", "state 201", "change 202"]);
  });

  test("a grant brings a reader of changes who lost some up to date as a state does: he gets the changes after it", async () => {
    const { outbox, stream, told } = blocked();
    for (let v = 1; v <= 70; v += 1) outbox.send(change(v));
    outbox.send(grant(70));
    outbox.send(change(71));
    await stream.release();
    outbox.send(change(72));
    outbox.flush();
    expect(textsOf(stream.taken)).toEqual(["reply first", "grant 70", "change 71", "change 72"]);
    expect(told.behind).toBe(0);
  });

  test("up to 64 changes wait for a reader without a gap", async () => {
    const { outbox, stream, told } = blocked();
    for (let v = 1; v <= 64; v += 1) outbox.send(change(v));
    await stream.release();
    expect(textsOf(stream.taken)).toHaveLength(65);
    expect(told.behind).toBe(0);
  });

  test("64 changes wait behind a whole state, however many were let go for it", async () => {
    const { outbox, stream, told } = blocked();
    for (let v = 1; v <= 40; v += 1) outbox.send(change(v));
    outbox.send(state(41));
    for (let v = 42; v <= 81; v += 1) outbox.send(change(v));
    await stream.release();
    expect([textsOf(stream.taken).length, told.behind]).toEqual([42, 0]);
  });

  test("whoever has caught up may fall behind by as much again", async () => {
    const { outbox, stream, told, turn } = blocked();
    const pile = () => {
      for (let v = 1; v <= 60; v += 1) outbox.send(change(v));
      for (let i = 1; i <= 90; i += 1) outbox.send(event(`${i}`));
    };
    pile();
    await stream.release();
    stream.open = false;
    outbox.send(reply("second"));
    turn.flush();
    pile();
    await stream.release();
    expect([textsOf(stream.taken).length, told.behind, told.coalesced]).toEqual([302, 0, 0]);
  });

  test("a line that is being closed is given nothing more, as writing to it would be an error", async () => {
    const { ambient, outbox, stream } = setUp();
    const errors: Error[] = [];
    stream.on("error", (error) => void errors.push(error));
    outbox.send(event("late"));
    stream.end();
    await ambient.advance(0);
    outbox.ping();
    await ambient.advance(0);
    expect([errors, stream.taken]).toEqual([[], []]);
  });

  test("1 MiB piled up ends it, and what waited is let go", () => {
    const { outbox, told } = blocked();
    const big = "x".repeat(100_000);
    for (let i = 0; i < 10; i += 1) outbox.send(reply(big));
    expect([told.slow, outbox.bytes > 1_000_000]).toEqual([0, true]);
    outbox.send(reply(big));
    outbox.send(reply(big));
    expect([told.slow, outbox.bytes < 100]).toEqual([1, true]);
  });

  test("5 s in which nothing is taken ends it", async () => {
    const { ambient, outbox, told } = blocked();
    await ambient.advance(4_999);
    expect(told.slow).toBe(0);
    await ambient.advance(1);
    expect(told.slow).toBe(1);
    outbox.send(state(1));
    expect(ambient.waiting()).toBe(0);
  });

  test("5 s are counted from the last byte taken, not from the last look", async () => {
    const slow: Slowness[] = [];
    const { ambient, outbox, stream, told, turn } = blocked({ outboxBytesMax: 1_048_576, outboxStuckMs: 5_000 }, (how) => slow.push(how));
    outbox.send(reply("second"));
    await ambient.advance(1_200);
    await stream.release();
    stream.open = false;
    outbox.send(reply("third"));
    turn.flush();
    await ambient.advance(5_499);
    expect(told.slow).toBe(1);
    expect(slow[0]?.behindMs).toBeGreaterThanOrEqual(5_000);
    expect(slow[0]?.behindMs).toBeLessThanOrEqual(5_500);
  });

  test("a reader who never has all of it, but takes a little every few seconds, is kept; when he stops he is ended", async () => {
    const { ambient, outbox, stream, told, turn } = setUp();
    stream.open = false;
    for (let i = 1; i <= 10; i += 1) outbox.send(reply(`${i}`));
    turn.flush();
    for (let i = 1; i <= 5; i += 1) {
      await ambient.advance(3_000);
      await stream.takeOne();
    }
    expect([told.slow, outbox.bytes > 0]).toEqual([0, true]);
    await ambient.advance(6_000);
    expect(told.slow).toBe(1);
  });

  test("a slow reader who takes something now and then is kept", async () => {
    const { ambient, outbox, stream, told, turn } = blocked();
    for (let round = 1; round <= 5; round += 1) {
      await ambient.advance(4_000);
      await stream.release();
      stream.open = false;
      outbox.send(state(round));
      turn.flush();
    }
    expect(told.slow).toBe(0);
  });
});
