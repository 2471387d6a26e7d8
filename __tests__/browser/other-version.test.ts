// A page and a server of different versions: while instances are replaced one after the other, and when a version is taken back.
import { describe, expect, test, vi } from "vitest";
import { isSpoken } from "../../public/app/device/spoken.ts";
import { createSpeech } from "../../public/app/i18n/words.ts";
import { createSession } from "../../public/app/net/session.ts";
import { type FakeEnv, fakeEnv } from "./support/fake-env.ts";
import { table } from "./support/tables.ts";

function playing() {
  const env = fakeEnv();
  const session = createSession(env);
  session.enter("K7QX2M");
  env.socket().opens();
  env.socket().says("state", table());
  const said = (type: string) => env.socket().told.filter((message) => message.type === type);
  const refuse = (id: string | undefined, field: string) =>
    env
      .socket()
      .says("error", { id, code: "bad-message", message: "Something in the message is not what it must be.", retry: false, field });
  return { env, session, said, refuse };
}

describe("a page at a server of an older version", () => {
  const heardAt = table().serverTime;

  test.each([
    ["passTurn", { playerId: 1, turn: 4 }, "turn", { playerId: 1, heardAt }],
    ["passTurn", { playerId: 1, turn: 4 }, "heardAt", { playerId: 1, turn: 4 }],
    ["interrupt", { turn: 4 }, "turn", { heardAt }],
    ["interrupt", { turn: 4 }, "heardAt", { turn: 4 }],
    ["passTargetPriority", { turn: 4 }, "turn", { heardAt }],
    ["passTargetPriority", { turn: 4 }, "heardAt", { turn: 4 }],
    ["undo", { agree: true, v: 10 }, "v", { agree: true }],
    ["pause", { to: "paused" }, "to", {}],
    ["toggleTarget", { playerId: 2, turn: 4 }, "turn", { playerId: 2, heardAt }],
    ["timeoutChoice", { choice: "die", turn: 4 }, "heardAt", { choice: "die", turn: 4 }],
    ["updatePlayer", { playerId: 1, life: 39, was: { life: 40 } }, "was", { playerId: 1, life: 39 }],
    ["updateTable", { stormCount: 1, was: { stormCount: 0 } }, "was", { stormCount: 1 }],
  ] as const)("%s goes without what only guards it, once that was refused by name", (type, data, field, plain) => {
    const { session, said, refuse } = playing();
    session.give({ type, data });
    const [first] = said(type);
    refuse(first?.id, `data.${field}`);
    expect(said(type).map((sent) => [sent.id, sent.data])).toEqual([
      [first?.id, "turn" in data ? { ...data, heardAt } : data],
      [first?.id, plain],
    ]);
    const { outbox, notices } = session.model.value;
    expect([outbox.map((sent) => sent.data), notices]).toEqual([[plain], []]);
  });

  test("steps of a life are given as totals, each from how the table stands by then, in their order", () => {
    const { env, session, said, refuse } = playing();
    for (const life of [39, 34]) session.give({ type: "updatePlayer", data: { playerId: 1, life } });
    const [first, second] = said("updatePlayer");
    expect([first?.data, second?.data]).toEqual([
      { playerId: 1, life: 39, was: { life: 40 } },
      { playerId: 1, life: 34, was: { life: 39 } },
    ]);
    env.socket().says("change", { v: 11, serverTime: 0, events: [], players: [{ id: 1, life: 37 }] });
    refuse(first?.id, "data.was");
    refuse(second?.id, "data.was");
    const totals = said("updatePlayer").slice(2);
    expect(totals.map(({ id, data }) => [id, data])).toEqual([
      [first?.id, { playerId: 1, life: 36 }],
      [second?.id, { playerId: 1, life: 31 }],
    ]);
    expect(session.model.value.outbox.map(({ id }) => id)).toEqual([first?.id, second?.id]);
  });

  test("steps of the storm count are given as totals, each from how the table stands by then, and what names no number as it is", () => {
    const { env, session, said, refuse } = playing();
    for (const data of [{ stormCount: 1 }, { stormCount: 2 }, { dayNight: "day" }]) session.give({ type: "updateTable", data });
    const steps = said("updateTable");
    expect(steps.map(({ data }) => data)).toEqual([
      { stormCount: 1, was: { stormCount: 0 } },
      { stormCount: 2, was: { stormCount: 1 } },
      { dayNight: "day" },
    ]);
    env.socket().says("change", { v: 11, serverTime: 0, events: [], stormCount: 3 });
    for (const { id } of steps.slice(0, 2)) refuse(id, "data.was");
    expect(
      said("updateTable")
        .slice(3)
        .map(({ data }) => data),
    ).toEqual([{ stormCount: 4 }, { stormCount: 5 }]);
  });

  test("what is refused for anything else is told and not sent again", () => {
    const { session, said, refuse } = playing();
    session.give({ type: "passTurn", data: { playerId: 1, turn: 4 } });
    refuse(said("passTurn")[0]?.id, "data.playerId");
    refuse("somebody's", "data.turn");
    expect(said("passTurn")).toHaveLength(1);
    expect(session.model.value.outbox).toEqual([]);
    expect(session.model.value.notices.map(({ key }) => key)).toEqual(["refusal.bad-message", "refusal.bad-message"]);
  });
});

