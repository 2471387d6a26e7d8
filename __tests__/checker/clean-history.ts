// Makes histories of a store that keeps its promises, from a seed: racing clients, lost answers, resends, refusals, reconnects.
// The checker's own test bends them.
import { chainHash } from "../../lib/store/chain.ts";
import type { Answered, GameLog, History, LoggedChange, Observation } from "./history.ts";

export interface Chance {
  /** An even draw from 0..limit-1. */
  below(limit: number): number;
}

export function seededChance(seed: number): Chance {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}

interface Pending {
  readonly client: string;
  readonly game: string;
  readonly action: string;
}

interface World {
  readonly chance: Chance;
  readonly observations: Observation[];
  readonly changes: Map<string, LoggedChange[]>;
  readonly states: Map<string, string>;
  readonly done: Map<string, Answered>;
  at: number;
}

export function cleanHistory(seed: number): History {
  const chance = seededChance(seed);
  const games = Array.from({ length: 1 + chance.below(3) }, (_, place) => `GAME${place}`);
  const clients = Array.from({ length: 2 + chance.below(3) }, (_, place) => `client${place}`);
  const world: World = {
    chance,
    observations: [],
    changes: new Map(games.map((game) => [game, []])),
    states: new Map(),
    done: new Map(),
    at: 1_000,
  };
  let unanswered: Pending[] = [];
  const steps = 40 + chance.below(60);
  for (let step = 0; step < steps; step += 1) {
    world.at += 1 + chance.below(20);
    const pending = unanswered.length > 0 && chance.below(2) === 0 ? unanswered.splice(chance.below(unanswered.length), 1)[0] : undefined;
    if (pending === undefined) {
      const fresh = { client: pick(chance, clients), game: pick(chance, games), action: `action${step}` };
      send(world, fresh);
      unanswered.push(fresh);
    } else if (answer(world, pending) === "again") {
      send(world, pending);
      unanswered.push(pending);
    }
    unanswered = unanswered.slice(-6);
    for (const client of clients) if (chance.below(3) === 0) see(world, client, pick(chance, games));
  }
  const logs = games.map((game) => logOf(world, game));
  const settled = logs.filter((log) => log.final !== null).flatMap((log) => clients.map((client) => ({ client, game: log.game })));
  for (const { client, game } of settled) see(world, client, game);
  return { observations: world.observations, logs, settled, faults: [{ name: "lost answers", hits: 1 }] };
}

function later(world: World): number {
  world.at += 1;
  return world.at;
}

const pick = <T>(chance: Chance, list: readonly T[]): T => list[chance.below(list.length)] as T;

function send(world: World, { client, game, action }: Pending): void {
  world.observations.push({ type: "sent", client, game, action, at: later(world) });
}

/** Applies, refuses or loses, as a true server might, and says whether the client will try again. */
function answer(world: World, pending: Pending): "again" | "over" {
  const { chance, done } = world;
  const key = `${pending.game}\n${pending.action}`;
  const told = (seen: Omit<Answered, "client" | "game" | "action" | "at">) => ({ ...pending, ...seen, at: later(world) });
  const known = done.get(key);
  const lot = chance.below(10);
  if (known === undefined && lot === 0) {
    world.observations.push(told({ type: "refused", retry: true, answer: "busy" }));
    return chance.below(2) === 0 ? "again" : "over";
  }
  const settled = known ?? (lot === 1 ? told({ type: "refused", retry: false, answer: "not-your-turn" }) : apply(world, pending));
  done.set(key, settled);
  if (lot >= 8) {
    world.observations.push(told({ type: "unknown" }));
    return chance.below(2) === 0 ? "again" : "over";
  }
  world.observations.push({ ...settled, at: later(world) });
  return "over";
}

function apply(world: World, { client, game, action }: Pending): Answered {
  const changes = world.changes.get(game) ?? [];
  const v = changes.length + 1;
  const prevHash = changes.at(-1)?.hash ?? "";
  const change = `{"by":"${client}"}`;
  const state = `{"game":"${game}","v":${v}}`;
  const hash = chainHash(prevHash, v, change, state);
  const elapsedMs = v * 100;
  const clock = { elapsedMs, chargedMs: elapsedMs - 30, pausedMs: 10, outageMs: 15, creditedMs: 5 };
  const answered = `{"v":${v}}`;
  changes.push({
    v,
    at: world.at,
    prevHash,
    hash,
    change,
    state: v % 3 === 1 ? state : null,
    actionId: action,
    answer: answered,
    print: hash,
    clock,
  });
  world.states.set(game, state);
  return { type: "ok", client, game, action, v, answer: answered, at: world.at };
}

function see(world: World, client: string, game: string): void {
  const newest = world.changes.get(game)?.at(-1);
  if (newest !== undefined) world.observations.push({ type: "saw", client, game, v: newest.v, print: newest.hash, at: later(world) });
}

function logOf(world: World, game: string): GameLog {
  const changes = world.changes.get(game) ?? [];
  const newest = changes.at(-1);
  return { game, changes, final: newest === undefined ? null : { v: newest.v, hash: newest.hash, state: world.states.get(game) ?? "" } };
}
