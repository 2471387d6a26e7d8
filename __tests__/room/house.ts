// Rooms, lock and rules as a server puts them together, over a memory store that can be made slow or mute, in virtual time.
// Viewers are lists of what they were sent.
import { type LocalBus, localBus } from "../../lib/bus/bus-local.ts";
import type { ViewerId } from "../../lib/game/ids.ts";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import { clockGame } from "../../lib/protocol/clock-game.ts";
import type { Answer } from "../../lib/room/answer.ts";
import type { Frame } from "../../lib/room/frame.ts";
import { gameLock } from "../../lib/room/lock.ts";
import type { AnyRules } from "../../lib/room/log.ts";
import { type RoomObserver, silentObserver } from "../../lib/room/observer.ts";
import type { Room } from "../../lib/room/room.ts";
import { Rooms } from "../../lib/room/rooms.ts";
import type { Subscriber } from "../../lib/room/subscriber.ts";
import type { Store } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { chanceFrom } from "../sim/chance.ts";
import { ProcessAmbient, settled, Timeline, withHeldTimers } from "../sim/timeline.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape
type Told = { readonly type: string; readonly data: any };

export interface Viewer extends Subscriber {
  readonly told: Told[];
  /** Versions as they were shown, in their order. */
  readonly versions: number[];
}

export function viewer(name: string): Viewer {
  const told: Told[] = [];
  const versions: number[] = [];
  return {
    viewerId: name as ViewerId,
    countedAs: "203.0.113.9",
    updates: "changes",
    rttMs: 0,
    told,
    versions,
    send(frame: Frame) {
      const message = JSON.parse(frame.text) as Told;
      told.push(message);
      if (message.type === "state" || message.type === "change") versions.push(message.data.v);
    },
    dismiss() {},
  };
}

export interface House {
  readonly rooms: Rooms;
  readonly store: Store;
  readonly bus: LocalBus;
  readonly timeline: Timeline;
  readonly ambient: ProcessAmbient;
  readonly bugs: unknown[];
  /** What the store failed, in words. */
  readonly faults: string[];
  /** What each commit came to, as it is counted. */
  readonly outcomes: string[];
  /** What the rooms had to tell the operator of, in words. */
  readonly oddities: string[];
  /** Turns that were taken in any game so far. */
  turns(): number;
  /** Lets `ms` of virtual time go by, with all that happens in it. */
  pass(ms: number): Promise<void>;
  create(viewer: Viewer, id: string | null, settings?: object): Promise<{ readonly answer: Answer; readonly room: Room | null }>;
  give(room: Room, sender: Viewer | null, command: { readonly type: string }, id?: string | null): Promise<Answer>;
  join(gameId: string, viewer: Viewer): Promise<Answer>;
}

export interface HouseParts {
  readonly store?: (inner: Store, timeline: Timeline) => Store;
  readonly rules?: (rules: AnyRules) => AnyRules;
  /** Games that are hosted beside the clock. */
  readonly others?: readonly AnyRules[];
  readonly bus?: (inner: LocalBus, timeline: Timeline) => LocalBus;
  readonly gameIdChars?: number;
  readonly roomsMax?: number;
  readonly lockWaitMs?: number;
  readonly lockPendingMax?: number;
}

const game = hosted(clockGame);

/** Runs a test in virtual time: the lock's own timeouts are held too. */
export async function inHouse(work: (house: House) => Promise<void>, parts: HouseParts = {}): Promise<void> {
  const timeline = new Timeline();
  await withHeldTimers(timeline, () => work(openHouse(timeline, parts)));
}

function openHouse(timeline: Timeline, parts: HouseParts): House {
  const ambient = new ProcessAmbient(timeline, chanceFrom(1), 0);
  const inner = memoryStore();
  const store = parts.store?.(inner, timeline) ?? inner;
  const bugs: unknown[] = [];
  const faults: string[] = [];
  const oddities: string[] = [];
  let turns = 0;
  const { lockWaitMs: lockWaitMsMax = 5_000, lockPendingMax = 1_000 } = parts;
  const lock = gameLock({ lockWaitMsMax, lockPendingMax }, ambient, () => {
    turns += 1;
  });
  const outcomes: string[] = [];
  const noted = (outcome: string) => void outcomes.push(outcome);
  const observer: RoomObserver = {
    ...silentObserver,
    bug: (_gameId, error) => void bugs.push(error),
    fault: (gameId, error) => void faults.push(`${gameId ?? "the look for what is due"}: ${(error as Error).message}`),
    committed: noted,
    notCommitted: noted,
    steppedBack: (_gameId, from, to) => void oddities.push(`stepped back from ${from} to ${to}`),
    vanished: (_gameId, { v, at, status }) => void oddities.push(`vanished at ${v}, ${status} since ${at}`),
    tokensRevoked: () => void oddities.push("tokens revoked"),
    threwAtLog: (_gameId, { message, cause }) => void oddities.push(`${message} ${cause}`),
  };
  const rules = parts.rules?.(game.rules) ?? game.rules;
  const { gameIdChars = 6, roomsMax = 20_000, others = [] } = parts;
  const limits = { roomIdleMs: 10_000, roomsMax, gameIdChars, gameIdTriesMax: 20 };
  const alone = localBus();
  const bus = parts.bus?.(alone, timeline) ?? alone;
  const rooms = new Rooms([rules, ...others], limits, { store, bus, lock, ambient, observer, instanceId: "one" });
  const answerOf = <T>(start: (answered: (value: T) => void) => Promise<void>): Promise<T> =>
    new Promise((resolve, reject) => void start(resolve).catch(reject));
  return {
    rooms,
    store: inner,
    bus,
    timeline,
    ambient,
    bugs,
    faults,
    outcomes,
    oddities,
    turns: () => turns,
    async pass(ms) {
      const until = timeline.now + ms;
      await settled();
      while (await timeline.step(until));
    },
    create: (sender, actionId, settings = {}) =>
      answerOf((answered) =>
        rooms.create({
          kind: "clock",
          sender,
          name: null,
          settings: game.createSettings.parse(settings),
          actionId,
          answered: (answer, room) => answered({ answer, room }),
        }),
      ),
    give: (room, sender, command, actionId = null) => answerOf((answered) => room.execute({ sender, command, actionId, answered })),
    async join(gameId, subscriber) {
      const found = await rooms.find(gameId);
      if ("refused" in found) return { ok: false, code: found.refused };
      return answerOf((answered) => found.room.join(subscriber, answered));
    },
  };
}
