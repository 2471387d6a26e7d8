// Short sounds made on the spot: no files, nothing to load. Silent until the person has touched the page, as browsers ask.
import type { Cue } from "../model/cues.ts";

interface Tone {
  readonly hz: number;
  /** Seconds after the cue. */
  readonly at: number;
  readonly lastS: number;
  readonly wave?: OscillatorType;
}

const tones: Readonly<Record<Cue, readonly Tone[]>> = {
  turn: [
    { hz: 523, at: 0, lastS: 0.14 },
    { hz: 784, at: 0.12, lastS: 0.22 },
  ],
  priority: [{ hz: 659, at: 0, lastS: 0.16 }],
  warning: [
    { hz: 880, at: 0, lastS: 0.09, wave: "triangle" },
    { hz: 880, at: 0.16, lastS: 0.09, wave: "triangle" },
  ],
  timeout: [
    { hz: 330, at: 0, lastS: 0.25, wave: "triangle" },
    { hz: 247, at: 0.22, lastS: 0.45, wave: "triangle" },
  ],
  out: [{ hz: 196, at: 0, lastS: 0.5, wave: "triangle" }],
  dice: [
    { hz: 1_200, at: 0, lastS: 0.04, wave: "square" },
    { hz: 900, at: 0.07, lastS: 0.04, wave: "square" },
    { hz: 1_050, at: 0.14, lastS: 0.05, wave: "square" },
  ],
  end: [
    { hz: 523, at: 0, lastS: 0.2 },
    { hz: 659, at: 0.15, lastS: 0.2 },
    { hz: 784, at: 0.3, lastS: 0.45 },
  ],
  nudge: [
    { hz: 698, at: 0, lastS: 0.12 },
    { hz: 698, at: 0.2, lastS: 0.12 },
  ],
};

/** What browsers take for a person's own act. The begin of a touch is none: it may become a scroll. */
const gestures = ["click", "touchend", "keydown"] as const;

const loudness = 0.12;
const attackS = 0.012;

const shakes: Readonly<Record<Cue, readonly number[]>> = {
  turn: [60, 50, 60],
  priority: [50],
  warning: [40, 60, 40],
  timeout: [300],
  out: [200],
  dice: [20, 30, 20],
  end: [80, 60, 80, 60, 160],
  nudge: [100, 80, 100],
};

export interface Player {
  readonly sound: (cue: Cue) => void;
  readonly shake: (cue: Cue) => void;
}

/** A few browsers make no sounds at all. */
export const canSound = (): boolean => "AudioContext" in window;

export function createPlayer(): Player {
  let audio: AudioContext | null = null;
  const wake = (): void => {
    // Escape and keys like Shift are no act of a person to the browser, which would complain.
    if (navigator.userActivation?.hasBeenActive === false) return;
    audio ??= new AudioContext();
    // "suspended" until a touch, and on iPhones "interrupted" by a call or the lock; a call that goes on refuses.
    if (audio.state !== "running") audio.resume().catch(() => undefined);
  };
  if (canSound()) for (const kind of gestures) addEventListener(kind, wake, { passive: true, capture: true });
  return {
    sound(cue) {
      if (audio?.state !== "running") return;
      for (const tone of tones[cue]) ring(audio, tone);
    },
    shake(cue) {
      if ("vibrate" in navigator && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate([...shakes[cue]]);
    },
  };
}

function ring(audio: AudioContext, { hz, at, lastS, wave = "sine" }: Tone): void {
  const start = audio.currentTime + at;
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.type = wave;
  source.frequency.value = hz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + attackS);
  volume.gain.exponentialRampToValueAtTime(0.000_1, start + lastS);
  source.connect(volume).connect(audio.destination);
  source.start(start);
  source.stop(start + lastS);
}
