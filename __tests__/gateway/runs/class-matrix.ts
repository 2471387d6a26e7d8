// Who may do what in a class, as the second game's description has it.
import type { Command } from "../../../lib/chsh/commands.ts";
import type { MatrixGame } from "./matrix.ts";

const inPlay = "waiting running paused";

const wanted: Readonly<Record<Command["type"], readonly [rights: string, statuses: string]>> = {
  createTeam: ["teamless", inPlay],
  joinTeam: ["teamless", inPlay],
  leaveTeam: ["player", inPlay],
  setMode: ["host", "waiting"],
  start: ["host", "waiting"],
  pause: ["host", "running"],
  resume: ["host", "paused"],
  reset: ["host", inPlay],
  endGame: ["host", inPlay],
  answer: ["partner", "running"],
};

export const classMatrix: MatrixGame = {
  wanted,
  rolesOf: {
    teamless: ["watcher", "host"],
    player: ["lonely", "first", "second", "answered"],
    // Whoever has answered this round may not again, and who has no partner is asked nothing.
    partner: ["first", "second"],
    host: ["host"],
  },
  roles: ["stranger", "watcher", "lonely", "first", "second", "answered", "host"],
  // A class that was ended has no connections left to ask anything.
  statuses: ["waiting", "running", "paused"],
  about(type, by) {
    const state = (by.heard.findLast(({ data }) => data?.role !== undefined || data?.state?.role !== undefined)?.data ?? {}) as {
      readonly round?: { readonly number: number } | null;
    };
    if (type === "createTeam") return { name: "Another" };
    if (type === "joinTeam") return { teamId: 3 };
    if (type === "setMode") return { mode: "classic" };
    return type === "answer" ? { round: state.round?.number ?? 1, answer: true } : {};
  },
  isOpen: () => false,
  async open({ connect }, status) {
    const [stranger, watcher, lonely, first, second, answered, partner, host] = Array.from({ length: 8 }, () => connect());
    if (!stranger || !watcher || !lonely || !first || !second || !answered || !partner || !host) throw new Error("too few");
    await host.ask("create", { game: "chsh", settings: {} });
    const gameId = host.last("claimed")?.data.gameId;
    for (const client of [watcher, lonely, first, second, answered, partner]) await client.ask("join", { gameId });
    await first.ask("createTeam", { name: "One" });
    await second.ask("joinTeam", { teamId: 1 });
    await answered.ask("createTeam", { name: "Two" });
    await partner.ask("joinTeam", { teamId: 2 });
    await lonely.ask("createTeam", { name: "Three" });
    if (status !== "waiting") await host.ask("start");
    if (status !== "waiting") await answered.ask("answer", { round: 1, answer: false });
    if (status === "paused") await host.ask("pause");
    for (const client of [first, second, answered]) await client.ask("sync");
    return { people: { stranger, watcher, lonely, first, second, answered, host } };
  },
};
