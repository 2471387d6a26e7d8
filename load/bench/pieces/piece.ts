// What one piece of the whole bench gives back: its figures, and which promise each of them keeps or breaks. Types and words only.

/** One promise: what was asked for, what was measured. `holds` null: this machine cannot show it, `figure` says why. */
export interface Line {
  readonly what: string;
  readonly target: string;
  readonly figure: string;
  readonly holds: boolean | null;
}

export interface PieceResult {
  readonly lines: readonly Line[];
  readonly figures: unknown;
}

export interface Piece {
  /** How long it takes on a quiet machine, about, s. */
  readonly seconds: number;
  run(how: PieceOrder): Promise<PieceResult>;
}

export interface PieceOrder {
  readonly say: (line: string) => void;
  /** A crowd of so many, or a time of so many ms: all of it, or the small part of it that shows that a piece works. */
  readonly part: (whole: number) => number;
}

export const number = (value: number, digits = 0): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });

interface Bound {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly digits?: number;
}

export function atMost(most: number, { what, unit, value, digits = 1 }: Bound): Line {
  return {
    what,
    target: `<= ${number(most, Number.isInteger(most) ? 0 : digits)} ${unit}`,
    figure: `${number(value, digits)} ${unit}`,
    holds: value <= most,
  };
}

export function atLeast(least: number, { what, unit, value, digits = 0 }: Bound): Line {
  return {
    what,
    target: `>= ${number(least, Number.isInteger(least) ? 0 : digits)} ${unit}`,
    figure: `${number(value, digits)} ${unit}`,
    holds: value >= least,
  };
}
