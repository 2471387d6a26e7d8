// Which wire protocols this program speaks. The subprotocol is agreed at the upgrade.

/** Newest first. A client that offers none speaks the first. */
export const protocols = ["tapotarp.v1"] as const;
export type Protocol = (typeof protocols)[number];

/** Paths on which a WebSocket may be opened. */
export const socketPaths: readonly string[] = ["/", "/ws"];
