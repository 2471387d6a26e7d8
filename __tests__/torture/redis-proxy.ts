// A proxy between one server and Redis that can be told to fail as networks do: to carry out a command and lose its reply, or to
// fall silent without a word. It counts what it did.
import { createServer, connect, type Server, type Socket } from "node:net";
import type { Chance } from "../checker/clean-history.ts";

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  isSubscriber: boolean;
  /** A command that changes a game was passed on and not answered yet. */
  isChanging: boolean;
}

export class RedisProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  readonly #chance: Chance;
  /** One in so many replies to a change is lost, and the connection with it; 0 for none. */
  loseOneIn = 0;
  lost = 0;
  #loseNext = 0;
  #loseNextCommand = 0;
  #isSilent = false;
  #redisPort: number;

  private constructor(server: Server, redisPort: number, chance: Chance) {
    this.#server = server;
    this.#redisPort = redisPort;
    this.#chance = chance;
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
  }

  static async start(redisPort: number, chance: Chance): Promise<RedisProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new RedisProxy(server, redisPort, chance);
    server.on("connection", (near) => proxy.#joined(near, connect(proxy.#redisPort, "127.0.0.1")));
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  #joined(near: Socket, far: Socket): void {
    const line: Line = { near, far, isSubscriber: false, isChanging: false };
    this.#lines.add(line);
    near.setNoDelay(true);
    far.setNoDelay(true);
    const end = () => {
      this.#lines.delete(line);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
    near.on("data", (bytes) => {
      // A change names its game's keys; beats and reads do not carry a hash of 64 digits.
      if (bytes.includes("evalsha") && bytes.includes(":h\r\n")) line.isChanging = true;
      if (bytes.includes("subscribe")) line.isSubscriber = true;
      if (this.#loseNextCommand > 0) {
        this.#loseNextCommand -= 1;
        if (this.#loseNextCommand === 0) {
          this.lost += 1;
          return end();
        }
      }
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (this.#loseNext > 0) {
        this.#loseNext -= 1;
        if (this.#loseNext === 0) {
          this.lost += 1;
          return end();
        }
      }
      if (line.isChanging && this.loseOneIn > 0 && this.#chance.below(this.loseOneIn) === 0) {
        this.lost += 1;
        return end();
      }
      line.isChanging = false;
      near.write(bytes);
    });
    if (this.#isSilent) this.#hush(line);
  }

  /** New lines lead to another Redis; those that are open stay where they are. */
  leadTo(redisPort: number): void {
    this.#redisPort = redisPort;
  }

  #hush({ near, far }: Line): void {
    near.pause();
    far.pause();
  }

  /** The nth reply from now on, to whatever it answers, is lost, and the connection with it. 0 calls it off. */
  loseNext(nth: number): void {
    this.#loseNext = nth;
  }

  /** The nth command from now on never reaches Redis, and its connection is gone. 0 calls it off. */
  loseNextCommand(nth: number): void {
    this.#loseNextCommand = nth;
  }

  /** Nothing gets through any more, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
    for (const line of this.#lines) this.#hush(line);
  }

  /** What is published does not arrive any more; the lines stay open. New lines work. */
  silenceSubscribers(): void {
    for (const line of this.#lines) if (line.isSubscriber) this.#hush(line);
  }

  restore(): void {
    this.#isSilent = false;
    for (const { near, far } of this.#lines) {
      near.resume();
      far.resume();
    }
  }

  end(): void {
    this.#server.close();
    for (const { near, far } of this.#lines) {
      near.destroy();
      far.destroy();
    }
  }
}
