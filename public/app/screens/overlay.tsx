// The strip for a stream: clocks only, on nothing.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { isRunning } from "../model/table-questions.ts";
import { ClockFace } from "../ui/face.tsx";
import { Icon, SeatShape } from "../ui/icons.tsx";
import { seatTint } from "../ui/tint.ts";
import "../../styles/overlay.css";

export function Overlay(): JSX.Element | null {
  const { session, speech } = useApp();
  const { table } = session.model.value;
  useEffect(() => {
    document.documentElement.dataset["overlay"] = "true";
    return () => {
      delete document.documentElement.dataset["overlay"];
    };
  }, []);
  if (!table) return null;
  return (
    <main class="overlay">
      <h1 class="sr">{speech.t("overlay.title", { code: table.id })}</h1>
      {table.players.map((player) => (
        <div
          key={player.id}
          class={`overlay-seat tint${isRunning(table, player.id) ? " on" : ""}${player.isEliminated ? " dead" : ""}`}
          style={seatTint(table, player.id)}
        >
          <SeatShape seat={player.id} />
          <span class="overlay-name" dir="auto">
            {player.name}
          </span>
          <ClockFace seat={player.id} label={player.name} />
          <span class="life num">
            <Icon name="heart" size={13} />
            {player.life}
          </span>
        </div>
      ))}
    </main>
  );
}
