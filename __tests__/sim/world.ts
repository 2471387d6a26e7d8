// One simulated evening: servers, pages, players and trouble, from one seed. Everything that happens comes from the timeline,
// so the same seed is the same evening to the last byte.
import { createHash, type Hash } from "node:crypto";
import { checkHistory } from "../checker/checker.ts";
import { gameLog } from "../../lib/room/log.ts";
import { Census, type Counts } from "./census.ts";
import { type Chance, chanceFrom } from "./chance.ts";
import { Disk, type Durable } from "./disk.ts";
import { FaultyStore, noStoreFaults } from "./faulty-store.ts";
import { browserPage, type loadPageParts, type Page, PlainPage, type PageEnv } from "./page.ts";
import { Recorder } from "./recorder.ts";
import { People } from "./people.ts";
import { type Scenario, scenarioFrom } from "./scenario.ts";
import { calmBus, SimBus } from "./sim-bus.ts";
import type { Mover, SimGame } from "./sim-game.ts";
import { SimServer } from "./sim-server.ts";
import { ProcessAmbient, Timeline } from "./timeline.ts";
import { Line } from "./wire.ts";

export interface RunResult {
  readonly seed: number;
  readonly kind: string;
  /** What went wrong, in words; empty for a good run. */
  readonly wrongs: readonly string[];
  readonly counts: Counts;
  /** Hash over everything that arrived anywhere and every change, with its time. */
  readonly trace: string;
  readonly elapsedMs: number;
}

export interface Device {
  readonly page: Page;
  readonly shelf: PageEnv["shelf"];
  line: Line | null;
  asleep: boolean;
  /** What its timers would have called while it slept. */
  missed: (() => void)[];
}

const wrongsMax = 12;
/** A room without viewers in which nothing happened for so long is one too many, unless its next deadline is this near. */
const quietMs = 100_000;
const wakeAheadMs = 5_000;
/** Every change is replayed when it is written; whole logs, again and as a whole, by one seed in so many. */
const replayOneIn = 8;
const calmLines = { latencyMsMax: 10, breakPerMille: 0 };

export class World {
  readonly game: SimGame;
  readonly scenario: Scenario;
  readonly chance: Chance;
  readonly timeline = new Timeline();
  readonly disk: Disk;
  readonly census = new Census();
  readonly devices: Device[] = [];
  readonly servers: SimServer[] = [];
  readonly wrongs: string[] = [];
  readonly #seed: number;
  readonly #bus: SimBus;
  readonly #recorder: Recorder;
  readonly #people: People;
  readonly #parts: Awaited<ReturnType<typeof loadPageParts>>;
  readonly #hash: Hash = createHash("sha256");
  readonly #lines: Line[] = [];
  readonly #changedAt = new Map<string, number>();
  readonly #log: ((line: string) => void) | null;
  #boots = 0;
  #ids = 0;
  #healed = false;
  #over = false;

  constructor(
    seed: number,
    how: {
      readonly game: SimGame;
      readonly parts: Awaited<ReturnType<typeof loadPageParts>>;
      readonly log: ((line: string) => void) | null;
    },
  ) {
    this.game = how.game;
    this.#seed = seed;
    this.#parts = how.parts;
    this.#log = how.log;
    this.chance = chanceFrom(seed);
    this.scenario = scenarioFrom(this.chance, this.game);
    const wrong = (rule: string, about: string) => this.wrong(rule, about);
    this.disk = new Disk(this.game, { written: (change, before) => this.#written(change, before), wrong });
    this.disk.hasOneClock = this.scenario.servers === 1;
    const { game, disk, timeline } = this;
    this.#recorder = new Recorder({ game, disk, timeline, wrong });
    this.#people = new People({ game, disk, timeline, wrong });
    const count = (name: string) => this.census.count(name);
    this.#bus = new SimBus({
      timeline: this.timeline,
      chance: this.chance.fork(),
      faults: () => (this.#healed ? calmBus : this.scenario.bus),
      count,
    });
  }

  wrong(rule: string, about: string): void {
    this.trace("wrong", `${rule}: ${about}`);
    if (this.wrongs.length < wrongsMax) this.wrongs.push(`${rule}: ${about}`);
  }

  trace(where: string, what: string): void {
    const line = `${this.timeline.elapsed} ${where} ${what}`;
    this.#hash.update(line);
    this.#log?.(line);
  }

  count(name: string): void {
    this.census.count(name);
  }

  #written(change: Durable, before: unknown): void {
    const { gameId, expectedV, at, hash, sameStill, moving, change: body } = change.commit;
    this.#changedAt.set(gameId, this.timeline.elapsed);
    this.trace("disk", `${gameId} v${expectedV + 1} ${change.record.command.type} ${change.events.map((event) => event.type).join(",")}`);
    const look = { change, before, eventsOf: (version: number) => this.disk.games.get(gameId)?.[version - 1]?.events ?? [] };
    this.#people.written(change);
    this.census.look(look);
    this.game.look(look, (name) => this.census.count(name));
    if (this.scenario.storeAnnounces) {
      const still = sameStill ? null : change.commit.still;
      this.#bus.publish({ gameId, from: "store", v: expectedV + 1, at, hash, still, moving, change: body });
    }
  }

