// The recap's pictures: plain SVG. Lines are told apart by colour and by their seat's shape at the end.
import type { JSX } from "preact";
import type { SeatId } from "../../../lib/game/ids.ts";
import { apart, chartScale, linePath } from "../model/chart.ts";
import type { Table } from "../model/model.ts";
import type { Point, TurnUsed } from "../model/recap.ts";
import { nameOf } from "../model/table-questions.ts";
import { durationText } from "../model/time-text.ts";
import { SeatShape } from "./icons.tsx";
import { seatTint } from "./tint.ts";

/** As high as it is drawn, px; it is stretched to the width there is. */
const box = { width: 360, height: 150 } as const;
/** Of a line's end, px. */
const shapeSize = 10;

interface LineChartProps {
  readonly table: Table;
  readonly title: string;
  readonly series: readonly { readonly seat: SeatId; readonly points: readonly Point[] }[];
  /** Values stay until they change, as life does. */
  readonly stepped?: true;
  /** Values are times. */
  readonly times?: true;
}

export function LineChart({ table, title, series, stepped, times }: LineChartProps): JSX.Element {
  const points = series.flatMap((s) => s.points);
  const scale = chartScale(points, box);
  const ends = apart(
    series.map((s) => scale.y(s.points.at(-1)?.value ?? 0)),
    { gap: shapeSize + 1, height: box.height },
  );
  const say = (value: number): string => (times ? durationText(value) : String(value));
  const last = series.map((s) => `${nameOf(table, s.seat)} ${say(s.points.at(-1)?.value ?? 0)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div class="chart-box">
        <span class="axis num" aria-hidden="true">
          <span>{say(scale.top)}</span>
          <span>{say(scale.bottom)}</span>
        </span>
        <svg viewBox={`0 0 ${box.width} ${box.height}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${last}`}>
          <path class="grid-line" d={`M0 .5H${box.width}M0 ${box.height / 2}H${box.width}M0 ${box.height - 0.5}H${box.width}`} />
          {series.map((s) => (
            <path
              key={s.seat}
              class="line tint"
              style={seatTint(table, s.seat)}
              d={linePath(s.points, scale, stepped ? "steps" : "straight")}
            />
          ))}
        </svg>
        <span class="line-ends" aria-hidden="true">
          {series.map((s, place) => (
            <span key={s.seat} class="tint" style={{ ...seatTint(table, s.seat), top: `${ends[place]}px` }}>
              <SeatShape seat={s.seat} size={shapeSize} />
            </span>
          ))}
        </span>
      </div>
      <p class="chart-legend">
        {series.map((s) => (
          <span key={s.seat} class="tint" style={seatTint(table, s.seat)}>
            <SeatShape seat={s.seat} size={shapeSize} />
            {nameOf(table, s.seat)}
          </span>
        ))}
      </p>
    </figure>
  );
}

export function TurnChart({
  table,
  title,
  turns,
}: {
  readonly table: Table;
  readonly title: string;
  readonly turns: readonly TurnUsed[];
}): JSX.Element | null {
  if (turns.length === 0) return null;
  const most = Math.max(...turns.map((turn) => turn.ms), 1);
  const width = box.width / turns.length;
  const longest = turns.find((turn) => turn.ms === most);
  const said = longest ? `${title}: ${nameOf(table, longest.seat)} ${durationText(most)}` : title;
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div class="chart-box">
        <span class="axis num" aria-hidden="true">
          <span>{durationText(most)}</span>
          <span>0:00</span>
        </span>
        <svg viewBox={`0 0 ${box.width} ${box.height}`} preserveAspectRatio="none" role="img" aria-label={said}>
          <path class="grid-line" d={`M0 .5H${box.width}M0 ${box.height / 2}H${box.width}M0 ${box.height - 0.5}H${box.width}`} />
          {turns.map((turn, at) => {
            const height = (turn.ms / most) * box.height;
            return (
              <rect
                key={`${turn.turn}-${turn.seat}`}
                class="bar-rect tint"
                style={seatTint(table, turn.seat)}
                x={at * width + width * 0.12}
                y={box.height - height}
                width={Math.max(0.5, width * 0.76)}
                height={height}
              />
            );
          })}
        </svg>
      </div>
    </figure>
  );
}
