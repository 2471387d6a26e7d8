// The class game as a host needs it: rules and message shapes together.
import { z } from "zod";
import type { Command, Settings } from "../chsh/commands.ts";
import { chshRules } from "../chsh/rules.ts";

const mode = z.enum(["simplified", "classic"]);
const nothing = z.strictObject({});

const commands = {
  createTeam: z.strictObject({ name: z.string().max(1_000) }),
  joinTeam: z.strictObject({ teamId: z.int().min(1).max(999) }),
  leaveTeam: nothing,
  setMode: z.strictObject({ mode }),
  start: nothing,
  pause: nothing,
  resume: nothing,
  reset: nothing,
  endGame: nothing,
  answer: z.strictObject({ round: z.int().min(1).max(1_000_000), answer: z.boolean() }),
} as const satisfies Record<Command["type"], z.ZodType>;

const createSettings = z
  .strictObject({ mode: mode.optional(), listed: z.boolean().optional() })
  .transform(({ mode = "simplified", listed = false }): Settings => ({ mode, listed }));

export const chshGame = {
  rules: chshRules,
  createSettings,
  commands,
  toCommand: (type: string, data: object): Command => ({ ...data, type }) as Command,
};
