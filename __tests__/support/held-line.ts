// What may be read over HTTP, without a network: a real server and its real routes, on lines held in the hand. A line's reader
// takes bytes until it is closed to them. Time is the virtual edge's.
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import express from "express";
import { addGames } from "../../lib/gateway/http-games.ts";
import type { HttpParts } from "../../lib/gateway/http-parts.ts";
import { addPages } from "../../lib/gateway/pages.ts";
import type { virtualEdge } from "./virtual-edge.ts";

export class HeldLine extends Duplex {
  /** False: nothing is taken any more. */
  open = true;
  heard = "";
  /** What was heard, as it was given. */
  readonly pieces: Buffer[] = [];
  #waiting: (() => void) | null = null;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  /** The status of every answer heard so far. */
  get statuses(): readonly number[] {
    return [...this.heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** Asks for each of these, one behind the other, without waiting for an answer. */
  get(...paths: readonly string[]): void {
    this.push(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: held\r\n\r\n`).join(""));
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.heard += chunk.toString();
      this.pieces.push(chunk);
      done();
    };
    if (this.open) take();
    else this.#waiting = take;
  }

  /** Takes one piece of what waits. */
  takeOne(): void {
    const take = this.#waiting;
    this.#waiting = null;
    take?.();
  }

  /** Takes what waits, and what comes. */
  readOn(): void {
    this.open = true;
    this.takeOne();
  }

  override _read(): void {}
}

/** Gives lines to what `edge` hosts; `parts` takes the place of what it would have. */
export function heldLines(edge: ReturnType<typeof virtualEdge>, parts: Partial<HttpParts> = {}): (address?: string) => HeldLine {
  const app = express();
  const all = { ...edge, instanceId: "here", version: "0", ...parts } as unknown as HttpParts;
  addGames(app, all);
  if (parts.publicDir !== undefined) addPages(app, { ...all, config: edge.edge.config });
  const server = createServer(app);
  // As the gateway does: from here on the line is no business of HTTP.
  server.on("upgrade", () => undefined);
  return (address = "203.0.113.7") => {
    const line = new HeldLine(address);
    line.on("error", () => undefined);
    server.emit("connection", line as unknown as Socket);
    return line;
  };
}
