// One try to open a socket: how long it may take, and how much of that is left to it when the device wakes.
import type { Env } from "../device/env.ts";
import type { ServerClock } from "../model/server-clock.ts";
import { wokenSilenceMaxMs } from "./heartbeat.ts";

const openTimeoutMs = 8_000;
/** Before a socket is open: for the line, its encryption (two) and the upgrade. */
const roundTrips = 4;

export class Attempt {
  readonly patienceMs: number;
  private readonly env: Env;
  private readonly beganMs: number;
  private readonly beganWallMs: number;
  private openedMs = 0;
  private openedWallMs = 0;
  private lookedAtMs: number | null = null;

  /** `before`: tries in a row that came to nothing. */
  constructor(env: Env, before: number) {
    this.env = env;
    // Every second try has longer: on a slow line the first may never come about, and on one that lets nothing through none should last.
    this.patienceMs = openTimeoutMs * (1 + (before % 2));
    this.beganMs = env.nowMs();
    this.beganWallMs = env.wallMs();
  }

  opened(): void {
    this.openedMs = this.env.nowMs();
    this.openedWallMs = this.env.wallMs();
  }

  /**
   * ms for the first word of a socket that is open when somebody looks at the page. From his first look on it has as long as it took to come
   * about, which was several round trips: a line that is slow is not helped by another one, and on one that died nobody waits longer.
   */
  leftToSpeak(): number {
    const now = this.env.nowMs();
    this.lookedAtMs ??= now;
    const stepMs = this.patienceMs - Math.max(now - this.openedMs, this.env.wallMs() - this.openedWallMs);
    return Math.min(stepMs, this.lookedAtMs + Math.max(wokenSilenceMaxMs, this.openedMs - this.beganMs) - now);
  }

  /**
   * ms, from its beginning on, so that a device that wakes again and again neither gives it longer nor begins anew each time. None is left to
   * one that began before a sleep, in which the page's own clock may have stood still: its line is most likely gone.
   */
  leftWhenWoken({ samples, rttMs }: ServerClock): number {
    const ageMs = Math.max(this.env.nowMs() - this.beganMs, this.env.wallMs() - this.beganWallMs);
    return Math.max(wokenSilenceMaxMs, samples.length > 0 ? roundTrips * rttMs : 0) - ageMs;
  }
}
