// Results as people and programs read them: a markdown table, a chart, and JSON with everything.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpuRatio, type Entry, summary } from "./figures.ts";
import type { Machine } from "./machine.ts";

export interface Report {
  readonly title: string;
  readonly machine: Machine;
  readonly notes: readonly string[];
  /** Entry of the same updates that CPU ratios refer to. */
  readonly baseName: string;
  readonly entries: readonly Entry[];
}

const round = (value: number, digits = 0): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });

function ratioOf(entry: Entry, { entries, baseName }: Report): string {
  const base = entries.find(({ name, updates }) => name === baseName && updates === entry.updates);
  return base === undefined || base === entry ? "1" : round(cpuRatio(entry, base), 2);
}

const columns =
  "| server | messages | durable | games | taps/s | p50 ms | p99 ms | CPU us per tap | to the relay | server cores | tester cores | others' cores | bytes per tap and viewer | gaps |";

export function tableOf(report: Report): string {
  const rows = report.entries.map((entry) => {
    const s = summary(entry.rounds);
    const figures = [round(s.tapsPerSecond), round(s.p50Ms, 1), round(s.p99Ms, 1), round(s.cpuMicrosPerTap, 1), ratioOf(entry, report)];
    const cores = [s.serverCores, s.testerCores, s.otherCores].map((value) => round(value, 2));
    const cells = [entry.name, entry.updates, entry.durable, entry.games, ...figures, ...cores, round(s.bytesPerTapAndViewer), s.gaps];
    return `| ${cells.join(" | ")} |`;
  });
  return [columns, `|${"---|".repeat(columns.split("|").length - 2)}`, ...rows].join("\n");
}

/** Where something was measured, in one line. */
export const machineLine = (found: Machine): string =>
  machineLines(found)
    .map((line) => line.slice(2))
    .join("; ");

function machineLines({ at, cpu, cores, memoryGiB, system, node, commit, versions, loadAverage }: Machine): readonly string[] {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${at}, commit ${commit}, Node ${node}, ${packages.join(", ")}`,
    `- ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}; load average ${loadAverage.toFixed(1)} at the start`,
  ];
}

const barHeight = 26;
const labelWidth = 330;
const barWidth = 480;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** CPU per tap as bars, the shortest the best. */
export function chartOf({ title, entries }: Report): string {
  const values = entries.map((entry) => summary(entry.rounds).cpuMicrosPerTap);
  const most = Math.max(...values);
  const bars = entries.flatMap(({ name, updates }, i) => {
    const value = values[i] as number;
    const y = 44 + i * barHeight;
    const width = (value / most) * barWidth;
    const color = name.startsWith("bare") ? "#8a8f98" : "#e0913a";
    return [
      `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${escaped(`${name}, ${updates}`)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="${barHeight - 6}" rx="3" fill="${color}"/>`,
      `<text x="${labelWidth + width + 6}" y="${y + 15}">${value.toFixed(1)} us</text>`,
    ];
  });
  const height = 56 + entries.length * barHeight;
  const whole = labelWidth + barWidth + 80;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole}" height="${height}" viewBox="0 0 ${whole} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="15">${escaped(title)}: server CPU per tap, threads included</text>`,
    ...bars,
    "</svg>",
    "",
  ].join("\n");
}

export function markdownOf(report: Report, chartFile: string): string {
  const { title, machine, notes } = report;
  const lines = [`# ${title}`, "", ...machineLines(machine), ...notes.map((note) => `- ${note}`), "", tableOf(report), ""];
  return [...lines, `![CPU per tap](${chartFile})`, ""].join("\n");
}

/** Writes `<name>.json`, `<name>.md` and `<name>.svg`; gives the path of the table. */
export function writeReport(folder: string, name: string, report: Report): string {
  mkdirSync(folder, { recursive: true });
  const entries = report.entries.map((entry) => ({ ...entry, median: summary(entry.rounds) }));
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ ...report, entries }, null, 1)}\n`);
  writeFileSync(join(folder, `${name}.svg`), chartOf(report));
  const table = join(folder, `${name}.md`);
  writeFileSync(table, markdownOf(report, `${name}.svg`));
  return table;
}
