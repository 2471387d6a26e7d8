// F01, SAFETY 25: one at a time in each game, in order of arrival; a turn that cannot be had is refused, and what throws lets the next one in.
import { describe, expect, test } from "vitest";
import { gameLock, LockFault, type Turn } from "../../lib/room/lock.ts";
import { heldAmbient } from "../support/held-ambient.ts";

interface Held {
  readonly turn: Turn;
  readonly told: string[];
  end(error?: Error): void;
}

/** A turn that lasts until it is ended. */
function held(name: string, told: string[]): Held {
  let end: (error?: Error) => void = () => undefined;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      told.push(`${name} in`);
      end = (error) => (error === undefined ? resolve() : reject(error));
    });
  const turn: Turn = {
    work,
    worked: (error) => void told.push(`${name} ${error === null ? "done" : String(error)}`),
    refused: (fault) => void told.push(`${name} refused ${fault instanceof LockFault}`),
  };
  return { turn, told, end: (error) => end(error) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("F01 SAFETY 25 the queue of a game", () => {
  test("turns come one at a time, in order, and one that throws lets the next one in", async () => {
    const lock = gameLock({ lockWaitMsMax: 1_000, lockPendingMax: 8 }, heldAmbient(), () => undefined);
    const told: string[] = [];
    const [a, b, c] = [held("a", told), held("b", told), held("c", told)];
    for (const { turn } of [a, b, c]) lock.run("G", turn);
    expect(told).toEqual(["a in"]);
    expect(lock.isBusy("G")).toBe(true);
    a.end();
    await settled();
    expect(told).toEqual(["a in", "a done", "b in"]);
    b.end(new Error("bug"));
    await settled();
    expect(told.slice(3)).toEqual(["b Error: bug", "c in"]);
    c.end();
    await settled();
    expect(lock.isBusy("G")).toBe(false);
  });

  test("the operator sees of each turn how long it was waited for, and 0 of one that came at once", async () => {
    const waits: number[] = [];
    const ambient = heldAmbient();
    await ambient.advance(5_000);
    const lock = gameLock({ lockWaitMsMax: 1_000, lockPendingMax: 8 }, ambient, (ms) => void waits.push(ms));
    const told: string[] = [];
    const [a, b, c] = [held("a", told), held("b", told), held("c", told)];
    lock.run("G", a.turn);
    lock.run("G", b.turn);
    await ambient.advance(300);
    lock.run("G", c.turn);
    for (const { end } of [a, b, c]) {
      await ambient.advance(20);
      end();
    }
    await settled();
    expect(waits).toEqual([0, 320, 40]);
  });

  test("work that throws before it waits ends its turn too, and is told once", async () => {
    const lock = gameLock({ lockWaitMsMax: 1_000, lockPendingMax: 8 }, heldAmbient(), () => undefined);
    const told: string[] = [];
    const { turn } = held("a", told);
    const throws = () => {
      throw new Error("at once");
    };
    lock.run("G", { ...turn, work: throws });
    await settled();
    expect(told).toEqual(["a Error: at once"]);
    expect(lock.isBusy("G")).toBe(false);
  });

  test("past the bound a turn is refused and nothing of it is done; other games do not notice", async () => {
    const lock = gameLock({ lockWaitMsMax: 1_000, lockPendingMax: 1 }, heldAmbient(), () => undefined);
    const told: string[] = [];
    const [a, b, c, d] = [held("a", told), held("b", told), held("c", told), held("d", told)];
    for (const { turn } of [a, b, c]) lock.run("G", turn);
    lock.run("H", d.turn);
    expect(told).toEqual(["a in", "c refused true", "d in"]);
    a.end();
    d.end();
    await settled();
    b.end();
    await settled();
    expect(told.slice(3).sort()).toEqual(["a done", "b done", "b in", "d done"]);
  });
});
