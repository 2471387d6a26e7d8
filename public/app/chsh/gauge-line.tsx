// A figure on a line with its error, the limit of every agreement and what entangled particles reach.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import type { Figure } from "../../../lib/chsh/figures.ts";
import { gaugeOf, type Ruler } from "./model/gauge.ts";
import { figureText } from "./words.ts";

export function GaugeLine({ name, figure, ruler }: { readonly name: string; readonly figure: Figure; readonly ruler: Ruler }): JSX.Element {
  const { speech } = useApp();
  const { at, low, high, limit, quantum, stands } = gaugeOf(figure, ruler);
  const label = speech.t("class.gauge", {
    name,
    figure: figureText(speech, figure),
    limit: ruler.limit,
    quantum: speech.number(ruler.quantum, 2),
  });
  return (
    <span class="gauge" role="img" aria-label={label} data-stands={stands}>
      <i class="gauge-limit" style={{ left: `${limit}%` }} />
      <i class="gauge-quantum" style={{ left: `${quantum}%` }} />
      <i class="gauge-error" style={{ left: `${low}%`, width: `${Math.max(0.5, high - low)}%` }} />
      <i class="gauge-dot" style={{ left: `${at}%` }} />
    </span>
  );
}
