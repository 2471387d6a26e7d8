// Whether the socket still lives, and what time it is at the server: pings, and how long an answer to anything may take.
import type { Env } from "../device/env.ts";
import type { ServerClock } from "../model/server-clock.ts";

/** The first pings come quickly, to know the server's time; later ones keep it and notice a dead socket. */
const quickPings = 5;
/** More of them while the best answer took so long that clocks could differ by half of it, ms; not for ever on a slow line. */
const goodRttMs = 100;
const quickPingsMax = 20;
const quickPingMs = 150;
const slowPingMs = 10_000;
/** No answer for so long: the socket is dead, whatever the browser thinks. */
const silenceMaxMs = 6_000;
/** Somebody looks at the page again and wants to see how the game stands within 2 s: a socket that died in the sleep is given up sooner. */
export const wokenSilenceMaxMs = 1_500;

interface Line {
  readonly after: Env["after"];
  readonly serverClock: () => ServerClock;
  readonly sendPing: () => void;
  readonly onDead: () => void;
}

export class Heartbeat {
  private readonly line: Line;
  private pings = 0;
  /** A socket that has not said a word yet has the time that each step on the way in is given, and no less. */
  isHeard = false;
  private cancelPing: (() => void) | null = null;
  private cancelSilence: (() => void) | null = null;

  constructor(line: Line) {
    this.line = line;
  }

  /** The server's time is measured anew. */
  begin(): void {
    this.pings = 0;
    this.schedulePing();
  }

  stop(): void {
    this.cancelPing?.();
    this.cancelSilence?.();
    this.cancelSilence = null;
    this.isHeard = false;
  }

  /** The device may have slept. `patienceMs`: for any word, of a socket that has not said one. */
  woken(patienceMs = this.patience(wokenSilenceMaxMs)): void {
    this.cancelSilence?.();
    this.cancelSilence = this.line.after(patienceMs, () => this.line.onDead());
    this.pings = 0;
    this.ping();
  }

  /** Something was sent, and all of it is answered. Who has tapped on a line that died unnoticed must not pay for the time until the next ping. */
  sent(): void {
    if (this.isHeard) this.cancelSilence ??= this.line.after(this.patience(silenceMaxMs), () => this.line.onDead());
  }

  heard(): void {
    this.isHeard = true;
    this.cancelSilence?.();
    this.cancelSilence = null;
  }

  private schedulePing(): void {
    this.cancelPing?.();
    const wanted = this.line.serverClock().rttMs > goodRttMs ? quickPingsMax : quickPings;
    this.cancelPing = this.line.after(this.pings < wanted ? quickPingMs : slowPingMs, () => this.ping());
  }

  private ping(): void {
    this.pings += 1;
    this.line.sendPing();
    this.schedulePing();
  }

  /** On a line that is known to be slow an answer may take half as long again as the quickest of the last ones. */
  private patience(mostMs: number): number {
    const { samples, rttMs } = this.line.serverClock();
    return Math.max(mostMs, samples.length > 0 ? 1.5 * rttMs : 0);
  }
}
