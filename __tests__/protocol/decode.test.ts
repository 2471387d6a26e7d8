import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeData, decodeEnvelope } from "../../lib/protocol/decode.ts";
import { sessionSchemas } from "../../lib/protocol/session-schemas.ts";

const refused = (text: string) => {
  const decoded = decodeEnvelope(text);
  return decoded.ok ? null : `${decoded.code} ${decoded.field}`;
};

describe("F28 reading a message", () => {
  test.each([
    ["not JSON", "{", ""],
    ["an array", "[]", ""],
    ["null", "null", ""],
    ["no type", "{}", "type"],
    ["a type that is no string", '{"type":7}', "type"],
    ["an id that is no string", '{"type":"start","id":7}', "id"],
    ["an empty id", '{"type":"start","id":""}', "id"],
    ["an id with half a character, which a store keeps as the same id as any other half", String.raw`{"type":"start","id":"\ud800"}`, "id"],
    ["an id of 65 characters", `{"type":"start","id":"${"x".repeat(65)}"}`, "id"],
    ["a field beside type, data and id", '{"type":"start","extra":1}', "extra"],
    ["nesting of 9", `${'{"a":'.repeat(9)}1${"}".repeat(9)}`, ""],
    ["65 keys", `{${Array.from({ length: 65 }, (_, i) => `"k${i}":1`).join(",")}}`, ""],
    ["257 commas", `{"type":"start","data":[${"0,".repeat(256)}0]}`, ""],
    ["nesting of 9 behind lists that were closed", `{"type":[[]],"id":[],"data":${'{"a":'.repeat(8)}1${"}".repeat(9)}`, ""],
    ["nesting of 9 behind a text that is empty", `{"type":"","data":${'{"a":'.repeat(8)}1${"}".repeat(9)}`, ""],
    ["nesting of 9 behind a text that ends with an escape", `{"type":"\\n","data":${'{"a":'.repeat(8)}1${"}".repeat(9)}`, ""],
  ])("WI1 %s is a bad message, and the field at fault is named", (_what, text, field) => {
    expect(refused(text)).toBe(`bad-message ${field}`);
  });

  test("WI1 nesting of 8, 64 keys and 256 commas are no more than a message may have", () => {
    const nested = `{"type":"start","data":${'{"a":'.repeat(7)}1${"}".repeat(7)}}`;
    const wide = `{"type":"start","data":{${Array.from({ length: 62 }, (_, i) => `"k${i}":[]`).join(",")}}}`;
    const long = `{"type":"start","data":[${"0,".repeat(255)}0]}`;
    expect([nested, wide, long].map(refused)).toEqual([null, null, null]);
  });

  test("WI2 brackets, colons and commas inside strings do not count as structure", () => {
    const text = JSON.stringify({ type: "feedback", data: { text: `${"[".repeat(50)}${'":"'.repeat(80)}${",".repeat(300)}\\` } });
    expect(decodeEnvelope(text).ok).toBe(true);
  });

  test("WI3 an unknown field inside data is refused by its path", () => {
    const schema = z.strictObject({ playerId: z.int() });
    expect(decodeData(schema, { playerId: 1, admin: true }, "a")).toEqual({ ok: false, id: "a", code: "bad-message", field: "data.admin" });
    expect(decodeData(schema, { playerId: "1" }, null)).toEqual({ ok: false, id: null, code: "bad-message", field: "data.playerId" });
  });

  test("WI3 data that is nothing is refused like any other that is no object; left out it is an empty one", () => {
    const schema = z.strictObject({});
    const heard = (text: string) => {
      const message = decodeEnvelope(text);
      const decoded = message.ok ? decodeData(schema, message.value.data, null) : message;
      return decoded.ok ? null : decoded.field;
    };
    expect(heard('{"type":"start","data":null}')).toBe("data");
    expect(heard('{"type":"start","data":[]}')).toBe("data");
    expect(heard('{"type":"start"}')).toBeNull();
  });

  test("WI3 a key that no record can hold is refused as well, not passed over", () => {
    const schema = z.strictObject({ counters: z.record(z.string(), z.int()).optional(), settings: z.unknown().optional() });
    const field = (data: string) => {
      const decoded = decodeData(schema, JSON.parse(data), null);
      return decoded.ok ? null : decoded.field;
    };
    expect(field('{"counters":{"__proto__":5}}')).toBe("data.counters.__proto__");
    expect(field('{"counters":{"\\u005f_proto__":5}}')).toBe("data.counters.__proto__");
    expect(field('{"settings":{"handicaps":{"__proto__":5}}}')).toBe("data.settings.handicaps.__proto__");
    expect(field('{"counters":{"proto":5},"settings":[null,{"a":"__proto__"}]}')).toBeNull();
  });

  test("WI4 nesting of 32,000, 10,000 keys and lists of 20,000 are refused within 10 ms each", () => {
    const deep = `${"[".repeat(32_000)}${"]".repeat(32_000)}`;
    const wide = `{${Array.from({ length: 10_000 }, (_, i) => `"${i}":1`).join(",")}}`;
    // Settings are checked by the game that is chosen, so at first they may hold anything.
    const long = `{"type":"create","data":{"settings":{"a":[${Array.from({ length: 20_000 }, () => "[]").join(",")}]}}}`;
    const decodeAll = (text: string) => {
      const message = decodeEnvelope(text);
      const decoded = message.ok ? decodeData(sessionSchemas.create, message.value.data, null) : message;
      return decoded.ok ? null : `${decoded.code} ${decoded.field}`;
    };
    for (const text of [deep, wide, long]) {
      const times = Array.from({ length: 5 }, () => {
        const startedAt = performance.now();
        expect(decodeAll(text)).toBe("bad-message ");
        return performance.now() - startedAt;
      });
      // The quickest of them is the work itself; whatever else the machine did meanwhile is in the others.
      expect(Math.min(...times)).toBeLessThan(10);
    }
  });
});
