// What the operator's commands do with a server that is in reach and says nothing.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { askAdmin } from "../../scripts/ask-admin.ts";

async function serverThat(answers: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answers(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a server that never answers is left after the time that its answer has, and the reason says so", async () => {
  const mute = await serverThat(() => undefined);
  await expect(askAdmin(mute, "/overview", { limitMs: 200 })).rejects.toThrow("/overview gave no answer within 0.2 s");
});

test("an answer that begins and never ends is left as well", async () => {
  const endless = await serverThat((response) => response.writeHead(200, { "content-type": "application/json" }).write("{"));
  const response = await askAdmin(endless, "/overview", { limitMs: 200 });
  await expect(response.json()).rejects.toThrow("timeout");
});
