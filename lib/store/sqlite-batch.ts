// Applies batches of ops to the open data file, inside the writer thread: durable when `apply` returns; when it throws, nothing of it is.
import type { Database } from "better-sqlite3";
import { changeCrc, movedCrc, shownCrc, stillCrc } from "./checksum.ts";
import { touchedMinute } from "./cursor.ts";
import type { Hit } from "./failpoint.ts";
import { type Known, KnownGames } from "./sqlite-known.ts";
import { aliveAtOf, type CommitOp, type FeedbackOp, type Op, type OpResult, type ShownColumns, shownRow } from "./sqlite-messages.ts";
import { clearedPerGoMax, Removal } from "./sqlite-removal.ts";
import { WriterStatements } from "./sqlite-statements.ts";
import { gameNumberMax, versionMax } from "./sqlite-schema.ts";

/** Thrown when the op itself is at fault, never the disk: the others of its batch are written without it. */
export class PoisonError extends Error {}

/** Another process has taken the file over: this one must stop. */
export class FencedError extends Error {}

/** Where a change goes in the log. */
interface Place {
  readonly id: number;
  readonly num: number;
  /** Row id of the game's change before; 0 for the first. */
  readonly prev: number;
}

/** A game in the index of deadlines. */
interface WokenRow {
  readonly num: number;
  readonly game_id: string;
  readonly wake_from: number;
  readonly wake_at: number | null;
}

/** Most early entries that one `due` moves. */
const earlyMovedMax = 5_000;

/** How long an action id that never happened is remembered after the last time it could be sent again. */
const tombstoneKeepMs = 24 * 3_600_000;

export interface Applier {
  /** Writes all ops in one transaction and gives their results and the new sequence number, durable. */
  apply(ops: readonly Op[]): { readonly results: OpResult[]; readonly seq: number };
}

export function createApplier(db: Database, epoch: string, hit: Hit): Applier {
  return new SqlApplier(db, epoch, hit);
}

class SqlApplier implements Applier {
  readonly #db: Database;
  readonly #epoch: string;
  readonly #hit: Hit;
  readonly #sql: WriterStatements;
  readonly #known: KnownGames;
  readonly #removal: Removal;
  /** Row id of the newest change of all; null when it has to be read. */
  #newestId: number | null = null;

  constructor(db: Database, epoch: string, hit: Hit) {
    this.#db = db;
    this.#epoch = epoch;
    this.#hit = hit;
    this.#sql = new WriterStatements(db, hit);
    this.#known = new KnownGames(this.#sql);
    this.#removal = new Removal(this.#sql, db.name);
  }

  apply(ops: readonly Op[]): { readonly results: OpResult[]; readonly seq: number } {
    try {
      this.#sql.run("begin");
      this.#hit("batch-begun");
      const results: OpResult[] = [];
      let aliveAt = 0;
      for (const [place, op] of ops.entries()) {
        if (place === ops.length >> 1) this.#hit("batch-half");
        results.push(this.#one(op));
        aliveAt = Math.max(aliveAt, aliveAtOf(op));
      }
      const moved = this.#sql.get<{ seq: number }>("move", ops.length, aliveAt, this.#epoch);
      if (moved === undefined) throw new FencedError("Another server has taken over the data file.");
      this.#hit("batch-before-commit");
      this.#sql.run("commit");
      return { results, seq: moved.seq };
    } catch (error) {
      this.#known.forgetAll();
      this.#newestId = null;
      if (this.#db.inTransaction) this.#sql.rollback();
      throw error;
    }
  }

  #one(op: Op): OpResult {
    switch (op[0]) {
      case "commit":
        return this.#commit(op);
      case "resolve":
        return this.#resolve(op[1], op[2], op[3], op[4]);
      case "remove":
        return this.#remove(op[1]);
      case "expire":
        return this.#expire(op[1], op[2], op[3]);
      case "due":
        return this.#due(op[1], op[2]);
      case "beat":
        for (const { from, to } of op[2]) this.#sql.run("outage", from, to);
        // After a stop of more than a day all are old: at once they would keep every table waiting.
        this.#sql.run("oldTombstones", op[1] - tombstoneKeepMs, clearedPerGoMax);
        this.#removal.clear();
        return null;
      case "feedback":
        return this.#feedback(op);
      case "expireFeedback":
        return this.#sql.run("expireFeedback", op[1], op[2]).changes;
      case "quarantine":
        this.#sql.run("quarantine", op[1], op[2], op[3]);
        return null;
      case "probe":
        return null;
    }
  }

  #commit(op: CommitOp): OpResult {
    const [, gameId, expectedV, , , , prevHash, , actionId] = op;
    const game = this.#known.find(gameId);
    if (game === undefined) {
      const buried = actionId === null ? undefined : this.#answer(game, gameId, actionId);
      if (buried !== undefined) return buried;
      if (expectedV !== 0) return false;
      const id = this.#nextId();
      this.#log(op, { id, num: this.#create(op, id), prev: 0 });
      return null;
    }
    // The hash too: two histories that parted have the same versions.
    const isNext = game.v === expectedV && game.hash === prevHash;
    if (actionId !== null && (!isNext || game.buried !== 0)) {
      const answer = this.#answer(game, gameId, actionId);
      if (answer !== undefined) return answer;
    }
    if (!isNext) return false;
    // The unique index finds a repeated action id while writing it; asking before each tap would cost a read.
    const place = { id: this.#nextId(), num: game.num, prev: game.lastId };
    if (!this.#tryLog(op, place)) return this.#answer(game, gameId, actionId ?? "") ?? false;
    this.#step(op, game, place.id);
    return null;
  }

  #nextId(): number {
    this.#newestId ??= this.#sql.get<{ id: number | null }>("newestId")?.id ?? 0;
    return this.#newestId + 1;
  }

  #tryLog(op: CommitOp, place: Place): boolean {
    try {
      this.#log(op, place);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === "SQLITE_CONSTRAINT_UNIQUE") return false;
      throw error;
    }
  }

