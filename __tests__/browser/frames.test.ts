import { describe, expect, test } from "vitest";
import { clockText, lastsMs, secondsLeft } from "../../public/app/model/time-text.ts";
import { createFrames } from "../../public/app/ui/frames.ts";

const frameMs = 1000 / 60;

/** A screen of 60 frames a second and its timers, moved by hand. */
function screen() {
  let now = 0;
  let asked: FrameRequestCallback[] = [];
  let timers: { readonly at: number; readonly call: () => void }[] = [];
  let drawn = 0;
  const frames = createFrames(
    {
      requestAnimationFrame: (call) => {
        asked.push(call);
        return 0;
      },
    },
    (ms, call) => {
      const timer = { at: now + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  );
  return {
    frames,
    now: () => now,
    drawn: () => drawn,
    waits: () => asked.length + timers.length,
    runTo(end: number, each: () => void = () => undefined) {
      while (now + frameMs <= end) {
        now += frameMs;
        const due = timers.filter(({ at }) => at <= now);
        timers = timers.filter(({ at }) => at > now);
        for (const { call } of due) call();
        const turn = asked;
        asked = [];
        if (turn.length > 0) drawn += 1;
        for (const call of turn) call(now);
        each();
      }
    },
  };
}

describe("the loop that draws clocks", () => {
  test.each([
    ["a bank of ten minutes", 600_000, "seconds", 10],
    ["a bank in its last minute", 40_000, "tenths", 100],
    ["a bank that runs below zero in the middle", 5_050, "tenths", 100],
  ] as const)("%s is drawn as often as it looks otherwise, and never a frame too late", (_name, bankMs, read, times) => {
    const { frames, now, drawn, runTo } = screen();
    const shown = (ms: number): string => clockText(ms).main + (read === "tenths" ? clockText(ms).tenths : "");
    let text = "";
    frames.each(() => {
      const left = bankMs - now();
      text = shown(left);
      return lastsMs(left, read);
    });
    // What the frame before would have shown may still stand there.
    runTo(10_000, () => expect([shown(bankMs - now()), shown(bankMs - now() + frameMs)]).toContain(text));
    expect(drawn()).toBeGreaterThanOrEqual(times);
    expect(drawn()).toBeLessThanOrEqual(1.2 * times + 2);
  });

  test("of several the soonest counts; what lasts no longer than a frame is drawn with every one", () => {
    const { frames, drawn, runTo } = screen();
    let slow = 0;
    frames.each(() => {
      slow += 1;
      return 1_000;
    });
    runTo(5_000);
    expect(slow).toBeLessThanOrEqual(6);
    const stop = frames.each(() => 10);
    const before = drawn();
    runTo(6_000);
    expect(drawn() - before).toBeGreaterThan(55);
    stop();
    const then = drawn();
    runTo(9_000);
    expect(drawn() - then).toBeLessThanOrEqual(5);
  });

  test("what comes along is drawn with the next frame, however long the others last", () => {
    const { frames, runTo, now } = screen();
    frames.each(() => 60_000);
    runTo(500);
    let at = 0;
    frames.each(() => {
      at = now();
      return 60_000;
    });
    runTo(1_000);
    expect(at).toBeLessThanOrEqual(500 + 2 * frameMs);
  });

  test("when nothing moves it stands still", () => {
    const { frames, waits, runTo } = screen();
    const stop = frames.each(() => 100);
    frames.each(() => Number.POSITIVE_INFINITY);
    runTo(500);
    stop();
    runTo(1_000);
    expect(waits()).toBe(0);
  });
});

describe("how long a time looks the same", () => {
  test.each([
    [12_345, "seconds", 346],
    [12_000, "seconds", 1],
    [345, "tenths", 46],
    [-12_345, "seconds", 656],
    [0, "tenths", 100],
    [0, "seconds", 1_000],
  ] as const)("%i ms in %s: %i ms", (ms, read, lasts) => {
    expect(lastsMs(ms, read)).toBe(lasts);
  });

  test("a short time never says more than is left", () => {
    expect([2_399, 2_300, 99, 0].map(secondsLeft)).toEqual([2.3, 2.3, 0, 0]);
  });
});
