// The fast form of the runs in which the disk is the trouble; the long form is `npm run torture -- sqlite`. SAFETY rules 4-8.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { gotOrSkip, lacks, programPath } from "../support/programs.ts";
import { backupsUnderLoad, fullDisk, longReader, mountSmall, slowFsync, diskBounds } from "./disk.ts";
import { migrationKills } from "./migrations.ts";
import { traceLife } from "./strace.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

const say = (line: string) => process.stderr.write(`${line}\n`);

describe("the disk as the trouble", () => {
  test("fsync of 1 s: the queue stays bounded, the rest is told busy, and the loop is never late", async () => {
    const figures = await slowFsync({ dataDir: folder, seed: 11, fsyncMs: 1_000, forMs: 6_000, queueChangesMax: 64 });
    const { queueMax, busy, loopDelayMsP99, idleDelayMsP99, acknowledged, verdict } = figures;
    say(
      `slow fsync: queue at most ${queueMax} of 64, ${busy} told busy, ${acknowledged} acknowledged, loop delay p99 ${loopDelayMsP99.toFixed(1)} ms (idle process ${idleDelayMsP99.toFixed(1)})`,
    );
    expect(verdict).toMatchObject({ result: "pass", violations: [] });
    expect(queueMax).toBeLessThanOrEqual(66);
    expect(busy).toBeGreaterThan(100);
    expect(acknowledged).toBeGreaterThan(64);
    expect(loopDelayMsP99 - idleDelayMsP99).toBeLessThan(diskBounds.loopDelayMs);
  });

  test("a disk that fills up: no wrong acknowledgement, not ready within 2 s, service within 5 s of room", async (context) => {
    const disk = join(folder, "small");
    const mounted = gotOrSkip(context, mountSmall(disk, 24));
    try {
      const figures = await fullDisk({ dataDir: disk, notesDir: folder, seed: 12, times: 2 });
      const { times, notReadyMsMax, backMsMax, acknowledgedAfter, verdict } = figures;
      say(
        `full disk: ${times} times, not ready after at most ${notReadyMsMax} ms, back at most ${backMsMax} ms after room, ${verdict.result}`,
      );
      expect(verdict).toMatchObject({ result: "pass", violations: [] });
      expect(notReadyMsMax).toBeLessThan(diskBounds.notReadyMs);
      expect(backMsMax).toBeLessThan(diskBounds.backAfterRoomMs);
      expect(acknowledgedAfter).toBeGreaterThan(50);
    } finally {
      mounted.unmount();
    }
  });

  test("a foreign reader that stays for long: the log is bounded, then changes are busy, and all is well when it leaves", async () => {
    const walBytesMax = 3 << 20;
    const { logBytesMax, busy, backMs, verdict } = await longReader({ dataDir: folder, seed: 13, forMs: 2_500, walBytesMax });
    say(
      `long reader: log at most ${(logBytesMax / 1e6).toFixed(1)} MB (bound 3.1), ${busy} told busy, back ${backMs?.toFixed(0)} ms after it left`,
    );
    expect(verdict).toMatchObject({ result: "pass", violations: [] });
    expect(busy).toBeGreaterThan(0);
    expect(logBytesMax).toBeLessThan(diskBounds.logToLimit * walBytesMax);
    expect(backMs).toBeLessThan(diskBounds.backAfterReaderMs);
  });

  test("F58: backups under load, each restored and compared: all that was acknowledged before, nothing that never was", async () => {
    const copies = join(folder, "copies");
    mkdirSync(copies);
    const { backups, changesInLast, acknowledged, wrong, verdict } = await backupsUnderLoad({
      dataDir: folder,
      copies,
      seed: 14,
      backups: 5,
      everyMs: 250,
    });
    say(
      `backups: ${backups} taken and compared under load, ${changesInLast} changes in the last, ${acknowledged} acknowledged in all, ${wrong.length} wrong`,
    );
    expect(verdict).toMatchObject({ result: "pass", violations: [] });
    expect(wrong).toEqual([]);
    expect(changesInLast).toBeGreaterThan(200);
  });

  test("F34 SAFETY 7: killed during creation and during migration: the old schema or the new one, whole, with every game", async () => {
    const { kills, oldAfter, newAfter, wrong } = await migrationKills(2);
    say(
      `kills during creation and migration: ${kills}, then the old schema ${oldAfter} times, the new one ${newAfter} times, wrong ${wrong.length}`,
    );
    expect(wrong).toEqual([]);
    expect(kills).toBe(8);
    expect(oldAfter).toBeGreaterThan(0);
  });

  test.skipIf(lacks("strace"))(
    "in the system calls, every acknowledgement follows an fsync of the log that follows its write, and a mark that follows the fsync",
    async () => {
      const { acknowledged, syncs, marks, markSyncs, early } = await traceLife(programPath("strace"), {
        dataDir: folder,
        seed: 15,
        forMs: 2_500,
      });
      say(
        `strace: ${acknowledged} acknowledgements, ${syncs} fsyncs of the log, ${marks} writes and ${markSyncs} fsyncs of the mark, ${early.length} too early`,
      );
      expect(early).toEqual([]);
      expect(acknowledged).toBeGreaterThan(50);
      // One at the start, then about one a second.
      expect(markSyncs).toBeGreaterThanOrEqual(2);
      expect(markSyncs).toBeLessThan(10);
    },
  );
});
