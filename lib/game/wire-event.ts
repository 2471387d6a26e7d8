// An event as it leaves the server, of any game.
export interface WireEvent {
  readonly type: string;
  readonly data: object;
  /** When it happened, if that was before the change it is told with. */
  readonly at?: number;
}
