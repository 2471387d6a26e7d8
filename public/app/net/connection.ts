// The one socket of this page: opens it, says who comes, sends what waits, and comes back by itself when it is lost.
// It never decides what a message means for the page (that is the model's) and never throws a key away on a temporary refusal.
import { closeCodes } from "../../../lib/protocol/close-codes.ts";
import type { SocketLike } from "../device/env.ts";
import { type FromServer, hasEnded, type Sent, shownGame, type Told } from "../model/model.ts";
import { isOvertaken } from "../model/offer.ts";
import { givenFromNow } from "../model/values.ts";
import { Attempt } from "./attempt.ts";
import { asksWhy, backoffMs, refusedMs } from "./backoff.ts";
import { isOfTheGame, parsed } from "./heard.ts";
import { Heartbeat } from "./heartbeat.ts";
import { plainer } from "./plainer.ts";
import type { Ports } from "./ports.ts";
import { deadKeyCodes, type SeatKey } from "./seat-keys.ts";
import { isSameTable, type Wish } from "./wish.ts";

export class Connection {
  private readonly ports: Ports;
  private socket: SocketLike | null = null;
  private wish: Wish = { type: "nothing" };
  private keyInUse: SeatKey | null = null;
  private isLetIn = false;
  /** Id of the request for the whole state that has no answer yet. */
  private syncId: string | null = null;
  private attempts = 0;
  private attempt: Attempt | null = null;
  private cancelTimer: (() => void) | null = null;
  private readonly heartbeat: Heartbeat;

  constructor(ports: Ports) {
    this.ports = ports;
    this.heartbeat = new Heartbeat({
      after: ports.env.after,
      serverClock: () => ports.model().serverClock,
      sendPing: () => this.send("ping", { t: ports.env.nowMs() }),
      onDead: () => this.lost(1006),
    });
  }

  /** Goes for something else, through another socket: what the old game still has to answer would be taken for the new one's. */
  want(wish: Wish): void {
    const before = this.wish;
    // A second tap on the way to a new table means that table, and not another one beside it.
    if (isSameTable(before, wish)) return this.comeBackNow("tap");
    this.wish = wish;
    this.isLetIn = false;
    if (this.socket?.readyState !== 1) return this.comeBackNow("tap");
    const isSame = before.type === "game" && wish.type === "game" && before.gameId === wish.gameId;
    if (isSame || before.type === "nothing") return this.hello();
    this.send("leave", {});
    this.open();
  }

  /** Says a command now if it can, as `atOnce`; it stays in the outbox until it is answered either way. */
  post(sent: Sent, atOnce: object = sent.data): void {
    this.ports.shelf.put(sent);
    this.ports.dispatch({ type: "give", sent });
    if (this.isLetIn) this.send(sent.type, atOnce, sent.id);
  }

  /** A message without an answer to wait for. */
  say(type: string, data: object): void {
    if (this.isLetIn) this.send(type, data);
  }

  /** The page is in sight again, or the network is back: no backoff now. */
  comeBackNow(why: "woken" | "tap" = "woken"): void {
    if (this.wish.type === "nothing" || this.final()) return;
    const state = this.socket?.readyState;
    if (state === 1 && this.heartbeat.isHeard) return this.heartbeat.woken();
    // Whoever only taps once more waits for what is under way.
    if (state !== undefined && state < 2 && why === "tap") return;
    this.attempts = 0;
    const leftMs = this.leftWhenWoken(state);
    if (leftMs <= 0) this.open();
    // Whatever it says then, it has the rest of its step's time.
    else if (state === 1) this.heartbeat.woken(leftMs);
    else this.waitFor(leftMs);
  }

  /** ms for a socket that is on its way in and has not said a word. */
  private leftWhenWoken(state: number | undefined): number {
    if (state === 1) return this.attempt?.leftToSpeak() ?? 0;
    return state === 0 ? (this.attempt?.leftWhenWoken(this.ports.model().serverClock) ?? 0) : 0;
  }

  /** Takes the seat back from another page, after `displaced`. */
  takeBack(): void {
    this.ports.dispatch({ type: "link", link: "lost" });
    this.open();
  }

  close(): void {
    this.wish = { type: "nothing" };
    this.drop();
  }

  private final(): boolean {
    const { link } = this.ports.model();
    return hasEnded(link) || link === "local";
  }

  private drop(): void {
    this.isLetIn = false;
    this.syncId = null;
    this.cancelTimer?.();
    this.heartbeat.stop();
    const old = this.socket;
    this.socket = null;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = old.onerror = null;
    old.close(1000);
  }

  private open(): void {
    this.drop();
    const socket = this.ports.env.openSocket();
    this.socket = socket;
    const attempt = new Attempt(this.ports.env, this.attempts);
    this.attempt = attempt;
    socket.onopen = () => {
      attempt.opened();
      this.hello();
    };
    socket.onmessage = (event) => this.received(event.data);
    socket.onclose = (event) => this.lost(event.code);
    this.waitFor(attempt.patienceMs);
  }

