// A game as the gateway hosts it: its rules, and the exact shapes of the messages that reach them.
import type { z } from "zod";
import type { AnyRules } from "../room/log.ts";
import type { Rules } from "../room/rules.ts";

export interface HostedGame {
  readonly rules: AnyRules;
  /** `settings` of `create`. Its output is what `rules.create` takes. */
  readonly createSettings: z.ZodType;
  /** `data` by command type. */
  readonly commands: Readonly<Record<string, z.ZodType>>;
  /** The command a checked message stands for. */
  toCommand(type: string, data: object): { readonly type: string };
}

export interface TypedGame<State, Command, Event, Settings> {
  readonly rules: Rules<State, Command, Event, Settings>;
  readonly createSettings: z.ZodType;
  readonly commands: Readonly<Record<string, z.ZodType>>;
  toCommand(type: string, data: object): Command & { readonly type: string };
}

/** Forgets the types of one game, so that games of different kinds can stand side by side. The only place where that happens. */
export function hosted<State, Command, Event, Settings>(game: TypedGame<State, Command, Event, Settings>): HostedGame {
  return game as unknown as HostedGame;
}
