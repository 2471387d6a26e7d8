// F15, F39, F44: logs are one valid JSON line each, carry ids, and hold no token, name or payload.
import { describe, expect, test } from "vitest";
import { damageRecord } from "../../lib/ops/damage.ts";
import { openLog } from "../../lib/ops/log.ts";
import { scrubText } from "../../lib/ops/scrub.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import { parseTraceparent, traceOf } from "../../lib/ops/trace.ts";

function capture(sampleEvery = 1) {
  const lines: string[] = [];
  const log = openLog({
    ambient: heldAmbient(),
    level: "info",
    pretty: false,
    base: { instance: "i1" },
    sampleEvery,
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown> };
}

const token = "q3-_".repeat(10).concat("abc");

describe("F15 log lines", () => {
  test("F39 a line carries instance, level, time and the fields of its children", () => {
    const { log, last } = capture();
    log.child({ trace: "t1" }).child({ game: "ABC234", seat: "2" }).info({ v: 7 }, "committed");
    expect(last()).toMatchObject({ level: "info", instance: "i1", trace: "t1", game: "ABC234", seat: "2", v: 7, msg: "committed" });
    expect(String(last()["time"])).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("L43 whatever a value holds, the line stays one valid JSON line", () => {
    const { log, lines } = capture();
    const hostile = ['a\nb\r\n{"level":"fatal"}', "\u2028\u2029\u0000", '"}\\', "\ud800", "\u202etxt"];
    for (const value of hostile) log.info({ value, list: [value] }, value);
    expect(lines).toHaveLength(hostile.length);
    for (const line of lines) {
      expect(line.slice(0, -1)).not.toContain("\n");
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  test("a value that cannot be written does not throw", () => {
    const { log } = capture();
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    expect(() => log.info({ circular, big: 10n }, "odd")).not.toThrow();
  });

  test("nor does an error that is none, or cannot be read: its line says so, with all that is known beside it", () => {
    const { log, lines } = capture();
    const unreadable = {
      get(): never {
        throw new Error("not even looked at");
      },
    };
    const odd = [
      Object.assign(new Error("odd"), { message: 5 }),
      Object.assign(new Error("odd"), { code: Object.create(null) as object }),
      new Proxy(new Error("odd"), unreadable),
    ];
    for (const err of odd) log.error({ err, gameId: "ABC234" }, "failed");
    const told = { gameId: "ABC234", msg: "failed", err: { message: "what was thrown cannot be written" } };
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(odd.map(() => told));
  });

  test("F35 tokens, names and payloads are censored, by key and by shape", () => {
    const { log, lines } = capture();
    log.info(
      { token, name: "Ada", data: { token, text: "hello", payload: "x" }, headers: { authorization: `Bearer ${token}` } },
      `got ${token}`,
    );
    log.error({ err: new Error(`redis://user:hunter2@cache:6379 refused ${token}`) }, "failed");
    const all = lines.join("");
    for (const secret of [token, "Ada", "hello", "hunter2"]) expect(all).not.toContain(secret);
    expect(all).toContain("redis://[redacted]@cache:6379");
  });

  test("F35 a long text is not cut in the midst of a secret, which would then look like none", () => {
    for (const secret of [token, "redis://user:hunter2-hunter2@cache:6379", `Bearer ${token}`])
      for (let shown = 1; shown < secret.length; shown += 1) {
        const clean = scrubText(`${"word ".repeat(1_000).slice(0, 3_999 - shown)} ${secret} and so on`);
        expect(clean).not.toMatch(/hunter|q3-_/);
        expect(clean.length).toBeGreaterThan(3_900);
      }
  });

  test("F35 nor is a long text without a space, wherever the secret stands in it", () => {
    for (let at = 3_400; at < 4_050; at += 1) expect(scrubText(`${",".repeat(at)}${token}${",".repeat(700)}`)).not.toMatch(/q3-_/);
  });

  test("F35 what could not be read as JSON is not quoted, in lines about errors and about damaged games", () => {
    const { log, lines } = capture();
    const audit: string[] = [];
    const damaged = damageRecord({
      log,
      audit: { note: (...record) => void audit.push(JSON.stringify(record)) },
      metrics: { quarantined: { add: () => undefined } },
    });
    try {
      JSON.parse('{"id":"ABC234","name":Ada,"seats":[]}');
    } catch (error) {
      log.error({ err: error }, "failed");
      damaged("ABC234", `It cannot be read: ${(error as Error).message}`);
    }
    expect([...lines, ...audit]).toHaveLength(3);
    for (const line of [...lines, ...audit]) {
      expect(line).toContain("Unexpected token [redacted] is not valid JSON");
      expect(line).not.toContain("Ada");
    }
  });

  test("F44 the level changes at run time for children too", () => {
    const { log, lines } = capture();
    const child = log.child({ game: "ABC234" });
    child.debug({}, "unseen");
    log.setLevel("debug");
    child.debug({}, "seen");
    log.setLevel("silent");
    child.error({}, "unseen");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["seen"]);
  });

  test("F44 of frequent lines one in so many is written, of all children together; at debug all are, above info none", () => {
    const { log, lines } = capture(3);
    const child = log.child({ game: "ABC234" });
    const say = () => {
      for (let n = 1; n <= 7; n++) (n % 2 === 0 ? child : log).frequent({ n }, "command");
      return lines.splice(0).map((line) => JSON.parse(line) as { n: number; level: string; oneIn?: number });
    };
    expect(say()).toMatchObject([1, 4, 7].map((n) => ({ n, level: "info", oneIn: 3 })));
    log.setLevel("debug");
    expect(say()).toMatchObject([1, 2, 3, 4, 5, 6, 7].map((n) => ({ n, level: "debug" })));
    log.setLevel("warn");
    expect(say()).toEqual([]);
  });
});

describe("F44 frequent lines", () => {
  test("censor secrets by key too, and hold nothing that could hide one", () => {
    const { log, lines } = capture();
    log.frequent({ traceId: "t1", token, name: "Ada", durationMs: 1.5 }, "command");
    expect(JSON.parse(lines.join(""))).toMatchObject({
      traceId: "t1",
      token: "[redacted]",
      name: "[redacted]",
      durationMs: 1.5,
      msg: "command",
    });
    // @ts-expect-error nothing inside of anything: only the fields themselves are looked at
    log.frequent({ data: { token } }, "command");
  });
});

describe("F39 trace context", () => {
  const id = "0af7651916cd43dd8448eb211c80319c";
  const span = "b7ad6b7169203331";

  test("a valid traceparent is taken over", () => {
    expect(traceOf(`00-${id}-${span}-01`, { bytes: () => new Uint8Array(16) })).toEqual({ traceId: id, parentId: span });
    expect(parseTraceparent(`01-${id}-${span}-00-what-the-future-holds`)).toEqual({ traceId: id, parentId: span });
  });

  test.for([
    undefined,
    "",
    "00",
    `ff-${id}-${span}-01`,
    `00-${"0".repeat(32)}-${span}-01`,
    `00-${id}-${"0".repeat(16)}-01`,
    `00-${id.toUpperCase()}-${span}-01`,
    `00-${id}-${span}-01-more`,
    `00-${id}-${span}-01\n${"x".repeat(600)}`,
  ])("an invalid one is replaced by an id of our own: %j", (header) => {
    expect(traceOf(header, { bytes: (count) => new Uint8Array(count).fill(0xab) })).toEqual({ traceId: "ab".repeat(16), parentId: null });
  });
});
