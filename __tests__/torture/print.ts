// What is compared of the views of one version.
import { hash } from "node:crypto";
import type { View } from "../../lib/game/view.ts";

interface Shown extends Pick<View, "status" | "activePlayer" | "turn" | "interruptingPlayers" | "hostPlayer" | "players"> {}

/** What all viewers of one version must have been shown alike. */
export function printOf(view: Shown): string {
  const players = view.players.map((player) => {
    const { id, name, life, counters, claimed, connected, isEliminated, penalties } = player;
    return [id, name, life, counters, claimed, connected, isEliminated, penalties];
  });
  const shown = JSON.stringify([view.status, view.activePlayer, view.turn, view.interruptingPlayers, view.hostPlayer, players]);
  // A long run is shown more than a million: the digest is kept, not the text.
  return hash("sha1", shown, "base64url").slice(0, 12);
}
