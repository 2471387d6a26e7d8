// The page and the chart of the whole bench, made of what its pieces kept. Pure.
import type { Line } from "./pieces/piece.ts";

interface Piece {
  readonly piece: string;
  readonly lines: readonly Line[];
}

const words = { yes: "yes", no: "**no**", unknown: "this machine cannot show it" } as const;

const verdict = ({ holds }: Line): string => (holds === null ? words.unknown : holds ? words.yes : words.no);

export function pageOf(pieces: readonly (Piece & { readonly measuredOn: string })[], chart: string): string {
  const rows = pieces.flatMap(({ piece, lines }) =>
    lines.map((line) => `| ${piece} | ${line.what} | ${line.target} | ${line.figure} | ${verdict(line)} |`),
  );
  return [
    "# What was promised, and what was measured",
    "",
    "Made by `npm run bench:all`; every figure, round by round, is in `whole-<piece>.json` beside this page.",
    "",
    "| piece | promise | asked for | measured | kept |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    ...pieces.map(({ piece, measuredOn }) => `- ${piece}: ${measuredOn}`),
    "",
    `![how far each figure is from what was asked for](${chart})`,
    "",
  ].join("\n");
}

const rowHeight = 24;
const labelWidth = 560;
const barWidth = 300;
/** The bar of a figure that is just what was asked for ends here; the axis goes to twice that. */
const goal = barWidth / 2;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const firstNumber = (text: string): number => Number((/-?[\d,.]+/.exec(text)?.[0] ?? "0").replaceAll(",", ""));

/** Each figure in relation to its target: shorter than the line is good for "at most", longer for "at least". */
export function linesChart(pieces: readonly Piece[]): string {
  const rows = pieces.flatMap(({ lines }) => lines);
  const bars = rows.flatMap(({ what, target, figure, holds }, i) => {
    const asked = firstNumber(target);
    const share = asked === 0 ? (firstNumber(figure) === 0 ? 0 : 2) : Math.min(2, firstNumber(figure) / asked);
    const y = 40 + i * rowHeight;
    const color = holds === null ? "#8a8f98" : holds ? "#3a9a5b" : "#c8553d";
    return [
      `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${escaped(what)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${(share * goal).toFixed(1)}" height="${rowHeight - 6}" rx="3" fill="${color}"/>`,
      `<text x="${labelWidth + barWidth + 8}" y="${y + 14}">${escaped(`${figure.split(" (", 1)[0]}, asked ${target}`)}</text>`,
    ];
  });
  const height = 56 + rows.length * rowHeight;
  const width = labelWidth + barWidth + 320;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="12" y="22" font-size="15">Figures in relation to what was asked for (the line)</text>`,
    ...bars,
    `<line x1="${labelWidth + goal}" y1="32" x2="${labelWidth + goal}" y2="${height - 10}" stroke="#222222" stroke-dasharray="3 3"/>`,
    "</svg>",
    "",
  ].join("\n");
}