  /** For the next step on the way into the game. */
  private waitFor(patienceMs: number): void {
    this.cancelTimer?.();
    this.cancelTimer = this.ports.env.after(patienceMs, () => {
      if (!this.isLetIn) this.lost(1006);
    });
  }

  private lost(code: number): void {
    this.drop();
    if (code === closeCodes.displaced.code) return this.ports.dispatch({ type: "link", link: "displaced" });
    if (code === closeCodes.kicked.code) return this.kicked();
    if (code === closeCodes.closed.code) return this.gameClosed();
    if (this.wish.type === "nothing" || this.final()) return;
    this.ports.dispatch({ type: "link", link: "lost" });
    this.openLater();
  }

  private kicked(): void {
    if (this.wish.type === "game") this.ports.keys.dropSeat(this.wish.gameId);
    for (const sent of this.ports.model().outbox) if (sent.type !== "feedback") this.forsake(sent);
    this.ports.dispatch({ type: "link", link: "kicked" });
  }

  /** The end of a table voids its tokens. */
  private gameClosed(): void {
    if (this.wish.type === "game" && !this.watches()) this.ports.keys.forget(this.wish.gameId);
    this.ports.dispatch({ type: "link", link: "closed" });
  }

  private openLater(): void {
    const { env } = this.ports;
    this.cancelTimer = env.after(backoffMs(this.attempts, env.jitter()), () => this.open());
    this.attempts += 1;
    if (asksWhy(this.attempts)) void this.askWhy();
  }

  /** A server that does not speak with a page of this version refuses each of its sockets, and a page is not told why. */
  private async askWhy(): Promise<void> {
    if ((await this.ports.env.isSpoken()) || this.wish.type === "nothing" || this.final() || this.heartbeat.isHeard) return;
    this.drop();
    this.ports.dispatch({ type: "link", link: "outdated" });
  }

  /** `viewer`: the key was refused on this socket. It is kept unless it opens nothing any more, and tried again on the next one. */
  private hello(as: "holder" | "viewer" = "holder"): void {
    this.waitFor(this.attempt?.patienceMs ?? 0);
    const { wish } = this;
    const updates = "changes";
    if (wish.type === "create") {
      const { id, settings, name, game } = wish;
      this.send("create", { settings, updates, ...(name === null ? {} : { name }), ...(game === undefined ? {} : { game }) }, id);
    } else if (wish.type === "game") {
      const { gameId } = wish;
      const v = shownGame(this.ports.model())?.v;
      const seen = v === undefined ? {} : { v };
      this.keyInUse = as === "viewer" || wish.watch ? null : this.ports.keys.best(gameId);
      if (this.keyInUse === null) {
        // Whoever comes without a key only looks on, whatever place he had: the key may have been cleared from the device.
        this.ports.dispatch({ type: "unseated" });
        this.send("join", { gameId, updates, ...seen });
      } else {
        const who = this.keyInUse.playerId === null ? { host: true } : { playerId: this.keyInUse.playerId };
        this.send("reconnect", { gameId, ...who, token: this.keyInUse.token, updates, ...seen });
      }
    }
    this.heartbeat.begin();
  }

  private received(text: unknown): void {
    const message = parsed(text);
    if (!message) return;
    this.heartbeat.heard();
    const plain = plainer(message, this.ports.model().outbox);
    if (plain !== null) return this.giveAgain(plain);
    this.beforeModel(message);
    this.ports.dispatch({ type: "server", message, atMs: this.ports.env.nowMs() });
    this.afterModel(message);
  }

  /** The same tap, said so that an older server understands it. */
  private giveAgain(sent: Sent): void {
    this.ports.shelf.put(sent);
    this.ports.dispatch({ type: "give", sent });
    this.resend(sent.id);
  }

  private beforeModel(message: FromServer): void {
    if (message.type === "claimed" || message.type === "reconnected") {
      const { gameId, playerId, token, state } = message.data;
      this.ports.keys.keep(gameId, { playerId, token, v: state.v });
      this.wish = { type: "game", gameId };
      for (const sent of this.ports.model().outbox) if (playerId !== null && sent.type === "claim") this.ports.shelf.remove(sent.id);
    }
    if (message.type === "ack") this.acknowledged(message.data);
  }

  private acknowledged({ id, v }: Told<"ack">): void {
    const sent = this.ports.model().outbox.find((s) => s.id === id);
    // The key of a seat that was given up opens nothing any more: shown again it would only be counted as a guess.
    if (sent?.type === "unclaim" && this.ports.keys.dropSeat(sent.gameId, v) && this.ports.keys.best(sent.gameId) !== null)
      this.ports.dispatch({ type: "chaired" });
    this.ports.shelf.remove(id);
  }

