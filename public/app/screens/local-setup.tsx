// A table on this device alone: goes on with the one that was kept, or lays a new one.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { createSettings, type Draft, presets } from "../model/presets.ts";
import { keptLocalTable, newLocalTable, type OwnTable } from "../net/local-table.ts";
import { NewGame } from "./new-game.tsx";

export function LocalSetup(): JSX.Element | null {
  const { session, go } = useApp();
  const [asked, setAsked] = useState(false);
  const play = (table: OwnTable | null): boolean => {
    if (table === null) return false;
    session.playLocally(table);
    table.open();
    return true;
  };
  useEffect(() => {
    if (!play(keptLocalTable(session.env, session.dispatch))) setAsked(true);
  }, []);
  const first = presets[0]?.draft;
  if (!asked || !first) return null;
  const start = (draft: Draft): void => {
    const { dropPolicy: _, listed: __, ...settings } = createSettings(draft);
    play(newLocalTable(session.env, session.dispatch, settings));
  };
  return <NewGame draft={first} onBack={() => go("/")} local={start} />;
}
