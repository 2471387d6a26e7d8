// The port through which instances tell each other what was committed. One instance needs no wire: see bus-local.

/** One committed change, as another instance needs it to update its copy and its viewers. */
export interface Announcement {
  readonly gameId: string;
  /** The instance that committed it; it has told its own viewers already. */
  readonly from: string;
  readonly v: number;
  readonly at: number;
  readonly hash: string;
  /** The state after it, cut in two (see store/state-text). `still` is null when it is what the change before left. */
  readonly still: string | null;
  readonly moving: string;
  /** The change as the log keeps it, opaque. */
  readonly change: string;
}

export interface Listener {
  /** A change made elsewhere. May come twice, late, out of order or not at all: `v` tells. */
  onAnnouncement(announcement: Announcement): void;
  /** Messages may have been missed: reload what you hold. */
  onGap(): void;
  /** So many watch the game through other instances. May come late or twice. */
  onWatchedElsewhere(viewers: number): void;
}

export interface Subscription {
  /** Ends it, at the broker too. */
  close(): Promise<void>;
}

export interface Bus {
  /** Resolves once nothing committed after this moment can be missed without `onGap`. The room then reads the store. */
  subscribe(gameId: string, listener: Listener): Promise<Subscription>;
  /** Tells the others. A store that publishes in its own atomic step makes this do nothing. Never throws, never waits. */
  publish(announcement: Announcement): void;
  /** So many watch a game through this instance now. Never throws, never waits; told again until it is known. */
  tellWatched(gameId: string, viewers: number): void;
  /** Viewers of a game at the other instances, for one that is not subscribed to. Rejects with StoreFault when it cannot be known now. */
  watchedElsewhere(gameId: string): Promise<number>;
  /** Number of live subscriptions, for metrics and leak tests. */
  subscriptions(): number;
  close(): Promise<void>;
}
