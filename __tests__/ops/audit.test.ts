// F46: security events are kept, in order, provably unchanged, and a flood of them is bounded.
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

function scene() {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-audit-"));
  folders.push(folder);
  const ambient = heldAmbient(Date.UTC(2026, 0, 31));
  const again = () => openAudit({ folder, chain: "server", retentionMs: 60 * dayMs, ambient, log: silentLog() });
  return { folder, ambient, again, audit: again() };
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

  test("a record torn by a crash does not stop the log", async () => {
    const { folder, audit, again } = scene();
    audit.note("server-started", "server");
    await audit.close();
    appendFileSync(join(folder, "server-2026-01.jsonl"), '{"n":2,"at":17');
    const next = again();
    next.note("server-started", "server");
    expect((await next.query({ limit: 5 })).map(({ n }) => n)).toEqual([2, 1]);
    expect(await next.verify()).toEqual({ records: 2, broken: null });
    await next.close();
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

  test("months past retention go, the rest still proves itself; secrets never enter", async () => {
    const { ambient, audit, folder } = scene();
    audit.note("token-refused", "10.0.0.1", { token: "hunter2" });
    for (let month = 0; month < 4; month++) {
      await ambient.advance(31 * dayMs);
      audit.note("server-started", "server");
    }
    await audit.query({ limit: 1 });
    expect(readFileSync(join(folder, "server-2026-01.jsonl"), "utf8")).not.toContain("hunter2");
    audit.expire();
    expect(readdirSync(folder).length).toBeLessThan(5);
    expect((await audit.verify()).broken).toBeNull();
    await audit.close();
  });
});
