// What goes over the wire is pinned: recorded games are played anew and compared with the files under golden/, byte for byte.
// A change of the wire that is meant is written with `npm run golden`, and shows in review as a difference of these files.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { asyncApiDocument, sentMessages } from "../../lib/gateway/asyncapi.ts";
import { viewChange } from "../../lib/protocol/change.ts";
import { decodeData } from "../../lib/protocol/decode.ts";
import { sessionSchemas } from "../../lib/protocol/session-schemas.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { type Golden, games } from "./golden-play.ts";
import { openScene } from "./scene.ts";

const folder = join(import.meta.dirname, "golden");

function goldenOf(game: string): Golden {
  const files = readdirSync(join(folder, game)).sort();
  return new Map(
    files.map((file) => [
      file.slice(0, -".txt".length),
      readFileSync(join(folder, game, file), "utf8")
        .trimEnd()
        .split("\n"),
    ]),
  );
}

/** A line with its message as a value, so that a difference shows as a field and not as a long line. */
function readable(line: string): unknown {
  const [, who, text = ""] = /^(\S+ [<>]) (.*)$/.exec(line) ?? [];
  try {
    return { who, message: JSON.parse(text) as unknown };
  } catch {
    return line;
  }
}

const rewrite = "The wire has changed. If that is meant: npm run golden";

describe("the golden frames", () => {
  test.for(Object.entries(games))("of %s are what is sent today, byte for byte", async ([game, play]) => {
    const now = new Map([...(await play())].map(([type, lines]) => [type.replaceAll(" ", "-"), lines]));
    const golden = goldenOf(game);
    expect([...now.keys()].sort(), rewrite).toEqual([...golden.keys()].sort());
    for (const [type, lines] of golden) {
      expect({ type, lines: now.get(type)?.map(readable) }, rewrite).toEqual({ type, lines: lines.map(readable) });
      expect(now.get(type), rewrite).toEqual(lines);
    }
  });

  test("are not waited for without end: a guest who speaks when his line is closed is named", async () => {
    const scene = await openScene();
    try {
      const ann = await scene.enter("ann");
      await scene.drain();
      await expect(ann.say("create")).rejects.toThrow("ann said create and is not answered: his line is closed");
    } finally {
      await scene.close();
    }
  }, 10_000);

  test("hold every message that the server sends, and every event that is announced", () => {
    const heardIn = (game: string) =>
      [...goldenOf(game)].filter(([, lines]) => lines.some((line) => / < /.test(line))).map(([type]) => `${game} ${type}`);
    const heard = new Set(Object.keys(games).flatMap(heardIn));
    const anywhere = new Set([...heard].map((of) => of.slice(of.indexOf(" ") + 1)));
    expect(Object.keys(sentMessages).filter((type) => !anywhere.has(type))).toEqual([]);
    const seldom = ["clock campaignComplete"];
    const announced = hostedGames().flatMap(({ rules }) => [...rules.announced].map((type) => `${rules.kind} ${type}`));
    expect(announced.filter((of) => !heard.has(of) && !seldom.includes(of))).toEqual([]);
  });
});

interface AsyncApi {
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly title: string; readonly summary: string; readonly payload: object }>>;
  };
}

describe("F41 the AsyncAPI document", () => {
  const { messages } = (asyncApiDocument("0", hostedGames()) as AsyncApi).components;
  const schemas = new Map<string, Readonly<Record<string, z.ZodType>>>([
    ["session", sessionSchemas],
    ...hostedGames().map(({ rules, commands }) => [rules.kind, commands] as const),
  ]);
  test("says of every message in words what it does, and of every event of a game what it tells", () => {
    const bare = Object.entries(messages).filter(([, { summary }]) => /^The command \w+ of the game|^It happened in /.test(summary));
    expect(bare.map(([key]) => key)).toEqual([]);
  });

  const deliberate = new Set(["{", '{"type":"passTurn","data":{"playerID":2}}']);

  /** Checks of a message by its type: those of one game, or of every game. */
  function described(game: string, way: string): ReadonlyMap<string, z.ZodType> {
    const own = Object.entries(messages).filter(([key]) => {
      const isSent = key.startsWith("hear_") || key.includes("_event_");
      return (way === "<") === isSent && [game, "session", "hear"].includes(key.slice(0, key.indexOf("_")));
    });
    return new Map(own.map(([, { title, payload }]) => [title, z.fromJSONSchema(payload as never)]));
  }

  test.for(Object.keys(games))("describes everything that was said and heard in a game of %s, field by field", (game) => {
    const checks = new Map(["<", ">"].map((way) => [way, described(game, way)]));
    let checked = 0;
    for (const [type, lines] of goldenOf(game)) {
      for (const line of lines) {
        const [, way = "", text = ""] = /^\S+ ([<>]) (.*)$/.exec(line) ?? [];
        if (way === "" || deliberate.has(text)) continue;
        const check = checks.get(way)?.get(type);
        expect([type, check?.safeParse(JSON.parse(text)).error?.issues ?? (check === undefined ? "not described" : [])]).toEqual([
          type,
          [],
        ]);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(30);
  });

  test("asks for data where a command cannot do without it, as the server does", () => {
    for (const [key, { payload }] of Object.entries(messages)) {
      const [realm = "", type = ""] = key.split("_");
      const schema = schemas.get(realm)?.[type];
      if (schema === undefined || key.includes("_event_")) continue;
      const isTaken = z.fromJSONSchema(payload as never).safeParse({ type }).success;
      expect([key, isTaken]).toEqual([key, decodeData(schema, {}, null).ok]);
    }
  });

  test("describes a change that takes seats away, and one that brings some", () => {
    const change = z.fromJSONSchema(messages["hear_change"]?.payload as never);
    const [two, three] = [2, 3].map((count) => ({ players: Array.from({ length: count }, (_, i) => ({ id: i + 1, life: 20 })) }));
    for (const fields of [viewChange(three ?? {}, two ?? {}), viewChange(two ?? {}, three ?? {})]) {
      const message = { type: "change", data: { v: 2, serverTime: 1, events: [], ...fields } };
      expect([JSON.stringify(fields), change.safeParse(message).error?.issues ?? []]).toEqual([JSON.stringify(fields), []]);
    }
  });

  test("describes every command of both games, and nothing else that a client may say", () => {
    const said = Object.keys(messages).filter((key) => !key.startsWith("hear_") && !key.includes("_event_"));
    const all = { session: sessionSchemas, ...Object.fromEntries(hostedGames().map((game) => [game.rules.kind, game.commands])) };
    const known = Object.entries(all).flatMap(([realm, schemas]) => Object.keys(schemas).map((type) => `${realm}_${type}`));
    expect(said.sort()).toEqual(known.sort());
  });
});