  #create(op: CommitOp, id: number): number {
    const [, gameId, , at, state, , , hash, , , wakeAt, still, , columns] = op;
    if (still === null || columns === null) throw new PoisonError("A new game must be written whole.");
    const touched = touchedMinute(at);
    const shown = shownRow(columns);
    const { kind, name, status, listed, seats, seats_free } = shown;
    const known = { shownCrc: shownCrc(shown), stillCrc: stillCrc(still), isSound: true };
    const crc = movedCrc({ game_id: gameId, v: 1, hash, updated_at: at, wake_at: wakeAt, last_id: id, state }, known);
    const dates = [at, wakeAt, wakeAt, touched] as const;
    const created = this.#sql.run("create", gameId, 1, hash, crc, ...dates, status, listed, kind, name, seats, seats_free, at, id, state);
    const num = Number(created.lastInsertRowid);
    if (num >= gameNumberMax) throw new PoisonError("The data file holds as many games as it can number.");
    this.#sql.run("still", num, still);
    this.#sql.run("count", 1, status);
    this.#known.remember(gameId, {
      num,
      v: 1,
      hash,
      status,
      ...known,
      touched,
      wakeFrom: wakeAt,
      lastId: id,
      buried: this.#known.buried(gameId),
    });
    return num;
  }

  #step(op: CommitOp, game: Known, id: number): void {
    const [, gameId, expectedV, at, state, , , hash, , , wakeAt, still, , shown] = op;
    const v = expectedV + 1;
    if (v >= versionMax) throw new PoisonError("The game has as many changes as its log can number.");
    if (!game.isSound && (still === null || shown === null))
      throw new PoisonError(`The row of game ${gameId} does not match its checksum.`);
    if (still !== null) this.#keepStill(game, still);
    if (shown !== null) this.#show(game, shown);
    if (game.stillCrc === null) throw new PoisonError(`Game ${gameId} must be written whole once.`);
    const crc = movedCrc(
      { game_id: gameId, v, hash, updated_at: at, wake_at: wakeAt, last_id: id, state },
      { shownCrc: game.shownCrc, stillCrc: game.stillCrc },
    );
    const stepped = this.#sql.run("step", v, hash, crc, at, wakeAt, id, state, game.num, expectedV);
    if (stepped.changes !== 1) throw new FencedError(`Game ${gameId} was changed by somebody else.`);
    this.#touch(game, at, wakeAt);
    game.v = v;
    game.hash = hash;
    game.lastId = id;
    game.isSound = true;
  }

  #keepStill(game: Known, still: string): void {
    this.#sql.run("still", game.num, still);
    game.stillCrc = stillCrc(still);
  }

  #show(game: Known, columns: ShownColumns): void {
    const shown = shownRow(columns);
    const { kind, name, status, listed, seats, seats_free } = shown;
    this.#sql.run("show", kind, name, status, listed, seats, seats_free, game.num);
    if (status !== game.status) {
      this.#sql.run("count", -1, game.status);
      this.#sql.run("count", 1, status);
    }
    game.status = status;
    game.shownCrc = shownCrc(shown);
  }

  /** Moves the game in the indexes of time, which most taps need not. */
  #touch(game: Known, at: number, wakeAt: number | null): void {
    const touched = Math.max(game.touched, touchedMinute(at));
    const wakeFrom = wakeAt === null ? null : game.wakeFrom === null ? wakeAt : Math.min(game.wakeFrom, wakeAt);
    if (wakeFrom === game.wakeFrom && touched === game.touched) return;
    this.#sql.run("touch", wakeFrom, touched, game.num);
    game.touched = touched;
    game.wakeFrom = wakeFrom;
  }

  #log(op: CommitOp, { id, num, prev }: Place): void {
    const [, , expectedV, at, , change, prevHash, hash, actionId, answer, , , state] = op;
    const v = expectedV + 1;
    const given = actionId === null ? null : (answer ?? "");
    const crc = changeCrc({ id, num, v, prev, at, prev_hash: prevHash, hash, action_id: actionId, answer: given, change, state });
    this.#sql.run("log", id, num, v, prev, at, crc, prevHash, hash, actionId, given, change, state);
    this.#newestId = id;
  }

  #answer(game: Known | undefined, gameId: string, actionId: string): string | undefined {
    const logged = game === undefined ? undefined : this.#sql.get<{ answer: string }>("answered", game.num, actionId);
    return (logged ?? this.#sql.get<{ answer: string }>("tombstone", gameId, actionId))?.answer;
  }

  #resolve(gameId: string, actionId: string, tombstone: string, at: number): string {
    const answer = this.#answer(this.#known.find(gameId), gameId, actionId);
    if (answer === undefined) {
      this.#sql.run("bury", gameId, actionId, tombstone, at);
      const known = this.#known.remembered(gameId);
      if (known !== undefined) known.buried = 1;
    }
    return answer ?? tombstone;
  }

  #feedback([, at, gameId, text, actionId, once]: FeedbackOp): null | false {
    const word = [at, gameId, text] as const;
    const looksBack = once === true && actionId === null;
    const written = looksBack
      ? this.#sql.run("feedbackOnce", ...word, ...word)
      : this.#sql.run("feedback", ...word, actionId, actionId, text);
    return written.changes === 1 ? null : false;
  }

  #remove(gameId: string): null {
    const game = this.#forget(gameId);
    if (game !== undefined) this.#removal.whole(game, () => this.#hit("remove-half"));
    return null;
  }

  /** It is still stored, but nothing beside it is. */
  #forget(gameId: string): Known | undefined {
    const game = this.#known.find(gameId);
    this.#known.forget(gameId);
    this.#newestId = null;
    this.#sql.run("removeTombstones", gameId);
    this.#sql.run("removeQuarantine", gameId);
    return game;
  }

  #expire(finishedBefore: number, untouchedSince: number, limit: number): readonly string[] {
    const finished = this.#sql.all<{ game_id: string }>("finished", touchedMinute(finishedBefore), finishedBefore, limit);
    const untouched = this.#sql.all<{ game_id: string }>("untouched", touchedMinute(untouchedSince), untouchedSince, limit);
    const ids = [...finished, ...untouched].map((row) => row.game_id).slice(0, limit);
    let left = clearedPerGoMax;
    for (const game of ids.map((gameId) => this.#forget(gameId))) {
      if (game === undefined) continue;
      left -= game.v;
      if (left < 0) this.#removal.hide(game);
      else this.#removal.whole(game, () => this.#hit("remove-half"));
    }
    return ids;
  }

  /** Walks the index from its early end. Entries that taps left early are moved to where they belong, so that they are met once. */
  #due(atMs: number, limit: number): readonly string[] {
    const due: WokenRow[] = [];
    let last: WokenRow | undefined;
    for (let left = limit + earlyMovedMax; left > 0 && due.length < limit; ) {
      const rows = this.#sql.all<WokenRow>("woken", atMs, last?.wake_from ?? 0, last?.num ?? 0, Math.min(left, limit));
      for (const row of rows) {
        if (row.wake_at !== null && row.wake_at <= atMs) due.push(row);
        else this.#moveWake(row);
      }
      left -= rows.length;
      last = rows.at(-1);
      if (rows.length < limit) break;
    }
    return due
      .sort((a, b) => (a.wake_at ?? 0) - (b.wake_at ?? 0))
      .slice(0, limit)
      .map((row) => row.game_id);
  }

  #moveWake(row: WokenRow): void {
    this.#sql.run("later", row.num);
    const known = this.#known.remembered(row.game_id);
    if (known !== undefined) known.wakeFrom = row.wake_at;
  }
}
