// One instance without sockets, in this process: real rooms over a real Redis, viewers that are held in the hand, and a count of
// every timer that is set.
import { openRedisSide, type RedisSide } from "../../lib/bus/bus-redis-side.ts";
import type { ViewerId } from "../../lib/game/ids.ts";
import { type Ambient, realAmbient } from "../../lib/ops/ambient.ts";
import { clockGame } from "../../lib/protocol/clock-game.ts";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import type { Answer } from "../../lib/room/answer.ts";
import type { Frame } from "../../lib/room/frame.ts";
import type { AnyRules } from "../../lib/room/log.ts";
import { gameLock } from "../../lib/room/lock.ts";
import { type RoomObserver, silentObserver } from "../../lib/room/observer.ts";
import type { Room } from "../../lib/room/room.ts";
import { Rooms } from "../../lib/room/rooms.ts";
import type { Subscriber } from "../../lib/room/subscriber.ts";

/** The real world, with its running timers counted. */
export function countedAmbient(): { readonly ambient: Ambient; running(): number } {
  const real = realAmbient();
  const running = new Set<object>();
  const ambient: Ambient = {
    ...real,
    after(delayMs, run) {
      const mark = {};
      running.add(mark);
      const timer = real.after(delayMs, () => {
        running.delete(mark);
        run();
      });
      return {
        cancel() {
          running.delete(mark);
          timer.cancel();
        },
      };
    },
    every(intervalMs, run) {
      const mark = {};
      running.add(mark);
      const timer = real.every(intervalMs, run);
      return {
        cancel() {
          running.delete(mark);
          timer.cancel();
        },
      };
    },
  };
  return { ambient, running: () => running.size };
}

export class HeldViewer implements Subscriber {
  readonly countedAs = "203.0.113.9";
  readonly viewerId: ViewerId;
  readonly updates = "states" as const;
  readonly rttMs = 0;
  readonly frames: Frame[] = [];
  readonly dismissals: string[] = [];

  constructor(viewerId: string) {
    this.viewerId = viewerId as ViewerId;
  }

  /** Versions of the whole states it was shown, in order. */
  get states(): readonly number[] {
    return this.frames.filter(({ kind }) => kind === "state").map(({ v }) => v);
  }

  send(frame: Frame): void {
    this.frames.push(frame);
  }

  dismiss(reason: string): void {
    this.dismissals.push(reason);
  }
}

export interface Instance {
  readonly side: RedisSide;
  readonly rooms: Rooms;
  readonly stepsBack: readonly (readonly [from: number, to: number])[];
  readonly gaps: () => number;
  readonly timers: () => number;
  viewer(): HeldViewer;
  create(viewer: HeldViewer, settings?: object): Promise<Room>;
  join(gameId: string, viewer: HeldViewer): Promise<Room>;
  command(room: Room, viewer: HeldViewer, command: { readonly type: string } & Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

export interface InstanceSettings {
  readonly roomIdleMs?: number;
  /** Redis has this long to answer, ms; as long as usual when left out. */
  readonly commandMs?: number;
  readonly readAgainMs?: number;
  /** The games it hosts; the clock alone when left out. */
  readonly hosts?: readonly AnyRules[];
}

export async function openInstance(url: string, instanceId: string, settings: InstanceSettings = {}): Promise<Instance> {
  const { roomIdleMs = 60_000, commandMs, hosts = [hosted(clockGame).rules], ...busSettings } = settings;
  const redisLimits = commandMs === undefined ? {} : { commandMs };
  const { ambient, running } = countedAmbient();
  let gaps = 0;
  let serial = 0;
  const stepsBack: [number, number][] = [];
  const onGap = () => {
    gaps += 1;
  };
  const side = await openRedisSide({
    url,
    ambient,
    instanceId,
    limits: redisLimits,
    log: () => {},
    onSaved: () => {},
    onGap,
    ...busSettings,
  });
  const observer: RoomObserver = {
    ...silentObserver,
    steppedBack: (_, from, to) => void stepsBack.push([from, to]),
    vanished: (_, { v }) => void stepsBack.push([v, 0]),
  };
  const lock = gameLock({ lockWaitMsMax: 5_000, lockPendingMax: 500 }, ambient, () => {});
  const limits = { roomIdleMs, roomsMax: 20_000, gameIdChars: 6, gameIdTriesMax: 20 };
  const { store, bus } = side;
  const rooms = new Rooms(hosts, limits, { store, bus, lock, ambient, observer, instanceId });
  const viewer = () => {
    serial += 1;
    return new HeldViewer(`${instanceId}.${serial}`);
  };
  return {
    side,
    rooms,
    stepsBack,
    gaps: () => gaps,
    timers: running,
    viewer,
    create: (sender, settings = { playerCount: 2 }) =>
      new Promise((resolve, reject) => {
        const checked = hosted(clockGame).createSettings.parse(settings);
        const answered = (answer: Answer, room: Room | null) => (room === null ? reject(new Error(JSON.stringify(answer))) : resolve(room));
        void rooms.create({ kind: clockGame.rules.kind, sender, name: null, settings: checked, actionId: null, answered });
      }),
    async join(gameId, sender) {
      const found = await rooms.find(gameId);
      if ("refused" in found) throw new Error(found.refused);
      await new Promise<Answer>((resolve) => void found.room.join(sender, resolve));
      return found.room;
    },
    command: (room, sender, command) => new Promise((answered) => void room.execute({ sender, command, actionId: null, answered })),
    async close() {
      await rooms.close();
      await bus.close();
      await store.close();
    },
  };
}