  // ---- servers

  boot(place: number): void {
    const instanceId = `s${place}b${this.#boots++}`;
    const skewed = this.scenario.trouble.clock > 0 || this.scenario.servers > 1;
    const ambient = new ProcessAmbient(this.timeline, this.chance.fork(), skewed ? this.chance.below(3_000) : 0);
    if (!this.servers.some((server) => server.isAlive)) this.disk.outageEnds(ambient.now());
    if (this.scenario.servers === 1) ambient.notBefore(this.disk.aliveAt + 1);
    const store = new FaultyStore({
      disk: this.disk,
      timeline: this.timeline,
      chance: this.chance.fork(),
      hear: (call) => ambient.hear(call),
      faults: () => (this.#healed ? noStoreFaults : this.scenario.store),
      count: (name) => this.count(name),
    });
    const bus = this.#bus.for(instanceId);
    const silent = { ...bus, publish: () => {} };
    this.servers[place] = new SimServer({
      instanceId,
      ambient,
      store,
      isAlone: this.scenario.servers === 1,
      bus: this.scenario.storeAnnounces ? silent : bus,
      count: (name) => this.count(name),
      bug: (error) =>
        this.wrong("bug", error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : String(error)),
    });
    this.trace("world", `boot ${instanceId}`);
  }

  kill(place: number): void {
    const server = this.servers[place];
    if (server === undefined || !server.isAlive) return;
    this.trace("world", `kill ${server.instanceId}`);
    this.count("servers killed");
    server.kill();
    this.#bus.dropInstance(server.instanceId);
    // The others notice within seconds that it does not beat any more.
    this.timeline.after(6_000, () => {
      const other = this.servers.find((alive) => alive.isAlive);
      other?.buryInstance(server.instanceId, [...this.disk.games.keys()]);
    });
    const down = this.chance.weighted([
      [6, this.chance.between(200, 4_000)],
      [3, this.chance.between(4_000, 60_000)],
    ]);
    this.timeline.after(down, () => this.boot(place));
  }

  /** The server is stopped for a while: nothing it would do is done, nothing it is told is heard before. */
  standStill(place: number, ms: number): void {
    const server = this.servers[place];
    if (server === undefined || !server.isAlive || server.ambient.standsStill) return;
    this.trace("world", `${server.instanceId} stands still`);
    this.count("servers that stood still");
    const { ambient } = server;
    const from = ambient.now();
    ambient.standStill(ms, () => server.isAlive && this.disk.wasStill(from, ambient.now()));
  }

  /** Nothing can be saved for a while. */
  fillDisk(place: number, ms: number): void {
    const server = this.servers[place];
    if (server === undefined || !server.isAlive) return;
    this.trace("world", `${server.instanceId} can save nothing`);
    this.count("times when nothing could be saved");
    server.store.fill(ms);
  }

  drain(place: number): void {
    const server = this.servers[place];
    if (server === undefined || !server.isAlive) return;
    this.trace("world", `drain ${server.instanceId}`);
    this.count("servers drained");
    server.drain();
    this.timeline.after(3_000, () => {
      if (this.servers[place] === server) this.kill(place);
    });
  }

  // ---- pages

  /** A new page; with `like` another tab of the same browser. */
  device(like: Device | null): Device {
    const name = `p${this.devices.length + 1}`;
    const kept = like?.shelf ?? memoryShelf();
    const device = { shelf: kept, line: null, asleep: false, missed: [] } as unknown as { -readonly [key in keyof Device]: Device[key] };
    const env = this.#env(device, kept);
    device.page =
      like !== null || this.chance.hit(70)
        ? browserPage(name, env, this.#parts)
        : new PlainPage(name, env, { chance: this.chance.fork(), thiefPerMille: this.scenario.trouble.thief });
    this.devices.push(device);
    return device;
  }

  #env(device: Device, shelf: PageEnv["shelf"]): PageEnv {
    const chance = this.chance.fork();
    const after = (ms: number, call: () => void): (() => void) => {
      let isOn = true;
      const timer = this.timeline.after(Math.ceil(ms), () => {
        if (device.asleep) device.missed.push(() => isOn && call());
        else call();
      });
      return () => {
        isOn = false;
        timer.cancel();
      };
    };
    return {
      nowMs: () => this.timeline.elapsed,
      wallMs: () => this.timeline.now,
      after,
      jitter: () => chance.below(1_000) / 1_000,
      freshId: () => {
        this.#ids += 1;
        return `a${this.#ids}`;
      },
      openSocket: () => this.#open(device),
      isSpoken: async () => true,
      shelf,
    };
  }

  #open(device: Device): Line {
    const { page } = device;
    const ears = this.#people.line(page);
    const line = new Line({
      timeline: this.timeline,
      chance: this.chance,
      faults: () => (this.#healed ? calmLines : this.scenario.lines),
      count: (name) => this.count(name),
      arrived: (where, text) => this.trace(where, text),
      name: page.name,
      said: (text) => {
        this.#recorder.said(page, text);
        ears.said(text);
      },
      heard: (text) => this.#recorder.heard(page, text),
      early: (text) => {
        this.#durable(page, text);
        ears.told(text);
      },
      closed: ears.closed,
    });
    device.line = line;
    this.#lines.push(line);
    const alive = this.servers.filter((server) => server.isAlive);
    const server = alive.length === 0 ? null : this.chance.pick(alive);
    line.connect(() => server?.accept(line) ?? null);
    return line;
  }

  /** What a server puts on the wire must be durable by then. */
  #durable(page: Page, text: string): void {
    const { type, data } = JSON.parse(text) as {
      type: string;
      data: { id?: string; v?: number; gameId?: string; state?: { v: number; id: string } };
    };
    // A change does not name its game; its page may not have heard yet which one it made.
    const changed = type === "change" && page.gameId !== null ? { v: data.v, id: page.gameId } : data.state;
    const shown = type === "state" ? (data as { v: number; id: string }) : changed;
    if (shown?.v !== undefined && shown.v > this.disk.versionOf(shown.id))
      this.wrong("early", `${type} of ${shown.id} v${shown.v} is not durable`);
    if (type !== "ack" || data.v === undefined || data.id === undefined || this.#recorder.isPassing(data.id)) return;
    const game = this.disk.gameOf.get(data.id);
    if (game === undefined || data.v > this.disk.versionOf(game))
      this.wrong("early", `ack of ${data.id}, v${data.v} of ${game ?? "no game"}, is not durable`);
  }

  sleep(device: Device, ms: number): void {
    if (device.asleep) return;
    device.asleep = true;
    device.line?.break();
    this.timeline.after(ms, () => this.#wake(device));
  }

  #wake(device: Device): void {
    if (!device.asleep || this.#over) return;
    device.asleep = false;
    for (const call of device.missed.splice(0)) call();
    device.page.wake();
  }

  // ---- the evening

  get gameId(): string | null {
    return this.devices[0]?.page.gameId ?? null;
  }

  mover(): Mover {
    return this.scenario.mover(this.chance.fork());
  }

  /** Everything works from here on: what is open must come to its end. */
  heal(): void {
    this.#healed = true;
    this.trace("world", "heal");
    this.servers.forEach((server, place) => {
      server.ambient.goOn();
      server.store.makeRoom();
      if (!server.isAlive) this.boot(place);
    });
    for (const device of this.devices) {
      this.#wake(device);
      device.page.wake();
    }
  }

  /** Pages that ought to be in step with the store at the end. */
  #inStep(): boolean {
    return this.devices.every((device, place) => {
      const { page } = device;
      if (page.link === "displaced" || page.link === "kicked" || page.link === "closed") return true;
      // Who makes the game comes to it, however often the answer is lost; who came by a code may have been told that there is none.
      if (page.gameId === null) return place > 0;
      if (page.link !== "open" || page.unanswered > 0 || page.table?.v !== this.disk.versionOf(page.gameId)) return false;
      return this.#misplaced(device) === null;
    });
  }

  #misplaced({ page, shelf }: Device): string | null {
    const isAlone = this.devices.every((other) => other.page === page || other.shelf !== shelf);
    return this.#people.misplaced(page, isAlone && !(page instanceof PlainPage));
  }

