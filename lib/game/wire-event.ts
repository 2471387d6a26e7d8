// An event as it leaves the server, of any game.
export interface WireEvent {
  readonly type: string;
  readonly data: object;
}
