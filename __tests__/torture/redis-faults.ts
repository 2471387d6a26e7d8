// The ways three servers on one Redis are broken while people play. Each breaks, heals, says when it did, and gives how often it
// really hit.
import { eventually } from "../redis/instances.ts";
import { pause } from "./redis-bot.ts";
import type { Ground, Seat } from "./redis-ground.ts";
import type { RedisProxy } from "./redis-proxy.ts";

/** `lifted` is called the moment nothing is broken any more. Resolves when every server says that it is ready. */
export type Fault = (ground: Ground, lifted: () => void) => Promise<number>;

/** Time for which everything is well before and after. */
const calmMs = 500;

async function allReady(ground: Ground): Promise<void> {
  const isReady = ({ server }: Seat) =>
    fetch(`${server.url}/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  await eventually("every server is ready again", async () => (await Promise.all(ground.seats.map(isReady))).every(Boolean), 30_000);
}

/** A fault that calls `broken` between two calm times; gives how often it hit. */
function around(broken: (ground: Ground) => Promise<number>): Fault {
  return async (ground, lifted) => {
    await pause(calmMs);
    const hits = await broken(ground);
    lifted();
    await allReady(ground);
    return hits;
  };
}

/** How often Redis gave this error. */
async function errorsOf(ground: Ground, code: string): Promise<number> {
  const text = await ground.inside.info("errorstats");
  return Number(new RegExp(`errorstat_${code}:count=(\\d+)`).exec(text)?.[1] ?? 0);
}

async function counted(ground: Ground, code: string, broken: () => Promise<void>): Promise<number> {
  const before = await errorsOf(ground, code);
  await broken();
  return (await errorsOf(ground, code)) - before;
}

export const killInstance = (times: number): Fault =>
  around(async (ground) => {
    for (let time = 0; time < times; time += 1) {
      const seat = ground.seats[ground.chance.below(3)] as Seat;
      seat.isOpen = false;
      await seat.server.kill();
      await pause(1_000);
      await ground.revive(seat);
    }
    return times;
  });

export const killRedis = (times: number): Fault =>
  around(async (ground) => {
    for (let time = 0; time < times; time += 1) {
      if (time > 0) await pause(700);
      await ground.redis.kill();
      await pause(ground.chance.below(400));
      await ground.redis.start();
    }
    return times;
  });

export const loseReplies = (ms: number): Fault =>
  around(async (ground) => {
    const proxies = ground.proxies();
    for (const proxy of proxies) Object.assign(proxy, { lost: 0, loseOneIn: 15 });
    await pause(ms);
    for (const proxy of proxies) proxy.loseOneIn = 0;
    return proxies.reduce((sum, { lost }) => sum + lost, 0);
  });

export const killSubscribers = (times: number): Fault =>
  around(async (ground) => {
    let killed = 0;
    for (let time = 0; time < times; time += 1) {
      killed += Number(await ground.inside.call("CLIENT", "KILL", "TYPE", "pubsub"));
      await pause(1_000);
    }
    return killed;
  });

export const freezeRedis = (ms: number): Fault =>
  around(async (ground) => {
    ground.redis.signal("SIGSTOP");
    await pause(ms);
    ground.redis.signal("SIGCONT");
    return 1;
  });

export const isolate = (ms: number): Fault =>
  around(async (ground) => {
    const place = ground.chance.below(3);
    const seat = ground.seats[place] as Seat;
    const proxy = ground.proxies()[place] as RedisProxy;
    seat.isOpen = false;
    proxy.silence();
    await pause(ms);
    proxy.restore();
    seat.isOpen = true;
    return 1;
  });

export const flushScripts = (times: number): Fault =>
  around((ground) =>
    counted(ground, "NOSCRIPT", async () => {
      for (let time = 0; time < times; time += 1) {
        await ground.inside.script("FLUSH");
        await pause(100);
      }
    }),
  );

export const outOfMemory = (ms: number): Fault =>
  around((ground) =>
    counted(ground, "OOM", async () => {
      await ground.inside.config("SET", "maxmemory", "1mb");
      await pause(ms);
      await ground.inside.config("SET", "maxmemory", "0");
    }),
  );

export const readOnly = (ms: number): Fault =>
  around((ground) =>
    counted(ground, "READONLY", async () => {
      await ground.inside.replicaof("127.0.0.1", 1);
      await pause(ms);
      await ground.inside.replicaof("NO", "ONE");
    }),
  );

export const rollingRestart: Fault = around(async (ground) => {
  for (const seat of ground.seats) {
    seat.isOpen = false;
    await seat.server.stop();
    await ground.revive(seat);
  }
  return ground.seats.length;
});
