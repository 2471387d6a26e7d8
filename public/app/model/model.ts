// What the page knows, as one plain value, and the words for everything that can change it. Pure: no socket, no storage, no clock.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { PlayerView, View } from "../../../lib/game/view.ts";
import type { WireEvent } from "../../../lib/game/wire-event.ts";
import type { NamedMessage, StateData } from "../../../lib/protocol/server-messages.ts";
import { noSamples, type ServerClock } from "./server-clock.ts";

export type Table = StateData<View>;

/** A hosted game other than the clock, whole: its own screens know what else is in its view. */
interface OtherView {
  readonly id: string;
  readonly game: string;
  readonly name: string;
  /** How it stands, in words that all games share, where its view says so. */
  readonly status?: string;
  /** The seat that this page holds, where its view says so. */
  readonly seat?: SeatId;
}
export type OtherGame = StateData<OtherView>;

/** Events come with the change they belong to: this page asks for changes. */
export type FromServer = NamedMessage<View | OtherView>;
/** What a message of this type says. */
export type Told<Type extends FromServer["type"]> = Extract<FromServer, { readonly type: Type }>["data"];

/**
 * How the page stands to the server: `connecting` (nothing yet), `open`, `lost` (coming back by itself), `displaced` (another
 * page has the seat), `kicked`, `closed` (the table is gone), `outdated` (the server does not speak with a page of this version), `local` (no server: this device is the table).
 */
export type Link = "connecting" | "open" | "lost" | Ended | "local";
export type Ended = "displaced" | "kicked" | "closed" | "outdated";

/** The game goes on without this page, or is no more: what the page knows of it stands still. */
export const hasEnded = (link: Link): link is Ended =>
  link === "displaced" || link === "kicked" || link === "closed" || link === "outdated";

export type SeatNumbers = Pick<PlayerView, "life" | "counters" | "commanderDamage">;
export type TableNumbers = Pick<Table, "stormCount">;

/** A command on its way: kept until the server has answered it for good. */
export interface Sent {
  readonly id: string;
  readonly gameId: string;
  readonly type: string;
  readonly data: object;
  /** When it was given, ms by this device's wall clock, which may jump. */
  readonly at: number;
  /** The same by the server's time, which is behind after a sleep that stopped the page's own clock. */
  readonly serverAt: number;
  /** How the clock's game stood then. */
  readonly status?: Table["status"];
  /** Of new numbers of a seat or of the table: those that were, as this page knew and meant them. */
  readonly was?: SeatNumbers | TableNumbers;
}

/** Something to tell the person, in words looked up when shown. */
export interface Notice {
  readonly n: number;
  /** How often it was said: it stays for its time after the last. */
  readonly said: number;
  readonly tone: "error" | "info";
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Where there is room for one: the newest refusal of what this player did, else the newest of all. */
export const foremost = (notices: readonly Notice[]): Notice | undefined =>
  notices.findLast(({ tone }) => tone === "error") ?? notices.at(-1);

/** Something that happened at the table, for the log and the toasts. */
export interface Happening {
  readonly v: number;
  /** Server time, ms. */
  readonly at: number;
  readonly event: WireEvent;
}

export interface Model {
  readonly link: Link;
  /** The game this page wants to be in. */
  readonly gameId: string | null;
  readonly table: Table | null;
  /** In place of `table` when the game is not the clock. */
  readonly other: OtherGame | null;
  /** A change is missing: the whole state has been asked for. */
  readonly stale: boolean;
  readonly seat: SeatId | null;
  /** This page holds the host's chair without a seat. */
  readonly chair: boolean;
  readonly outbox: readonly Sent[];
  readonly notices: readonly Notice[];
  readonly noticeCount: number;
  readonly happenings: readonly Happening[];
  readonly serverClock: ServerClock;
  /** The server has said that it is about to restart. */
  readonly restarting: boolean;
}

export type Input =
  | { readonly type: "server"; readonly message: FromServer; readonly atMs: number }
  | { readonly type: "link"; readonly link: Link }
  | { readonly type: "enter"; readonly gameId: string | null }
  /** The key of this page's place was refused: until another one opens it only looks on. */
  | { readonly type: "unseated" }
  /** A seat was given back by whoever has the key of the host's chair as well: a page that was loaded anew had not heard of it. */
  | { readonly type: "chaired" }
  | { readonly type: "give"; readonly sent: Sent }
  /** A command that is not meant any more. */
  | { readonly type: "drop"; readonly id: string }
  | { readonly type: "notice"; readonly tone: Notice["tone"]; readonly key: string; readonly params?: Notice["params"] }
  | { readonly type: "dismiss"; readonly n: number };

/** The game this page shows, whichever it is. */
export const shownGame = ({ table, other }: Model): Table | OtherGame | null => other ?? table;

/** It has begun and is not over, and this page is in it: nobody wants his screen to go dark. */
export function isPlayed(model: Model): boolean {
  const status = shownGame(model)?.status;
  return (status === "running" || status === "paused") && !hasEnded(model.link);
}

export const happeningsMax = 200;
export const noticesMax = 4;

export const emptyModel: Model = {
  link: "connecting",
  gameId: null,
  table: null,
  other: null,
  stale: false,
  seat: null,
  chair: false,
  outbox: [],
  notices: [],
  noticeCount: 0,
  happenings: [],
  serverClock: noSamples,
  restarting: false,
};
