// A table on this device alone: goes on with the one that was kept, or lays a new one.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { createSettings, type Draft, presets } from "../model/presets.ts";
import { hasKeptTable, keptLocalTable, newLocalTable, type OwnTable } from "../net/local-table.ts";
import { quietTint, tintOf } from "../ui/tint.ts";
import { Wordmark } from "../ui/wordmark.tsx";
import { NewGame } from "./new-game.tsx";

/** Written into the address's own history entry: a reload in the middle of a game asks nothing, coming from the start does. */
const inPlay = "in-play";

export function LocalSetup(): JSX.Element | null {
  const { session, go } = useApp();
  const [asked, setAsked] = useState<"nothing" | "kept" | "new">("nothing");
  const play = (table: OwnTable | null): void => {
    if (table === null) return setAsked("new");
    history.replaceState(inPlay, "");
    session.playLocally(table);
    // Taken over by another tab: to take it back is asked, or two that are reloaded would take it from each other.
    table.open(() => history.replaceState(null, ""));
  };
  const goOn = (): void => play(keptLocalTable(session.env, session.dispatch));
  useEffect(() => {
    if (history.state !== inPlay && hasKeptTable(session.env)) setAsked("kept");
    else goOn();
  }, []);
  const first = presets[0]?.draft;
  if (asked === "nothing" || !first) return null;
  if (asked === "kept") return <KeptTable onGoOn={goOn} onNew={() => setAsked("new")} />;
  const start = (draft: Draft): void => {
    const { dropPolicy: _, listed: __, ...settings } = createSettings(draft);
    play(newLocalTable(session.env, session.dispatch, settings));
  };
  return <NewGame draft={first} onBack={() => (hasKeptTable(session.env) ? setAsked("kept") : go("/"))} local={start} />;
}

/** The kept table is thrown away only when the new one is laid. */
function KeptTable({ onGoOn, onNew }: { readonly onGoOn: () => void; readonly onNew: () => void }): JSX.Element {
  const { speech, go } = useApp();
  const { t } = speech;
  return (
    <main class="page between tint" style={tintOf(quietTint)}>
      <Wordmark />
      <div class="between-body">
        <h1>{t("local.kept")}</h1>
        <p class="hint">{t("local.keptSub")}</p>
      </div>
      <button type="button" class="go go-short" onClick={onGoOn} data-act="goOn">
        <span class="go-word">{t("local.goOn")}</span>
      </button>
      <button type="button" class="wide quiet-button" onClick={onNew} data-act="newTable">
        {t("local.new")}
      </button>
      <button type="button" class="wide quiet-button" onClick={() => go("/")}>
        {t("between.home")}
      </button>
    </main>
  );
}
