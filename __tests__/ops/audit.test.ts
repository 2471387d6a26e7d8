// F46: security events are kept, in order, provably unchanged, and a flood of them is bounded.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openAudit } from "../../lib/ops/audit.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { heldAmbient } from "../support/held-ambient.ts";

const folders: string[] = [];
const dayMs = 86_400_000;

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function scene(monthBytesMax = 1 << 30) {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-audit-"));
  folders.push(folder);
  const ambient = heldAmbient(Date.UTC(2026, 0, 31));
  const settings = { folder, chain: "server", retentionMs: 60 * dayMs, monthBytesMax, ambient, log: silentLog() };
  const again = () => openAudit(settings);
  const file = join(folder, "server-2026-01.jsonl");
  return { folder, file, settings, ambient, again, audit: again() };
}

/** As many events as are kept in a second, for some seconds. */
async function flood({ ambient, audit }: Pick<ReturnType<typeof scene>, "ambient" | "audit">, seconds: number, detail = {}) {
  for (let second = 0; second < seconds; second++) {
    for (let count = 0; count < 50; count++) audit.note("origin-refused", "10.0.0.1", { count, ...detail });
    await audit.query({ limit: 1 }).catch(() => undefined);
    await ambient.advance(1000);
  }
}

describe("F46 audit log", () => {
  test("records are numbered, chained and found newest first, by event", async () => {
    const { audit } = scene();
    audit.note("admin-denied", "10.0.0.1", { path: "/admin/api/games" });
    audit.note("admin-action", "admin", { what: "close", gameId: "ABC234" });
    audit.note("admin-denied", "10.0.0.2");
    expect((await audit.query({ limit: 10 })).map(({ n, actor }) => [n, actor])).toEqual([
      [3, "10.0.0.2"],
      [2, "admin"],
      [1, "10.0.0.1"],
    ]);
    expect((await audit.query({ event: "admin-denied", before: 3, limit: 10 })).map(({ n }) => n)).toEqual([1]);
    expect(await audit.verify()).toEqual({ records: 3, broken: null });
    await audit.close();
  });

  test.for([
    ["a changed detail", (text: string) => text.replace('"seat":2', '"seat":3'), 2],
    ["a removed record", (text: string) => text.split("\n").toSpliced(1, 1).join("\n"), 3],
    ["two records swapped", (text: string) => [0, 2, 1, 3].map((line) => text.split("\n")[line]).join("\n"), 3],
  ] as const)("tampering shows: %s", async ([, tamper, broken]) => {
    const { folder, audit, again } = scene();
    for (const seat of [1, 2, 3]) audit.note("token-refused", "10.0.0.1", { seat });
    await audit.close();
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), tamper(readFileSync(join(folder, file), "utf8")));
    expect((await again().verify()).broken).toBe(broken);
  });

  test("what cannot be written waits, and is there once it can be, whole and in order", async () => {
    const { folder, ambient, audit, again } = scene();
    audit.note("server-started", "server");
    await audit.query({ limit: 1 });
    const [file = ""] = readdirSync(folder);
    const path = join(folder, file);
    const whole = readFileSync(path, "utf8");
    // The month changes, and where the new file should be is a folder.
    await ambient.advance(2 * dayMs);
    const next = join(folder, file.replace("2026-01", "2026-02"));
    mkdirSync(next);
    audit.note("admin-denied", "10.0.0.1");
    audit.note("admin-denied", "10.0.0.2");
    await audit.query({ limit: 1 }).catch(() => undefined);
    rmSync(next, { recursive: true });
    audit.note("admin-denied", "10.0.0.3");
    expect((await audit.query({ limit: 10 })).map(({ n }) => n)).toEqual([4, 3, 2, 1]);
    await audit.close();
    expect(readFileSync(path, "utf8")).toBe(whole);
    expect(await again().verify()).toEqual({ records: 4, broken: null });
  });

  test.skipIf(!existsSync("/dev/full"))(
    "a file with a torn end on a disk that stays full is opened again and again, and never left open",
    async () => {
      const { file, ambient, audit } = scene();
      // Reads as a line without an end, and takes nothing.
      symlinkSync("/dev/full", file);
      const opened = () => {
        const links = readdirSync("/proc/self/fd").map((fd) => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`);
          } catch {
            return "";
          }
        });
        return links.filter((link) => link === "/dev/full").length;
      };
      for (let second = 0; second < 5; second += 1) {
        audit.note("admin-denied", "10.0.0.1");
        await audit.query({ limit: 1 });
        await ambient.advance(1000);
      }
      expect(opened()).toBe(0);
      rmSync(file);
      audit.note("admin-denied", "10.0.0.1");
      expect(await audit.query({ limit: 10 })).toHaveLength(6);
      await audit.close();
    },
  );

  test("the chain goes on over a restart and over the end of a month", async () => {
    const { folder, ambient, audit, again } = scene();
    audit.note("server-started", "server");
    await audit.close();
    await ambient.advance(2 * dayMs);
    const next = again();
    next.note("server-started", "server");
    expect(await next.verify()).toEqual({ records: 2, broken: null });
    expect(readdirSync(folder).sort()).toEqual(["server-2026-01.jsonl", "server-2026-02.jsonl"]);
    await next.close();
  });

  test("a clock that steps back over the end of a month breaks no chain, also over a restart", async () => {
    const { settings, again } = scene();
    const march = Date.UTC(2026, 2, 1);
    let now = march;
    const open = () => openAudit({ ...settings, ambient: { now: () => now } });
    const audit = open();
    for (now of [march - 1, march, march - 1]) audit.note("server-started", "server");
    await audit.close();
    const next = open();
    next.note("server-started", "server");
    await next.close();
    expect(await again().verify()).toEqual({ records: 4, broken: null });
  });

  test("a life with a clock weeks ahead breaks no chain, and its month goes on when it comes", async () => {
    const { folder, settings } = scene();
    let now = 0;
    const live = async (at: number) => {
      now = at;
      const audit = openAudit({ ...settings, ambient: { now: () => now } });
      audit.note("server-started", "server");
      // The last two of each life are looked for while it runs.
      audit.note("server-stopping", "server");
      const newest = await audit.query({ limit: 2 });
      const check = await audit.verify();
      await audit.close();
      return [newest.map(({ n }) => n), check.broken];
    };
    const november = Date.UTC(2026, 10, 20);
    const ahead = Date.UTC(2027, 0, 5);
    const lives = [];
    for (const at of [november, ahead, november + 1, november + 2, ahead + 1]) lives.push(await live(at));
    expect(lives).toEqual([1, 3, 5, 7, 9].map((first) => [[first + 1, first], null]));
    const lines = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8").trimEnd().split("\n").length]);
    expect(Object.fromEntries(lines)).toEqual({ "server-2026-11.jsonl": 6, "server-2027-01.jsonl": 4 });
  });

  test("a record torn by a crash does not stop the log", async () => {
    const { file, audit, settings } = scene();
    audit.note("server-started", "server");
    await audit.close();
    appendFileSync(file, '{"n":2,"at":17');
    const warnings: string[] = [];
    const log = { ...silentLog(), warn: (_fields: object, message: string) => void warnings.push(message) };
    const next = openAudit({ ...settings, log });
    expect(warnings).toEqual([expect.stringContaining("torn")]);
    next.note("server-started", "server");
    expect((await next.query({ limit: 5 })).map(({ n }) => n)).toEqual([2, 1]);
    expect(await next.verify()).toEqual({ records: 2, broken: null });
    await next.close();
  });

  test("a file that is taken away while the server runs shows, and what comes then is in a new one: it went into the one that was gone", async () => {
    const { audit, file } = scene();
    for (const actor of ["one", "two", "three"]) audit.note("admin-action", actor);
    expect(await audit.verify()).toEqual({ records: 3, broken: null });
    const [first = ""] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${first}\n`);
    expect(await audit.verify()).toEqual({ records: 1, broken: 2 });
    rmSync(file);
    expect(await audit.verify()).toEqual({ records: 0, broken: 1 });
    audit.note("admin-action", "four");
    expect((await audit.query({ limit: 9 })).map(({ n, actor }) => [n, actor])).toEqual([[4, "four"]]);
    await audit.close();
  });

  test("a flood is counted, not kept", async () => {
    const { ambient, audit } = scene();
    for (let count = 0; count < 1000; count++) audit.note("rate-limited", "10.0.0.1", { count });
    await ambient.advance(1000);
    audit.note("rate-limited", "10.0.0.1");
    const records = await audit.query({ limit: 1000 });
    expect(records).toHaveLength(52);
    expect(records[1]).toMatchObject({ event: "suppressed", detail: { records: 950 } });
    await audit.close();
  });

  test("a flood hides nothing that an operator did, neither in the same second nor while nothing can be written", async () => {
    const { ambient, audit, file } = scene();
    for (let count = 0; count < 1000; count++) audit.note("origin-refused", "10.0.0.1", { count });
    audit.note("admin-action", "10.0.0.2", { what: "log-level" });
    expect(await audit.query({ event: "admin-action", limit: 5 })).toMatchObject([{ detail: { what: "log-level" } }]);
    await ambient.advance(2 * dayMs);
    const next = file.replace("2026-01", "2026-02");
    mkdirSync(next);
    await flood({ ambient, audit }, 40);
    audit.note("admin-action", "10.0.0.2", { what: "drain" });
    rmSync(next, { recursive: true });
    await ambient.advance(1000);
    audit.note("server-stopping", "server");
    expect(await audit.query({ event: "admin-action", limit: 1 })).toMatchObject([{ detail: { what: "drain" } }]);
    expect((await audit.verify()).broken).toBeNull();
    await audit.close();
  });

  test("a flood hides no guess at the operator's token, neither in the same second nor once it has filled its share of the month", async () => {
    const { ambient, audit } = scene(64 * 1024);
    await flood({ ambient, audit }, 10);
    for (let count = 0; count < 50; count++) audit.note("origin-refused", "10.0.0.1", { count });
    audit.note("admin-denied", "10.0.0.1", { path: "/overview" });
    expect(await audit.query({ event: "admin-denied", limit: 5 })).toMatchObject([{ actor: "10.0.0.1" }]);
    await audit.close();
  });

  test("a flood fills no more than its share of a month's file, also over a restart; an operator's actions are kept, and the rest is counted", async () => {
    const bytesMax = 64 * 1024;
    const { ambient, audit, again, file } = scene(bytesMax);
    await flood({ ambient, audit }, 10);
    await audit.close();
    const next = again();
    await flood({ ambient, audit: next }, 5);
    next.note("admin-action", "admin", { what: "close" });
    expect(await next.query({ event: "admin-action", limit: 5 })).toHaveLength(1);
    expect(statSync(file).size).toBeLessThanOrEqual(bytesMax);
    const kept = (await next.query({ event: "origin-refused", limit: 1000 })).length;
    await ambient.advance(2 * dayMs);
    next.note("server-started", "server");
    const counted = await next.query({ event: "suppressed", limit: 100 });
    expect(kept + counted.reduce((sum, { detail }) => sum + Number(detail["records"]), 0)).toBe(750);
    expect((await next.verify()).broken).toBeNull();
    await next.close();
  });

  test("a file of any size is opened by its end alone, and its chain goes on", async () => {
    const { ambient, audit, again, file } = scene(2 ** 40);
    audit.note("server-started", "server");
    await audit.close();
    const record = readFileSync(file);
    // Longer than can be read at once.
    truncateSync(file, 5 * 1024 ** 3);
    appendFileSync(file, Buffer.concat([Buffer.from("\n"), record]));
    const next = again();
    next.note("admin-action", "admin");
    await ambient.advance(1000);
    expect((await next.query({ limit: 2 })).map(({ n }) => n)).toEqual([2, 1]);
    await next.close();
  });

  test("others run while a large log is looked through or verified", async () => {
    const { ambient, audit, file } = scene();
    await flood({ ambient, audit }, 20, { path: "/".repeat(3000) });
    const turnsDuring = async (work: Promise<unknown>) => {
      let turns = 0;
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      work.then(end, end);
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
      return turns;
    };
    const pieces = statSync(file).size / (64 * 1024);
    expect(pieces).toBeGreaterThan(40);
    expect(await turnsDuring(audit.verify())).toBeGreaterThan(pieces / 2);
    expect(await turnsDuring(audit.query({ event: "admin-denied", limit: 1 }))).toBeGreaterThan(pieces / 2);
    expect(await audit.verify()).toEqual({ records: 1000, broken: null });
    expect((await audit.query({ limit: 1000 })).map(({ n }) => n)).toEqual(Array.from({ length: 1000 }, (_, index) => 1000 - index));
    await audit.close();
  });

  test("while nothing can be written no more than nine hundred records of strangers wait, and once it can be they are written and the rest is counted", async () => {
    const { ambient, audit, file } = scene();
    mkdirSync(file);
    await flood({ ambient, audit }, 40);
    rmSync(file, { recursive: true });
    audit.note("rate-limited", "10.0.0.1");
    expect(await audit.query({ limit: 3000 })).toHaveLength(900);
    await ambient.advance(1000);
    audit.note("rate-limited", "10.0.0.1");
    expect(await audit.query({ limit: 2 })).toMatchObject([{ n: 902 }, { n: 901, event: "suppressed", detail: { records: 1101 } }]);
    expect(await audit.verify()).toEqual({ records: 902, broken: null });
    await audit.close();
  });

  test("months past retention go, the rest still proves itself; secrets never enter", async () => {
    const { ambient, audit, folder } = scene();
    audit.note("token-refused", "10.0.0.1", { token: "hunter2" });
    for (let month = 0; month < 4; month++) {
      await ambient.advance(31 * dayMs);
      audit.note("server-started", "server");
    }
    await audit.query({ limit: 1 });
    expect(readFileSync(join(folder, "server-2026-01.jsonl"), "utf8")).not.toContain("hunter2");
    // Of a worker there is no more, and what nobody here has written.
    writeFileSync(join(folder, "server-w4-2026-01.jsonl"), "");
    writeFileSync(join(folder, "notes-of-2026.txt"), "");
    audit.expire(ambient.now());
    expect(readdirSync(folder).sort()).toEqual([
      "notes-of-2026.txt",
      "server-2026-04.jsonl",
      "server-2026-05.jsonl",
      "server-2026-06.jsonl",
    ]);
    expect((await audit.verify()).broken).toBeNull();
    await audit.close();
    rmSync(folder, { recursive: true });
    expect(() => audit.expire(ambient.now())).not.toThrow();
  });
});
