// Plays one seed from its first message to the verdict.
import type { Chance } from "./chance.ts";
import { loadPageParts } from "./page.ts";
import type { Mover, Standing } from "./sim-game.ts";
import { simGames, type SimKind } from "./sim-games.ts";
import { withHeldTimers } from "./timeline.ts";
import { type Device, type RunResult, World } from "./world.ts";

export type { RunResult } from "./world.ts";

const settleMs = 180_000;
/** How often a sleeper is looked at. */
const asleepMs = 60_000;
/** The code that comes of the first action id of every evening. */
const firstCode = "NL5LWY";
/** Time in which rooms that nobody needs must be gone. */
const homeMs = 120_000;
const openingMs = 60_000;
/** More virtual time than any evening may take before it is called stuck. */
const eveningMs = 6 * 3_600_000;

export interface RunOptions {
  /** What is played; the clock unless said otherwise. */
  readonly game?: SimKind;
  /** Called with every line of the trace. */
  readonly log?: (line: string) => void;
}

export async function runSeed(seed: number, { log, game = "clock" }: RunOptions = {}): Promise<RunResult> {
  const parts = await loadPageParts();
  const world = new World(seed, { game: simGames[game], parts, log: log ?? null });
  const thrown = (rule: string, error: unknown): void =>
    world.wrong(rule, String(error instanceof Error ? error.stack : error).slice(0, 400));
  const unhandled = (error: unknown): void => thrown("unhandled", error);
  process.on("unhandledRejection", unhandled);
  try {
    return await withHeldTimers(world.timeline, () => new Evening(world).play());
  } catch (error) {
    // The evening ends there; the other seeds are played on, and this one is named.
    thrown("thrown", error);
    return world.result();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
}

class Evening {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #mover: Mover;
  #movesLeft: number;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance.fork();
    this.#mover = world.mover();
    this.#movesLeft = world.scenario.moves;
  }

  async play(): Promise<RunResult> {
    const world = this.#world;
    world.trace("world", JSON.stringify(world.scenario));
    for (let place = 0; place < world.scenario.servers; place += 1) world.boot(place);
    await this.#open();
    for (const device of world.devices) this.#think(device);
    const until = world.timeline.now + eveningMs;
    while (this.#movesLeft > 0 && (await world.timeline.step(until)));
    if (this.#movesLeft > 0) world.wrong("stuck", `${this.#movesLeft} moves were never made`);
    world.heal();
    await world.settle(settleMs);
    await world.goHome(homeMs);
    return world.finish();
  }

  /** Somebody makes a game, the others come in by its code. */
  async #open(): Promise<void> {
    const world = this.#world;
    const { players, spectators, settings, trouble } = world.scenario;
    const host = world.device(null);
    host.page.create(settings, world.game.game.rules.kind);
    if (this.#chance.below(1_000) < trouble.createTwice) this.#pressTwice(host);
    if (this.#chance.below(100) < trouble.earlyGuest) {
      world.timeline.after(this.#chance.below(150), () => world.device(null).page.enter(firstCode));
    }
    const until = world.timeline.now + openingMs;
    while (host.page.gameId === null || host.page.table === null) {
      if (await world.timeline.step(until)) continue;
      world.heal();
      await world.settle(settleMs);
      return;
    }
    const { gameId } = host.page;
    for (let more = 1; more < players + spectators; more += 1) world.device(null).page.enter(gameId);
  }

  /** The line breaks while the answer to `create` is on its way, and the page asks again with the same id. */
  #pressTwice(host: Device): void {
    this.#world.timeline.after(this.#chance.below(80), () => host.line?.break());
  }

  #think(device: Device): void {
    const { thinkMsMax } = this.#world.scenario;
    const ms = device.asleep ? asleepMs : this.#chance.hit(4) ? this.#chance.between(5_000, 40_000) : this.#chance.between(20, thinkMsMax);
    this.#world.timeline.after(ms, () => {
      if (this.#movesLeft <= 0) return;
      if (device.asleep) return this.#think(device);
      this.#movesLeft -= 1;
      this.#trouble(device);
      this.#act(device);
      this.#think(device);
    });
  }

  #act(device: Device): void {
    const world = this.#world;
    const { page } = device;
    if (device.asleep) return;
    if (page.link === "displaced" && this.#chance.hit(20)) return page.takeBack();
    if (page.link === "kicked" && this.#chance.hit(20) && page.gameId !== null) return page.enter(page.gameId);
    if (page.table === null || (page.link !== "open" && page.link !== "lost")) return;
    const who: Standing = { seat: page.seat, isHost: world.game.isHost(page) };
    const move = this.#mover.next(page.table, who);
    if (move === null) return;
    world.count("moves");
    page.give(move.type, move.data);
  }

  #trouble(device: Device): void {
    const world = this.#world;
    const { trouble } = world.scenario;
    const strikes = (perMille: number): boolean => perMille > 0 && this.#chance.below(1_000) < perMille;
    const place = this.#chance.below(world.scenario.servers);
    if (strikes(trouble.kill)) world.kill(place);
    if (strikes(trouble.kill / 3)) for (let all = 0; all < world.scenario.servers; all += 1) world.kill(all);
    if (strikes(trouble.drain)) world.drain(place);
    if (strikes(trouble.sleep)) world.sleep(device, this.#chance.between(500, 40_000));
    if (strikes(trouble.longAbsence)) world.sleep(device, this.#chance.pick([310_000, 320_000, 3_700_000]));
    if (strikes(trouble.wholeTable)) for (const each of world.devices) world.sleep(each, 3_700_000);
    if (strikes(trouble.stall)) device.line?.stall(this.#chance.between(100, 20_000));
    if (strikes(trouble.clock)) {
      world.count("wall clocks set");
      world.servers[place]?.ambient.jump(this.#chance.between(-20_000, 20_000));
    }
    if (strikes(trouble.standstill)) world.standStill(place, this.#chance.pick([2_000, 8_000, 30_000, 400_000]));
    if (strikes(trouble.full)) world.fillDisk(place, this.#chance.pick([500, 8_000, 30_000, 400_000]));
    if (strikes(trouble.secondPage) && world.devices.length < 9 && device.page.gameId !== null) {
      const second = world.device(device);
      second.page.enter(device.page.gameId);
      this.#think(second);
    }
  }
}
