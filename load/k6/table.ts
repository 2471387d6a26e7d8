// A table of players on sockets of their own: seated, started, played by the rules, and compared at the end.
import { expect, failures, gamesBegun, gamesDiverged, gamesPlayed } from "./counts.ts";
import { type Outcome, Player } from "./player.ts";

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class Table {
  readonly players: readonly Player[];

  private constructor(players: readonly Player[]) {
    this.players = players;
  }

  get gameId(): string {
    return this.host.gameId;
  }

  get host(): Player {
    return this.players[0] as Player;
  }

  /** The player whose turn it is, as whoever heard of the newest change sees it. */
  get active(): Player {
    const { seen } = this.players.reduce((newest, player) => (player.seen.v > newest.seen.v ? player : newest));
    return this.players[(seen.activePlayer ?? 1) - 1] ?? this.host;
  }

  /** Creates a game, seats everybody and starts it. Null, and counted, when that did not work. */
  static async seated(count: number, settings: object = {}): Promise<Table | null> {
    const players = Array.from({ length: count }, () => new Player());
    const table = new Table(players);
    try {
      for (const [place, player] of players.entries()) {
        await player.open();
        const entered =
          place === 0
            ? await player.request("create", { settings: { playerCount: count, ...settings }, updates: "changes" })
            : await player.request("join", { gameId: table.gameId, updates: "changes" });
        expect("enters the game", entered === "done");
        expect("takes the seat", (await player.request("claim", { playerId: place + 1 })) === "done");
      }
      expect("starts", (await table.host.request("start")) === "done");
      gamesBegun.add(1);
      return table;
    } catch (error) {
      failures.add(true);
      console.error(`a table could not be opened: ${error}`);
      table.close();
      return null;
    }
  }

  /** The active player passes the turn; latency counts from `dueAt`. */
  pass(dueAt = Date.now()): Promise<Outcome> {
    return this.active.request("passTurn", {}, dueAt);
  }

  /** Everybody is asked for the whole state at the end: all must be on one version and one set of clocks. */
  async finish(): Promise<void> {
    const paused = this.host.seen.status === "running" ? await this.host.request("pause") : "done";
    expect("pauses at the end", paused === "done");
    for (const player of this.players) expect("is in sync", (await player.request("sync")) === "done");
    const clocks = (player: Player) => [...player.seen.times].sort(([a], [b]) => a - b).join(" ");
    const { v } = this.host.seen;
    const same = this.players.every((player) => player.seen.v === v && clocks(player) === clocks(this.host));
    gamesPlayed.add(1);
    if (!same) gamesDiverged.add(1);
    this.close();
  }

  close(): void {
    for (const player of this.players) player.close();
  }
}
