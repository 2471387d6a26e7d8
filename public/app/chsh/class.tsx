// A class: the host's screen, a player's, or the door for those who have no team yet. Fetched when the first class is shown.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { Door } from "./door.tsx";
import { Host } from "./host.tsx";
import { classOf } from "./model/class-table.ts";
import { Player } from "./player.tsx";
import { useClassWords } from "./words.ts";
import "../../styles/chsh.css";

export function Class(): JSX.Element | null {
  useClassWords();
  const table = classOf(useApp().session.model.value);
  if (table === null) return null;
  if (table.role === "host") return <Host />;
  return table.role === "player" ? <Player table={table} /> : <Door table={table} />;
}