  private afterModel(message: FromServer): void {
    if (message.type === "state" || message.type === "claimed" || message.type === "reconnected") this.arrived();
    if (message.type === "error") this.refused(message.data);
    if (!this.ports.model().stale || (message.type === "ack" && message.data.id === this.syncId)) this.syncId = null;
    if (message.type === "change") this.syncIfStale();
  }

  /** Once, however many changes come until the answer does: each answer is as long as the game is large. */
  private syncIfStale(): void {
    if (!this.ports.model().stale || this.syncId !== null) return;
    this.syncId = this.ports.env.freshId();
    this.send("sync", { v: shownGame(this.ports.model())?.v }, this.syncId);
  }

  /** In the game: everything that waits goes out, in order, with the ids it always had. */
  private arrived(): void {
    const { gameId } = this.ports.model();
    const game = shownGame(this.ports.model());
    if (game) this.ports.keys.named(game.id, game.name);
    if (this.isLetIn || !game) return;
    this.isLetIn = true;
    this.attempts = 0;
    this.ports.dispatch({ type: "link", link: "open" });
    if (!this.watches()) this.takeFromShelf(gameId ?? "");
    this.sendWaiting();
  }

  /** What is too old to be meant is not sent, and whoever was told that it would be hears so. */
  private sendWaiting(): void {
    const { model, shelf, dispatch } = this.ports;
    const { outbox, table } = model();
    const late = outbox.filter((sent) => shelf.tooOld(sent));
    for (const sent of outbox) if (late.includes(sent) || isOvertaken(sent, table)) this.forsake(sent);
    if (late.length > 0) dispatch({ type: "notice", tone: "error", key: "link.tooLate" });
    for (const { type, data, id } of givenFromNow(model().outbox, table)) this.send(type, data, id);
  }

  private watches(): boolean {
    return this.wish.type === "game" && this.wish.watch === true;
  }

  /** What an earlier page of this device gave and nobody answered. */
  private takeFromShelf(gameId: string): void {
    for (const sent of this.ports.shelf.of(gameId)) this.ports.dispatch({ type: "give", sent });
  }

  private refused(error: Told<"error">): void {
    if (error.id !== undefined && error.id === this.syncId) {
      if (error.retry) this.waitThen(error, () => this.syncAgain());
      else this.syncId = null;
      return;
    }
    if (error.retry) {
      const as = this.keyInUse === null ? "viewer" : "holder";
      if (!this.isLetIn) this.waitThen(error, () => this.hello(as));
      else if (error.id !== undefined) this.waitThen(error, () => this.resend(error.id ?? ""));
      return;
    }
    if (error.id !== undefined) this.ports.shelf.remove(error.id);
    if (!this.isLetIn || isOfTheGame(error)) this.notLetIn(error);
  }

  private syncAgain(): void {
    this.syncId = null;
    this.syncIfStale();
  }

  private waitThen(error: Told<"error">, call: () => void): void {
    const waitMs = refusedMs(error.retryAfterMs, this.ports.env.jitter());
    const socket = this.socket;
    // Whoever is asked to wait on a line that is well does so, however long: through another one he would only ask too early.
    this.waitFor(waitMs + (this.attempt?.patienceMs ?? 0));
    this.ports.env.after(waitMs, () => {
      if (this.socket === socket && socket?.readyState === 1) call();
    });
  }

  private resend(id: string): void {
    const { outbox, table } = this.ports.model();
    const sent = givenFromNow(outbox, table).find((s) => s.id === id);
    if (sent && isOvertaken(sent, table)) this.forsake(sent);
    else if (sent) this.send(sent.type, sent.data, sent.id);
  }

  private forsake({ id }: Sent): void {
    this.ports.shelf.remove(id);
    this.ports.dispatch({ type: "drop", id });
  }

  /** The key does not open now, or there is no such game: come in with the next key or as a viewer, or give up. */
  private notLetIn(error: Told<"error">): void {
    const { wish } = this;
    if (wish.type !== "game") {
      this.wish = { type: "nothing" };
      return;
    }
    if (error.code === "no-such-game" || error.code === "game-damaged") {
      // A damaged record may yet be restored.
      if (error.code === "no-such-game") this.ports.keys.forget(wish.gameId);
      this.say("leave", {});
      this.wish = { type: "nothing" };
      this.ports.dispatch({ type: "enter", gameId: null });
    } else if (this.keyInUse !== null) {
      const dead = deadKeyCodes.has(error.code);
      if (dead) this.ports.keys.drop(wish.gameId, this.keyInUse.token);
      this.ports.dispatch({ type: "unseated" });
      this.hello(dead ? "holder" : "viewer");
    }
  }

  private send(type: string, data: object, id?: string): void {
    if (this.socket?.readyState !== 1) return;
    this.heartbeat.sent();
    this.socket.send(JSON.stringify(id === undefined ? { type, data } : { type, data, id }));
  }
}
