// The main figures of the last ten minutes, drawn with uPlot from the server's own samples.
import uPlot from "uplot";
import type { Sample } from "../../lib/protocol/admin-rows.ts";
import "uplot/dist/uPlot.min.css";

const drawn: readonly (readonly [Exclude<keyof Sample, "at">, string])[] = [
  ["commandsPerSecond", "Commands a second"],
  ["commandMs", "Milliseconds per command"],
  ["connections", "Connections"],
  ["queueAgeMs", "Oldest change waiting, ms"],
  ["loopLagMs", "Event loop late by, ms"],
  ["memoryMb", "Memory, MB"],
];

export interface Charts {
  readonly element: HTMLElement;
  update(samples: readonly Sample[]): void;
  close(): void;
}

export function charts(): Charts {
  const element = document.createElement("div");
  element.className = "charts";
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim();
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const axis = { stroke: ink, grid: { stroke: `${ink}33` }, ticks: { stroke: `${ink}33` } };
  const plots = drawn.map(([key, title]) => {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = title;
    figure.append(caption);
    element.append(figure);
    const options: uPlot.Options = {
      width: 340,
      height: 150,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
      series: [{}, { stroke: accent, width: 1.5 }],
      axes: [axis, { ...axis, size: 56 }],
    };
    return { key, plot: new uPlot(options, [[], []], figure) };
  });
  return {
    element,
    update(samples) {
      const times = samples.map(({ at }) => at / 1000);
      for (const { key, plot } of plots) plot.setData([times, samples.map((sample) => sample[key])]);
    },
    close() {
      for (const { plot } of plots) plot.destroy();
    },
  };
}
