// A whole server (`node server.ts`) into which a test can plant a trouble while it runs; see planted.ts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, type ServerOptions, startRunningServer } from "./running-server.ts";

export interface TroubledServer extends RunningServer {
  /** The order as planted.ts reads it, such as "writer-sleep 3000". */
  plant(order: string): void;
}

export async function startTroubledServer(options: ServerOptions = {}): Promise<TroubledServer> {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-planted-"));
  const order = join(folder, "order");
  const nodeArgs = [...(options.nodeArgs ?? []), "--import", join(import.meta.dirname, "planted.ts")];
  const server = await startRunningServer({ ...options, nodeArgs, env: { ...options.env, PLANTED: order } });
  return {
    ...server,
    plant(text) {
      writeFileSync(order, text);
      server.signal("SIGUSR2");
    },
    async dispose() {
      await server.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
