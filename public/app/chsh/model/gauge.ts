// Where a figure, its error and the limits stand on a line. Pure; positions are percent of the line.
import type { Figure } from "../../../../lib/chsh/figures.ts";
import type { Mode } from "../../../../lib/chsh/items.ts";
import type { FigureName } from "./class-table.ts";

export interface Ruler {
  readonly from: number;
  readonly to: number;
  /** What no agreement made beforehand can pass. */
  readonly limit: number;
  /** What entangled particles reach. */
  readonly quantum: number;
}

export const chshRuler: Ruler = { from: 0, to: 4, limit: 2, quantum: 2 * Math.SQRT2 };
export const successRuler: Ruler = { from: 0, to: 1, limit: 0.75, quantum: (2 + Math.SQRT2) / 4 };

/** The limits of a figure; null where it has none. In classic rounds a plan may win more than 75 %, as same questions are easy. */
export function rulerOf(figure: FigureName, mode: Mode): Ruler | null {
  if (figure === "chsh") return chshRuler;
  return figure === "success" && mode === "simplified" ? successRuler : null;
}

export interface Gauge {
  readonly at: number;
  /** The error, one standard deviation to either side; the whole line when it is infinite. */
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  readonly quantum: number;
  /** Above the limit by more than its error, at least about it, or below. */
  readonly stands: "above" | "about" | "below";
}

const percent = (value: number, { from, to }: Ruler): number =>
  Math.round((Math.min(to, Math.max(from, value)) - from) * (1000 / (to - from))) / 10;

export function gaugeOf({ value, sigma }: Figure, ruler: Ruler): Gauge {
  const error = sigma ?? Number.POSITIVE_INFINITY;
  return {
    at: percent(value, ruler),
    low: percent(value - error, ruler),
    high: percent(value + error, ruler),
    limit: percent(ruler.limit, ruler),
    quantum: percent(ruler.quantum, ruler),
    stands: value - error > ruler.limit ? "above" : value + error < ruler.limit ? "below" : "about",
  };
}
