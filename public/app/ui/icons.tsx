// The icons, one family: 24 units, one stroke, round ends. And the shapes that tell seats apart.
import type { JSX } from "preact";
import { type Shape, shapeOf } from "../model/seat-look.ts";

const paths = {
  pause: "M9 5v14M15 5v14",
  play: "M8 5.5v13l10.5-6.5z",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14 5l-7 7 7 7",
  next: "M10 5l7 7-7 7",
  share: "M12 15V4M8 8l4-4 4 4M5 13v5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  target: "M12 3v3M12 18v3M3 12h3M18 12h3M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z",
  sword: "M19 5l-9 9M19 5h-4M19 5v4M7 13l4 4M5 19l4-4M5 15l4 4",
  dice: "M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8.5 8.5h.01M15.5 15.5h.01M12 12h.01",
  heart: "M12 20S4 15 4 9.2A4.2 4.2 0 0 1 12 7.300A4.200 4.200 0 0 1 20 9.200C20 15 12 20 12 20z",
  crown: "M4 8l4 4 4-7 4 7 4-4-2 10H6z",
  flag: "M6 21V4M6 5h11l-2 4 2 4H6",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.400 1.400M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500z",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  gear: "M4 8h8M17 8h3M14.500 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM4 16h3M12 16h8M9.500 18.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  table: "M5 5h14v14H5zM12 5v14M5 12h14",
  eye: "M3 12s3.500-6 9-6 9 6 9 6-3.500 6-9 6-9-6-9-6zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  leave: "M14 5h4a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-4M10 8l-4 4 4 4M6 12h9",
  skull: "M12 4a7 7 0 0 0-4 12.700V20h8v-3.300A7 7 0 0 0 12 4zM9.500 11.500h.01M14.500 11.500h.01",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l3 2",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  chart: "M5 19V5M5 19h14M9 15v-4M13 15V8M17 15v-2",
  check: "M5 12.500l4.500 4.500L19 7.500",
  shuffle: "M4 7h3l9 10h4M17 14l3 3-3 3M4 17h3l3-3.300M13.500 10L16 7h4M17 4l3 3-3 3",
  alert: "M12 4L3 19h18zM12 10v4M12 16.500h.010",
  drop: "M12 4s6 6.500 6 10a6 6 0 0 1-12 0c0-3.500 6-10 6-10z",
  bell: "M6 16h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v3.500zM10.500 19h3",
  person: "M12 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM5 20c.500-4 3.500-6 7-6s6.500 2 7 6",
  turn: "M5 12a7 7 0 0 1 12-5l2 2M19 5v4h-4M19 12a7 7 0 0 1-12 5l-2-2M5 19v-4h4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 22 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg class="ico" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const shapePaths: Readonly<Record<Shape, string>> = {
  circle: "M7 1a6 6 0 1 0 0 12A6 6 0 0 0 7 1z",
  diamond: "M7 0l7 7-7 7-7-7z",
  triangle: "M7 1l7 12H0z",
  square: "M3 1h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z",
  hexagon: "M3.700 1h6.600L13.700 7l-3.400 6H3.700L.300 7z",
  star: "M7 .300l2 4.500 4.900.500-3.700 3.300 1.100 4.900L7 11l-4.300 2.500 1.100-4.900L.100 5.300 5 4.800z",
  drop: "M7 .500S12 6 12 9a5 5 0 0 1-10 0c0-3 5-8.500 5-8.500z",
  cross: "M4.800.800h4.400v4h4v4.400h-4v4H4.800v-4h-4V4.800h4z",
};

/** A seat's own shape in its own colour (the nearest `--seat`). */
export function SeatShape({ seat, size = 14 }: { readonly seat: number; readonly size?: number }): JSX.Element {
  return (
    <svg class="shape" viewBox="0 0 14 14" width={size} height={size} aria-hidden="true">
      <path d={shapePaths[shapeOf(seat)]} />
    </svg>
  );
}
