// What is compared of the views of one version.
import { hash } from "node:crypto";

/** What all viewers of one version must have been shown alike. */
// biome-ignore lint/suspicious/noExplicitAny: views are plain data here
export function printOf(view: any): string {
  const players = view.players.map((player: Record<string, unknown>) => {
    const { id, name, life, counters, claimed, connected, isEliminated, penalties } = player;
    return [id, name, life, counters, claimed, connected, isEliminated, penalties];
  });
  const shown = JSON.stringify([view.status, view.activePlayer, view.turn, view.interruptingPlayers, view.hostPlayer, players]);
  // A long run is shown more than a million: the digest is kept, not the text.
  return hash("sha1", shown, "base64url").slice(0, 12);
}
