// Who comes back through another connection while the old one still has something to say.
import { expect, test } from "vitest";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

/** A game whose host holds seat 1. Commits wait from `hold` until what it gives back is called. */
async function heldTable() {
  const store = memoryStore();
  const commit = store.commit.bind(store);
  let waits = Promise.resolve();
  store.commit = async (order) => {
    await waits;
    return commit(order);
  };
  const hold = (): (() => void) => {
    let goOn = (): void => {};
    waits = new Promise((resolve) => {
      goOn = resolve;
    });
    return goOn;
  };
  const all = virtualEdge({ store });
  return { ...all, ...(await all.seated()), hold };
}

const taps = Array.from({ length: 6 }, (_, place) => `tap-${place}`);

test("SAFETY 2 a tap that the old connection still held when its player came back is done when he sends it again, not refused for good", async () => {
  const { ambient, connect, gameId, host, token, hold } = await heldTable();
  const goOn = hold();
  for (const id of taps) host.tell("rollDice", { sides: 6 }, id);
  const back = connect();
  back.tell("reconnect", { gameId, playerId: 1, token }, "back");
  goOn();
  await ambient.advance(10);
  expect(host.socket.closedWith).toBe(4001);
  const answers: string[] = [];
  for (const id of taps) answers.push((await back.ask("rollDice", { sides: 6 }, id)).type);
  expect(answers).toEqual(taps.map(() => "ack"));
  const rolled = back.heard.filter(({ type }) => type === "diceRolled");
  expect(rolled).toHaveLength(2);
});

test("SE3 what the old connection says while its player comes back is left to the new one, be it a tap or the key of the seat", async () => {
  const { ambient, connect, gameId, host, token, hold } = await heldTable();
  const goOn = hold();
  const back = connect();
  back.tell("reconnect", { gameId, playerId: 1, token }, "back");
  host.tell("rollDice", { sides: 6 }, "late");
  host.tell("claim", { playerId: 2 }, "another seat");
  host.tell("reconnect", { gameId, playerId: 1, token }, "late key");
  goOn();
  await ambient.advance(10);
  expect(host.socket.closedWith).toBe(4001);
  expect(back.socket.closedWith).toBe(null);
  expect((await back.ask("rollDice", { sides: 6 }, "late")).type).toBe("ack");
  expect(back.last("state")?.data.players.map(({ claimed }: { claimed: boolean }) => claimed)).toEqual([true, false, false]);
});
