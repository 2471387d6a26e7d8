// What happened at the table, newest first, as far as this page has seen it or was told.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { logLine } from "../model/log-lines.ts";
import type { Words } from "../model/offer.ts";
import { counterWord } from "../ui/counter-word.ts";

export function LogSheet(): JSX.Element | null {
  const { session, speech } = useApp();
  const { t } = speech;
  const { table, happenings } = session.model.value;
  if (!table) return null;
  const lines = happenings
    .map((h, at) => ({ id: `${h.v}-${at}`, at: h.at, words: logLine(h.event, table) }))
    .filter((line) => line.words !== null);
  if (lines.length === 0) return <p class="hint">{t("log.empty")}</p>;
  /** Counters and markers by the names they have on the buttons; a counter of a player's own by his. */
  const told = ({ key, params: { counter, marker, ...params } = {} }: Words): string => {
    if (counter !== undefined) return t(key, { ...params, counter: counterWord(t, String(counter)) });
    if (marker === undefined) return t(key, params);
    return t(key, { ...params, marker: t(`marker.${marker}`), name: params["name"] || t("marker.nobody") });
  };
  const clock = new Intl.DateTimeFormat(speech.language.value, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  return (
    <ol class="log">
      {lines.reverse().map((line) => (
        <li key={line.id}>
          <time class="num">{clock.format(line.at)}</time>
          <span>{line.words ? told(line.words) : ""}</span>
        </li>
      ))}
    </ol>
  );
}
