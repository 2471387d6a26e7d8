// The class game as a host needs it: rules and message shapes together.
import { z } from "zod";
import type { Command, Settings } from "../chsh/commands.ts";
import { chshRules } from "../chsh/rules.ts";

const mode = z.enum(["simplified", "classic"]);
const nothing = z.strictObject({});

const commands = {
  createTeam: z.strictObject({ name: z.string().max(1_000) }).describe("Found a team and be its first player. Whoever is in none."),
  joinTeam: z.strictObject({ teamId: z.int().min(1).max(999) }).describe("Take a team's first empty place. Whoever is in none."),
  leaveTeam: nothing.describe("A player."),
  setMode: z.strictObject({ mode }).describe("Before the start. The host."),
  start: nothing.describe("The host."),
  pause: nothing.describe("The host."),
  resume: nothing.describe("The host."),
  reset: nothing.describe("Teams stay, rounds and answers go. The host."),
  endGame: nothing.describe("Close the class for all. The host."),
  answer: z
    .strictObject({ round: z.int().min(1).max(1_000_000), answer: z.boolean() })
    .describe("Answer the question of the open round, by its number. A player."),
} as const satisfies Record<Command["type"], z.ZodType>;

const createSettings = z
  .strictObject({ mode: mode.optional(), listed: z.boolean().optional() })
  .transform(({ mode = "simplified", listed = false }): Settings => ({ mode, listed }));

export const chshGame = {
  rules: chshRules,
  createSettings,
  commands,
  toCommand: (type: string, data: object): Command => ({ ...data, type }) as Command,
  told: {
    roundCompleted:
      "Both have answered. To them: `round`, `questions`, `answers`, `answeredAt` by slot, and whose. To whoever is in no team: of every team.",
    roundAbandoned: "An open round counts for nothing. `data`: `teamId`, `round`.",
    gameEnded: "The class is closed for all. `data`: `reason`.",
  },
};
