// The catalogue of refusals: each code, whether trying again may help, and what it says in plain English.
// Codes are the contract; nobody parses the prose.
interface CatalogueEntry {
  readonly retry: boolean;
  readonly message: string;
}

export const refusals = {
  "bad-message": { retry: false, message: "Something in the message is not what it must be." },
  "too-large": { retry: false, message: "The message is too large." },
  "rate-limited": { retry: true, message: "Too many messages. Wait a moment and try again." },
  "no-such-game": { retry: false, message: "There is no game with this code." },
  "not-joined": { retry: false, message: "Join a game first." },
  "game-full": { retry: true, message: "This game has no room for another viewer." },
  "game-damaged": { retry: false, message: "This game's record is damaged. The operator has been told." },
  "seat-taken": { retry: false, message: "Somebody else holds this seat." },
  "seat-dead": { retry: false, message: "This seat is out of the game." },
  "no-seat": { retry: false, message: "You need a seat to do this." },
  "no-such-seat": { retry: false, message: "There is no such seat at this table." },
  "not-host": { retry: false, message: "Only the host may do this." },
  "not-your-turn": { retry: false, message: "It is not your turn." },
  "not-allowed": { retry: false, message: "You may not do this." },
  "wrong-status": { retry: false, message: "This cannot be done now." },
  "stack-full": { retry: false, message: "The stack of interrupts is full." },
  "bad-token": { retry: false, message: "This seat's key is not valid any more." },
  "token-expired": { retry: false, message: "This seat's key has expired." },
  "class-full": { retry: false, message: "This class has no room for another player or team." },
  "name-taken": { retry: false, message: "Another team has this name." },
  "wrong-round": { retry: false, message: "This is not the round that is open." },
  "already-answered": { retry: false, message: "You have answered this round." },
  "too-late": { retry: false, message: "This was meant for what the game has left behind by now." },
  "nothing-to-undo": { retry: false, message: "There is nothing that can be undone." },
  busy: { retry: true, message: "The server is busy. Try again." },
  "store-unavailable": { retry: true, message: "The server cannot save right now. Try again." },
  draining: { retry: true, message: "The server is restarting. Try again." },
  "no-free-code": { retry: true, message: "No lobby code is free right now. Try again." },
  internal: { retry: false, message: "Something went wrong here. It has been reported." },
  "version-unsupported": { retry: false, message: "This page is older or newer than the server. Reload it." },
} as const satisfies Record<string, CatalogueEntry>;

export type RefusalCode = keyof typeof refusals;

/** Codes after which a repeat is no use. Rules answer with these alone: what they decide is kept under its id, and a repeat hears it again. */
export type LastingCode = {
  [Code in RefusalCode]: (typeof refusals)[Code]["retry"] extends true ? never : Code;
}[RefusalCode];

/** A refusal: the sender is told the code, and the state does not change. */
export interface Refusal<Code extends RefusalCode = RefusalCode> {
  readonly code: Code;
  /** The field at fault, for `bad-message` and out-of-range values. */
  readonly field?: string;
}
