// A page says a pause at once without its turn, and with it when it has to say it again, under the same id.
import { expect, test } from "vitest";
import { virtualEdge } from "../support/virtual-edge.ts";

async function playing() {
  const { connect } = virtualEdge();
  const host = connect();
  await host.ask("create", { settings: { playerCount: 2 } });
  await host.ask("claim", { playerId: 1 });
  await host.ask("start");
  const { gameId } = host.last("claimed")?.data ?? {};
  const look = async () => {
    const looker = connect();
    await looker.ask("join", { gameId });
    return looker.last("state")?.data;
  };
  return { host, turn: (await look()).turn, look };
}

test("TU8 a pause that is said again, now with its turn, has the answer it had, and does not stop another turn", async () => {
  const { host, turn, look } = await playing();
  const first = await host.ask("pause", { to: "paused" }, "pause-1");
  await host.ask("pause", { to: "running" });
  expect((await host.ask("passTurn")).type).toBe("ack");
  expect(await host.ask("pause", { to: "paused", turn }, "pause-1")).toEqual(first);
  expect(first.type).toBe("ack");
  expect(await look()).toMatchObject({ status: "running", turn: turn + 1 });
});

test("TU8 a pause that was never heard is too late once its turn is over", async () => {
  const { host, turn, look } = await playing();
  await host.ask("passTurn");
  expect((await host.ask("pause", { to: "paused", turn }, "pause-1")).data).toMatchObject({ code: "too-late", field: "turn" });
  expect(await look()).toMatchObject({ status: "running", turn: turn + 1 });
});
