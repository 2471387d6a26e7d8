// The outermost parts of a device, stood in for: its speaker, its motor and its lamp, which write down what they were told.
import type { Page } from "@playwright/test";

interface Felt {
  readonly tones: number[];
  readonly shakes: number[][];
  /** +1 for each lamp asked for, -1 for each let go. */
  readonly lamps: number[];
}

/** Stands in for speaker, motor and lamp, and writes down what they were told. */
export const outerWorld = (): void => {
  const felt: Felt = { tones: [], shakes: [], lamps: [] };
  const ramp = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
  class Speaker {
    state = "running";
    currentTime = 0;
    destination = {};
    createOscillator() {
      const frequency = { value: 0 };
      return { type: "", frequency, connect: (next: object) => next, start: () => felt.tones.push(frequency.value), stop() {} };
    }
    createGain() {
      return { gain: ramp, connect: (next: object) => next };
    }
    async resume() {}
  }
  const request = async () => {
    felt.lamps.push(1);
    const lamp = { released: false, release: async () => void felt.lamps.push(-1) };
    return lamp;
  };
  Object.assign(window, { felt, AudioContext: Speaker });
  Object.defineProperty(navigator, "vibrate", { value: (pattern: number[]) => felt.shakes.push(pattern) > 0 });
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
};

export const feltBy = (page: Page): Promise<Felt> => page.evaluate(() => (window as unknown as { felt: Felt }).felt);
