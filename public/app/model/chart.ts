// From points to a path in a box. Pure.
import type { Point } from "./recap.ts";

export interface Scale {
  readonly top: number;
  readonly bottom: number;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

/** The box spans all values, and 0 with them. */
export function chartScale(points: readonly Point[], box: { readonly width: number; readonly height: number }): Scale {
  const top = points.reduce((most, p) => Math.max(most, p.value), 1);
  const bottom = points.reduce((least, p) => Math.min(least, p.value), 0);
  const last = points.reduce((most, p) => Math.max(most, p.at), 1);
  return {
    top,
    bottom,
    x: (at) => (at / last) * box.width,
    y: (value) => box.height - ((value - bottom) / (top - bottom)) * box.height,
  };
}

export function linePath(points: readonly Point[], scale: Scale, style: "steps" | "straight"): string {
  const n = (value: number): string => String(Math.round(value * 10) / 10);
  let path = "";
  for (const [index, point] of points.entries()) {
    const x = n(scale.x(point.at));
    const y = n(scale.y(point.value));
    if (index === 0) path = `M${x} ${y}`;
    else path += style === "steps" ? `H${x}V${y}` : `L${x} ${y}`;
  }
  return path;
}
