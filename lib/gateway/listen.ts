// Opens the door of a server: from then on the system takes connections for it, as many as may wait while it is busy.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Connections that may wait; the system may allow fewer. One more than fits believes that it is in, and hears nothing for up to a minute. When all
 * come back at once, Node's own 511 are there in a part of a second.
 */
const backlog = 4_096;

/** Resolves with the port, once there is one. `host` null: every address. */
export function listen(server: Server, { port, host }: { readonly port: number; readonly host: string | null }): Promise<number> {
  return new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen({ port, backlog, ...(host === null ? {} : { host }) }, () => {
      server.off("error", failed);
      listening((server.address() as AddressInfo).port);
    });
  });
}
