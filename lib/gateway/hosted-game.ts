// A game as the gateway hosts it: its rules, and the exact shapes of the messages that reach them.
import type { z } from "zod";
import { sessionSchemas } from "../protocol/session-schemas.ts";
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
  /** What announced events say, for the published description; commands say it in their schemas. */
  readonly told?: Readonly<Record<string, string>>;
}

export interface TypedGame<State, Command, Event, Settings> {
  readonly rules: Rules<State, Command, Event, Settings>;
  readonly createSettings: z.ZodType;
  readonly commands: Readonly<Record<string, z.ZodType>>;
  toCommand(type: string, data: object): Command & { readonly type: string };
  readonly told?: HostedGame["told"];
}

/** What the shell says to rules, and how the log calls what is due. A client's command of the same name would be taken for it. */
const shellCommands: readonly string[] = ["create", "reconnect", "drop", "outage", "close", "wake"];
/** Messages of the shell's own: an event that is announced by such a name would be taken for one. */
export const shellMessages: readonly string[] =
  "clientId state change ack error claimed reconnected missed viewers tick pong shutdown_warning".split(" ");
/** As `create` names it. */
const kindCharsMax = 32;

/** Names that mean something to the shell already: what has one would never reach the rules, or its client. */
function takenNames({ rules, commands }: HostedGame): readonly string[] {
  const isTaken = (type: string): boolean => Object.hasOwn(sessionSchemas, type) || shellCommands.includes(type);
  return [
    ...(rules.kind === "" || rules.kind.length > kindCharsMax ? [`the kind "${rules.kind}"`] : []),
    ...Object.keys(commands).flatMap((type) => (isTaken(type) ? [`the command "${type}"`] : [])),
    ...[...rules.announced].flatMap((type) => (shellMessages.includes(type) ? [`the event "${type}"`] : [])),
  ];
}

/**
 * Forgets the types of one game, so that games of different kinds can stand side by side. The only place where that happens. Throws when
 * the game uses a name that is taken: nothing else would say so.
 */
export function hosted<State, Command, Event, Settings>(typed: TypedGame<State, Command, Event, Settings>): HostedGame {
  const game = typed as unknown as HostedGame;
  const taken = takenNames(game);
  if (taken.length > 0) throw new Error(`The game "${game.rules.kind}" cannot be hosted: the shell has ${taken.join(", ")} itself.`);
  return game;
}

/** By kind, as clients and the store name them. Throws when two share one: the later would silently take the place of the first. */
export function gamesByKind(games: readonly HostedGame[]): ReadonlyMap<string, HostedGame> {
  const byKind = new Map<string, HostedGame>();
  for (const game of games) {
    const { kind } = game.rules;
    if (byKind.has(kind)) throw new Error(`two of the games it is to host are of the kind "${kind}", and each needs one of its own.`);
    byKind.set(kind, game);
  }
  return byKind;
}
