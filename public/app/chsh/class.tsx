// A class: the host's screen, a player's, or the door for those who have no team yet. Fetched when the first class is shown.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { Door } from "./door.tsx";
import { Host } from "./host.tsx";
import { leftTeams } from "./left-team.ts";
import { classOf } from "./model/class-table.ts";
import { Player } from "./player.tsx";
import { useClassWords } from "./words.ts";
import "../../styles/chsh.css";

export function Class(): JSX.Element | null {
  useClassWords();
  const app = useApp();
  const { outbox, link } = app.session.model.value;
  const table = classOf(app.session.model.value);
  const left = useMemo(() => leftTeams(app), [app]);
  const [code, role] = [table?.id, table?.role];
  useEffect(() => {
    if (code !== undefined && link === "open") left.told(code, role === "player");
  }, [code, role, link, outbox]);
  if (table === null) return null;
  if (table.role === "host") return <Host />;
  return table.role === "player" ? <Player table={table} left={left} /> : <Door table={table} left={left} />;
}
