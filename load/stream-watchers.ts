// People who watch listed games over Server-Sent Events while k6 plays them. A Node program, because k6 cannot read a stream while it lasts.
// No version may be missing or come twice.
import { setTimeout as pause } from "node:timers/promises";

export interface StreamFigures {
  readonly streams: number;
  /** States heard by all of them. */
  readonly states: number;
  /** Versions that were not the one after the last. */
  readonly gaps: number;
  /** Streams that ended before they were let go, refused ones among them. */
  readonly broken: number;
  /** Streams that were open at the end, and had long not heard what their games had come to. */
  readonly silent: number;
  readonly words: string;
  readonly passed: boolean;
}

const streamsWanted = 50;
const lookEveryMs = 250;
const readyMsMax = 15_000;
const gamesWanted = 5;
/** What was played last may still be on its way when they are let go. */
const behindMsMax = 3_000;
const idLine = /^id: (\d+)$/gm;

async function listedIds(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/api/games`).catch(() => null);
  if (response === null || !response.ok) return [];
  const { games = [] } = (await response.json()) as { readonly games?: readonly { readonly id: string }[] };
  return games.map(({ id }) => id);
}

/** What a game has come to, by another way than the streams; infinitely much where nobody says so. */
async function versionOf(url: string, id: string): Promise<number> {
  const response = await fetch(`${url}/api/games/${id}`, { signal: AbortSignal.timeout(behindMsMax) }).catch(() => null);
  return response?.ok === true ? ((await response.json()) as { readonly v: number }).v : Number.POSITIVE_INFINITY;
}

/** One stream: whose changes it hears, and how far it has come. */
interface Ear {
  readonly id: string;
  last: number;
  hasEnded: boolean;
}

/** How many of those that are open stay behind their games. */
async function silentAmong(ears: readonly Ear[], url: string): Promise<number> {
  const ids = [...new Set(ears.map(({ id }) => id))];
  const until = performance.now() + behindMsMax;
  for (;;) {
    const versions = new Map(await Promise.all(ids.map(async (id) => [id, await versionOf(url, id)] as const)));
    const behind = ears.filter(({ id, last, hasEnded }) => !hasEnded && last < (versions.get(id) ?? 0));
    if (behind.length === 0 || performance.now() > until) return behind.length;
    await pause(lookEveryMs);
  }
}

/** Follows one stream and calls `heard` with each version. Resolves when it ends. */
async function follow(url: string, signal: AbortSignal, heard: (v: number) => void): Promise<void> {
  const response = await fetch(url, { signal });
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n\n") + 2;
    rest = end < 2 ? text : text.slice(end);
    for (const [, v] of (end < 2 ? "" : text.slice(0, end)).matchAll(idLine)) heard(Number(v));
  }
}

/** Watches as soon as there are games to watch; `stop` lets go and gives the figures. */
export function watchStreams(url: string): { stop(): Promise<StreamFigures> } {
  const letGo = new AbortController();
  const counts = { streams: 0, states: 0, gaps: 0, broken: 0 };
  const ears: Ear[] = [];
  const following: Promise<void>[] = [];
  const begun = (async () => {
    const until = performance.now() + readyMsMax;
    let ids: readonly string[] = [];
    while (ids.length < gamesWanted && performance.now() < until && !letGo.signal.aborted) {
      await pause(lookEveryMs);
      ids = await listedIds(url);
    }
    for (let place = 0; place < streamsWanted && ids.length > 0; place += 1) {
      const ear: Ear = { id: ids[place % ids.length] as string, last: 0, hasEnded: false };
      ears.push(ear);
      const heard = (v: number): void => {
        counts.states += 1;
        if (ear.last !== 0 && v !== ear.last + 1) counts.gaps += 1;
        ear.last = v;
      };
      counts.streams += 1;
      // However it ends: a server that takes leave in good order, or refuses, breaks it off as well.
      const ended = (): void => {
        ear.hasEnded = true;
        if (!letGo.signal.aborted) counts.broken += 1;
      };
      following.push(follow(`${url}/api/games/${ear.id}/events`, letGo.signal, heard).then(ended, ended));
    }
  })();
  return {
    async stop() {
      const silent = await silentAmong(ears, url);
      letGo.abort();
      await begun;
      await Promise.all(following);
      const { streams, states, gaps, broken } = counts;
      const passed = streams === streamsWanted && states > streams && gaps === 0 && broken === 0 && silent === 0;
      const words = `${streams} event streams heard ${states} states, ${gaps} versions out of order, ${broken} broken off, ${silent} fell silent: ${passed ? "passed" : "FAILED"}`;
      return { ...counts, silent, words, passed };
    },
  };
}
