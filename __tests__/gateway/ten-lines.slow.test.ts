import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";

interface Message {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe("a client of ten lines", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startRunningServer();
  });
  afterAll(async () => {
    await server.dispose();
  });

  test("WI5 it creates, answers the state with start, and sees the game run; start again is an error with a code and no new state", async () => {
    const heard: Message[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`);
    const refused = new Promise<Message>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => socket.send('{"type":"create","data":{"settings":{"playerCount":2}}}'));
      socket.on("message", (text) => {
        const message = JSON.parse(String(text)) as Message;
        heard.push(message);
        if (message.type === "state") socket.send('{"type":"start","data":{}}');
        if (message.type === "error") resolve(message);
      });
    });
    expect((await refused).data).toMatchObject({ code: "wrong-status", retry: false });
    const pong = new Promise((resolve) => socket.on("message", (text) => String(text).includes('"pong"') && resolve(null)));
    socket.send('{"type":"ping","data":{}}');
    await pong;
    const states = heard.filter((message) => message.type === "state");
    expect(states.map((state) => state.data["status"])).toEqual(["waiting", "running"]);
    expect(states.map((state) => state.data["v"])).toEqual([1, 2]);
    socket.close();
  });
});
