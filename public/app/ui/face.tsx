// A seat's clock: drawn straight into the page whenever it looks otherwise, because a component each time would cost more than the game.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { Face } from "../../../lib/game/clock-face.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import { fullBankMs, playerOf, seatFace, timeRuns } from "../model/table-questions.ts";
import { clockText, lastsMs, moodOf, secondsLeft } from "../model/time-text.ts";

/** What is drawn for one seat at one moment. */
export interface Moment {
  readonly face: Face;
  readonly fullMs: number;
  readonly delayTimeMs: number;
  readonly choiceTimeMs: number;
  readonly runs: boolean;
}

/** How long a draw looks the same while the clock runs, ms; infinite when only a change of the table ends that. */
type LastsMs = number;

/** Calls `draw` whenever what `seat` shows may have changed: as often as it says while its clock runs, and once per change. */
export function useMoment(seat: SeatId | null, draw: (moment: Moment) => LastsMs): void {
  const { session, frames } = useApp();
  const latest = useRef(draw);
  latest.current = draw;
  // Before the browser paints: a card that has just come would stand without its time for a frame, at every turn.
  useLayoutEffect(() => {
    if (seat === null) return;
    let stop: (() => void) | null = null;
    const show = (): LastsMs => {
      const { table } = session.model.peek();
      const player = table && playerOf(table, seat);
      if (!table || !player) return Number.POSITIVE_INFINITY;
      // While the line is down nobody knows whether the clock runs; what is drawn goes on from the last known moment.
      const elapsedMs = session.serverNowMs() - table.serverTime;
      return latest.current({
        face: seatFace(table, player, elapsedMs),
        fullMs: fullBankMs(table, player),
        delayTimeMs: table.settings.delayTime,
        choiceTimeMs: table.settings.timeoutGracePeriod,
        runs: timeRuns(table, player),
      });
    };
    const unsubscribe = session.model.subscribe(({ table }) => {
      const player = table && playerOf(table, seat);
      show();
      // Also one that is there already: what it said before does not hold any more.
      if (table && player && timeRuns(table, player)) stop = frames.each(show);
      else {
        stop?.();
        stop = null;
      }
    });
    return () => {
      unsubscribe();
      stop?.();
    };
  }, [seat, session, frames]);
}

/** Text into a node, only when it is another one. */
export function write(node: Element | null | undefined, text: string): void {
  if (node && node.textContent !== text) node.textContent = text;
}

export function mark(node: Element | null | undefined, name: string, value: string): void {
  if (node && node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** "09:59" at most; longer times, and those below zero by a minute, are drawn smaller. */
const shortChars = 5;

/**
 * The clock as text; the great one adds tenths in its last minute. `data-ms` says what is drawn, exactly.
 * Inside a button it has no label: a screen reader would read that in place of the time.
 */
export function ClockFace({
  seat,
  great = false,
  label,
}: {
  readonly seat: SeatId;
  readonly great?: boolean;
  readonly label?: string;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const main = useRef<HTMLSpanElement>(null);
  const tenths = useRef<HTMLElement>(null);
  const { number } = useApp().speech;
  useMoment(seat, ({ face, runs }) => {
    const shown = face.choiceMs > 0 ? face.choiceMs : face.bankMs;
    const text = clockText(shown);
    write(main.current, text.main);
    const showsTenths = text.tenths !== null && (great || shown < 10_000);
    // Without the nought before its point.
    write(tenths.current, showsTenths ? number((text.tenths ?? 0) / 10, 1).slice(1) : "");
    mark(root.current, "data-mood", moodOf(shown));
    mark(root.current, "data-long", String(text.main.length > shortChars));
    mark(root.current, "data-runs", String(runs));
    root.current?.setAttribute("data-ms", String(Math.round(face.bankMs)));
    return face.delayMs + lastsMs(shown, showsTenths ? "tenths" : "seconds");
  });
  const named = label === undefined ? {} : { role: "timer" as const, "aria-label": label };
  return (
    <div class={great ? "clock num great" : "clock num"} ref={root} data-seat={seat} {...named}>
      <span ref={main} />
      <small ref={tenths} />
    </div>
  );
}

/** A share of a time is drawn in so many steps: more would not be seen, on a ring as wide as a phone. */
const shareSteps = 2_000;

/** The ring that empties with the bank, with the delay as a thin line inside it that empties first. */
export function Ring({ seat }: { readonly seat: SeatId }): JSX.Element {
  const left = useRef<SVGCircleElement>(null);
  const delay = useRef<SVGCircleElement>(null);
  const root = useRef<SVGSVGElement>(null);
  useMoment(seat, ({ face, fullMs, delayTimeMs, choiceTimeMs, runs }) => {
    const share = face.choiceMs > 0 ? face.choiceMs / choiceTimeMs : face.bankMs / fullMs;
    mark(left.current, "stroke-dashoffset", (100 - 100 * Math.min(1, Math.max(0, share))).toFixed(2));
    const delayShare = delayTimeMs > 0 ? face.delayMs / delayTimeMs : 0;
    mark(delay.current, "stroke-dashoffset", (100 - 100 * Math.min(1, delayShare)).toFixed(1));
    mark(root.current, "data-mood", face.choiceMs > 0 ? "crit" : moodOf(face.bankMs));
    mark(root.current, "data-delay", String(face.delayMs > 0));
    mark(root.current, "data-runs", String(runs));
    if (face.delayMs > 0) return delayTimeMs > 0 ? delayTimeMs / shareSteps : face.delayMs;
    return (face.choiceMs > 0 ? choiceTimeMs : fullMs) / shareSteps;
  });
  return (
    <svg class="ring" viewBox="0 0 100 100" aria-hidden="true" ref={root}>
      <circle class="rail" cx="50" cy="50" r="47" />
      <circle class="left" cx="50" cy="50" r="47" pathLength={100} stroke-dasharray="100" stroke-dashoffset="0" ref={left} />
      <circle class="delay" cx="50" cy="50" r="42.5" pathLength={100} stroke-dasharray="100" stroke-dashoffset="100" ref={delay} />
    </svg>
  );
}

/** "delay 2.3" while it lasts. */
export function DelayText({ seat, word }: { readonly seat: SeatId; readonly word: string }): JSX.Element {
  const root = useRef<HTMLSpanElement>(null);
  const { number } = useApp().speech;
  useMoment(seat, ({ face, runs }) => {
    const shows = runs && face.delayMs > 0;
    write(root.current, shows ? `${word} ${number(secondsLeft(face.delayMs), 1)}` : "");
    return shows ? lastsMs(face.delayMs, "tenths") : Number.POSITIVE_INFINITY;
  });
  return <span class="delay-text num" ref={root} />;
}

/** The thin line at the foot of a card: what is left of a running seat's bank. */
export function BankLine({ seat }: { readonly seat: SeatId }): JSX.Element {
  const root = useRef<HTMLSpanElement>(null);
  useMoment(seat, ({ face, fullMs, runs }) => {
    const share = Math.min(1, Math.max(0, face.bankMs / fullMs));
    root.current?.style.setProperty("transform", `scaleX(${runs ? share.toFixed(4) : "0"})`);
    return face.delayMs + fullMs / shareSteps;
  });
  return <span class="bank-line" ref={root} />;
}
