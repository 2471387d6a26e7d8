// A seated player who offers commands at whatever rate it is told to. Frames are made once and answers are told apart in place, so
// that a crowd of them leaves the machine to the server.
import { maskedFrame, RawSocket, type RawSocketOptions } from "../../../load/bench/raw-socket.ts";

const digits = 7;
/** Ids are a player's own: its seat, then a serial number. */
const commandHead = '{"type":"rollDice","data":{"sides":6},"id":"';
const ackHead = '{"type":"ack","data":{"id":"';
const refusalHead = '{"type":"error","data":{"id":"';
const seatChars = 2;
/** Where the two heads differ. */
const letterAt = '{"type":"'.length;
const [letterA, letterE, digit0] = [0x61, 0x65, 0x30];
const frameHeadBytes = 6;
/** Who has so many unanswered waits, as a real client does; many times what keeps a server busy. */
const unansweredMax = 16;
const rememberedCount = 1 << 16;

/** What became of what a player offered. */
export interface Answers {
  good: number;
  refused: number;
  /** Not sent, because too many were unanswered. */
  held: number;
  /** From when each was due to its acknowledgement, ms. */
  readonly times: number[];
}

export class OfferingPlayer {
  readonly answers: Answers = { good: 0, refused: 0, held: 0, times: [] };
  /** Called at each answer. */
  onAnswer: () => void = () => {};
  onLost: () => void = () => {};
  readonly #socket: RawSocket;
  readonly #frame: Buffer;
  readonly #dueAt = new Float64Array(rememberedCount);
  #serial = 0;
  #unanswered = 0;
  #onText: ((text: string) => void) | null = null;

  private constructor(socket: RawSocket, seat: number) {
    this.#socket = socket;
    const body = Buffer.from(`${commandHead}${seat}-${"0".repeat(digits)}"}`);
    this.#frame = Buffer.alloc(frameHeadBytes + body.length);
    // A mask of zeros leaves the text as it is.
    this.#frame.set([0x81, 0x80 | body.length]);
    body.copy(this.#frame, frameHeadBytes);
    socket.onFrame = (bytes, start, end) => this.#heard(bytes, start, end);
    socket.onClose = () => this.onLost();
  }

  static async open({ port, readBuffer }: Pick<RawSocketOptions, "port" | "readBuffer">, seat: number): Promise<OfferingPlayer> {
    return new OfferingPlayer(await RawSocket.open({ port, readBuffer }), seat);
  }

  /** Says it and gives the first message of this type that comes. */
  async ask(message: object, type: string): Promise<string> {
    const text = await new Promise<string>((resolve) => {
      this.#onText = (heard) => void (heard.startsWith(`{"type":"${type}"`) && resolve(heard));
      this.#socket.send(maskedFrame(JSON.stringify(message)));
    });
    this.#onText = null;
    return text;
  }

  /** Sends `wanted` commands that are due now, as far as not too many are unanswered. */
  offer(wanted: number): void {
    const count = Math.max(0, Math.min(wanted, unansweredMax - this.#unanswered));
    this.answers.held += Math.max(0, wanted - count);
    if (count === 0) return;
    this.#unanswered += count;
    const now = performance.now();
    const size = this.#frame.length;
    const frames = Buffer.allocUnsafe(size * count);
    for (let i = 0; i < count; i += 1) {
      this.#frame.copy(frames, i * size);
      frames.write(String(this.#serial).padStart(digits, "0"), i * size + frameHeadBytes + commandHead.length + seatChars, "latin1");
      this.#dueAt[this.#serial % rememberedCount] = now;
      this.#serial += 1;
    }
    this.#socket.send(frames);
  }

  #heard(bytes: Buffer, start: number, end: number): void {
    if (this.#onText !== null) return this.#onText(bytes.toString("utf8", start, end));
    const letter = bytes[start + letterAt];
    if (letter === letterA) {
      this.answers.good += 1;
      this.answers.times.push(
        performance.now() - (this.#dueAt[this.#serialAt(bytes, start + ackHead.length + seatChars) % rememberedCount] ?? 0),
      );
    } else if (letter === letterE && bytes.toString("latin1", start, start + refusalHead.length) === refusalHead) this.answers.refused += 1;
    else return;
    this.#unanswered -= 1;
    this.onAnswer();
  }

  #serialAt(bytes: Buffer, at: number): number {
    let serial = 0;
    for (let i = 0; i < digits; i += 1) serial = serial * 10 + (bytes[at + i] as number) - digit0;
    return serial;
  }

  forget(): void {
    Object.assign(this.answers, { good: 0, refused: 0, held: 0 });
    this.answers.times.length = 0;
  }

  close(): void {
    this.onLost = () => {};
    this.#socket.close();
  }
}

const readBytes = 262_144;

/** Tables of seated players on connections of their own. */
export async function seatOffering(port: number, how: { readonly tables: number; readonly seats: number }): Promise<OfferingPlayer[]> {
  const readBuffer = Buffer.allocUnsafe(readBytes);
  const players: OfferingPlayer[] = [];
  for (let table = 0; table < how.tables; table += 1) {
    let gameId = "";
    for (let playerId = 1; playerId <= how.seats; playerId += 1) {
      const player = await OfferingPlayer.open({ port, readBuffer }, playerId);
      const settings = { playerCount: how.seats };
      if (playerId === 1) {
        const claimed = await player.ask({ type: "create", data: { settings, updates: "changes" }, id: `create-${table}` }, "claimed");
        gameId = (JSON.parse(claimed) as { data: { gameId: string } }).data.gameId;
      } else await player.ask({ type: "join", data: { gameId, updates: "changes" }, id: `join-${playerId}` }, "ack");
      await player.ask({ type: "claim", data: { playerId }, id: `claim-${playerId}` }, "ack");
      players.push(player);
    }
  }
  return players;
}