  async settle(withinMs: number): Promise<void> {
    const until = this.timeline.now + withinMs;
    while (!this.#inStep()) {
      if (await this.timeline.step(until)) continue;
      if (this.gameId === null) this.wrong("unanswered", "the game that was asked for was neither made nor refused");
      for (const device of this.devices) {
        const { page } = device;
        const v = page.gameId === null ? 0 : this.disk.versionOf(page.gameId);
        this.trace("apart", `${page.name} ${page.link} v${page.table?.v} of ${v} unanswered ${page.unanswered}`);
        if (page.gameId !== null && page.link === "open" && (page.table?.v !== v || page.unanswered > 0))
          this.wrong("apart", `${page.name} ends at v${page.table?.v ?? 0} with ${page.unanswered} unanswered, the game at v${v}`);
        else if (page.gameId !== null && (page.link === "lost" || page.link === "connecting"))
          this.wrong("apart", `${page.name} is not back: ${page.link}`);
        const misplaced = page.link === "open" ? this.#misplaced(device) : null;
        if (misplaced !== null) this.wrong("seat", `${page.name} ${misplaced}`);
      }
      return;
    }
  }

  /** Everybody goes home: every room and every subscription must go too. */
  async goHome(withinMs: number): Promise<void> {
    this.#over = true;
    for (const device of this.devices) device.asleep = true;
    for (const line of this.#lines) line.hangUp();
    const until = this.timeline.now + withinMs;
    while (await this.timeline.step(until));
    await this.#people.whenAllHaveGone();
    for (const server of this.servers) {
      const { instanceId, rooms, guests } = server;
      if (guests > 0) this.wrong("leak", `${instanceId} still has ${guests} connections`);
      // A game whose clocks run is woken now and then, and its room with it; a little ahead of time.
      const isQuiet = (gameId: string) => {
        const wakeAt = this.disk.games.get(gameId)?.at(-1)?.commit.index.wakeAt ?? Number.POSITIVE_INFINITY;
        return this.timeline.elapsed - (this.#changedAt.get(gameId) ?? 0) > quietMs && wakeAt > server.ambient.now() + wakeAheadMs;
      };
      for (const { gameId, viewers } of rooms.open()) {
        if (viewers > 0 || isQuiet(gameId)) this.wrong("leak", `${instanceId} still has a room of ${gameId} with ${viewers} viewers`);
      }
      if (rooms.size === 0) this.count("rooms dropped while idle");
      const subscriptions = this.#bus.subscriptions(instanceId);
      if (subscriptions > rooms.size) this.wrong("leak", `${instanceId} still has ${subscriptions} subscriptions and ${rooms.size} rooms`);
    }
  }

  /** The whole log, read as the server reads it for an undo, leads to the state that the store holds. */
  async #replays(game: string, final: { readonly v: number; readonly state: string }): Promise<void> {
    const { rules } = this.game.game;
    const replayed = await gameLog(this.disk.store, rules).stateAt(game, final.v);
    if (replayed === null || rules.encode(replayed) !== final.state) this.wrong("replay", `${game} does not replay`);
  }

  async finish(): Promise<RunResult> {
    const logs = [];
    for (const game of this.disk.games.keys()) {
      const loaded = await this.disk.store.load(game);
      const final = loaded.kind === "found" ? { v: loaded.game.v, hash: loaded.game.hash, state: loaded.game.state } : null;
      logs.push({ game, changes: this.disk.log(game), final });
      if (final !== null && this.#seed % replayOneIn === 0) await this.#replays(game, final);
    }
    const buried = [...this.disk.buried.keys()].map((action) => ({
      game: this.disk.gameOf.get(action) ?? "none",
      action,
      happened: false,
    }));
    const verdict = checkHistory({ observations: this.#recorder.observations(), logs, resolved: buried });
    for (const { rule, game, message } of verdict.violations) this.wrong(rule, `${game}: ${message}`);
    return this.result();
  }

  result(): RunResult {
    const { counts } = this.census;
    this.trace("counts", JSON.stringify(counts));
    const { kind } = this.scenario;
    return { seed: this.#seed, kind, wrongs: this.wrongs, counts, trace: this.#hash.digest("hex"), elapsedMs: this.timeline.elapsed };
  }
}

function memoryShelf(): PageEnv["shelf"] {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
    keys: () => [...kept.keys()],
  };
}