describe("a page whose sockets are all refused", () => {
  const refused = (isSpoken: () => Promise<boolean>) => {
    let asked = 0;
    const env: FakeEnv = {
      ...fakeEnv(),
      isSpoken: () => {
        asked += 1;
        return isSpoken();
      },
    };
    const session = createSession(env);
    session.enter("K7QX2M");
    const fail = async (times: number): Promise<void> => {
      for (let count = 0; count < times; count += 1) {
        const { length } = env.sockets;
        env.socket().dies(1006);
        while (env.sockets.length === length && env.nowMs() < 3_600_000 && session.model.value.link === "lost") {
          env.pass(100);
          await Promise.resolve();
        }
      }
    };
    return { env, session, fail, asked: () => asked };
  };

  test("F51 asks, says that it is out of date, and stops, when the server does not speak what it does", async () => {
    const { env, session, fail } = refused(async () => false);
    await fail(4);
    expect(session.model.value.link).toBe("outdated");
    const { length } = env.sockets;
    session.comeBackNow();
    env.pass(600_000);
    expect(env.sockets).toHaveLength(length);
    session.enter("ZZZZZZ");
    expect(env.sockets).toHaveLength(length + 1);
  });

  test("F51 goes on when the server speaks it or cannot be asked, and asks seldom", async () => {
    const { session, fail, asked } = refused(async () => true);
    await fail(2);
    expect(asked()).toBe(0);
    await fail(1);
    expect(asked()).toBe(1);
    await fail(30);
    expect([session.model.value.link, asked()]).toEqual(["lost", 2]);
  });

  test("F51 that was let in before the answer came stays", async () => {
    let answer: (isSpoken: boolean) => void = () => undefined;
    const { env, session, fail } = refused(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await fail(3);
    env.socket().opens();
    env.socket().says("state", table());
    answer(false);
    await Promise.resolve();
    await Promise.resolve();
    expect(session.model.value.link).toBe("open");
  });

  test.each([
    [{ protocols: ["tapotarp.v1", "tapotarp.v2"] }, true],
    [{ protocols: ["tapotarp.v2"] }, false],
    [{ version: "0.1.0" }, true],
    [null, true],
  ])("F51 a server that answers %j: spoken is %s", async (body, spoken) => {
    vi.stubGlobal("fetch", async () => (body === null ? Promise.reject(new Error("the line is down")) : Response.json(body)));
    expect(await isSpoken()).toBe(spoken);
    vi.unstubAllGlobals();
  });
});

test("a code that this page has no words for is told in the server's own", async () => {
  const { env, session } = playing();
  const { t } = await createSpeech("tr");
  const told = (code: string, message: string): string => {
    env.socket().says("error", { code, message, retry: false });
    const { key, params } = session.model.value.notices.at(-1) ?? { key: "", params: {} };
    return t(key, params);
  };
  expect(told("not-before-noon", "This cannot be done before noon.")).toBe("This cannot be done before noon.");
  expect(told("not-your-turn", "It is not your turn.")).toBe(t("refusal.not-your-turn"));
});
