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

/**
 * Places along an edge from 0 to `height` that want to be at `wanted`, at least `gap` apart and in the same order. Those that would lie on each
 * other share what they are moved by.
 */
export function apart(wanted: readonly number[], { gap, height }: { readonly gap: number; readonly height: number }): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const groups: { readonly members: readonly number[]; readonly from: number }[] = [];
  for (const index of order) {
    let members = [index];
    let from = wanted[index] ?? 0;
    for (let before = groups.at(-1); before && before.from + before.members.length * gap > from; before = groups.at(-1)) {
      groups.pop();
      members = [...before.members, ...members];
      const middle = members.reduce((sum, member, place) => sum + (wanted[member] ?? 0) - place * gap, 0) / members.length;
      from = Math.max(0, Math.min(height - (members.length - 1) * gap, middle));
    }
    groups.push({ members, from });
  }
  const placed = new Map(groups.flatMap((group) => group.members.map((member, place) => [member, group.from + place * gap] as const)));
  return wanted.map((own, index) => placed.get(index) ?? own);
}
