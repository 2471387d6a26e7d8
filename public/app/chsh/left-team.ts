// The key of a team that this device has left: it opens the slot again as long as nobody else took it.
import { signal } from "@preact/signals";
import type { App } from "../app-context.ts";
import type { SeatKey } from "../net/seat-keys.ts";

const prefix = "tapotarp:left:";
/** Classes of which a key is kept. That one was closed is told to nobody who had gone. */
const classesMax = 20;

export interface LeftTeam {
  readonly name: string;
  readonly key: SeatKey;
}

/**
 * Without a key the server has not said yet that he is out: until then the key is the seat's, or nobody could leave it. `back`: he is on
 * his way in with it, and the server has not said whether it opens.
 */
type Kept = ((LeftTeam & { readonly back?: true }) | { readonly name: string; readonly key: null; readonly back?: never }) & {
  /** Wall time of the last change, ms: the oldest are forgotten first. An earlier page wrote none. */
  readonly at?: number;
};

export interface LeftTeams {
  /** The team left last in this class, or null. */
  readonly of: (code: string) => LeftTeam | null;
  readonly leave: (code: string, name: string) => void;
  /** Where this device is as the server says: the key of a team that was left is put aside, and what did not get through is said again. */
  readonly told: (code: string, isIn: boolean) => void;
  readonly comeBack: (code: string) => void;
}

export function leftTeams({ session }: Pick<App, "session">): LeftTeams {
  const { shelf, wallMs } = session.env;
  const changed = signal(0);
  const read = (code: string): Kept | null => {
    changed.value;
    try {
      return JSON.parse(shelf.get(prefix + code) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  };
  const forgetOldest = (newest: string): void => {
    const others = shelf.keys().filter((key) => key.startsWith(prefix) && key !== prefix + newest);
    const at = (key: string): number => read(key.slice(prefix.length))?.at ?? 0;
    for (const key of others.sort((a, b) => at(b) - at(a)).slice(classesMax - 1)) shelf.remove(key);
  };
  const write = (code: string, kept: Kept | null): void => {
    if (kept === null) shelf.remove(prefix + code);
    else {
      shelf.set(prefix + code, JSON.stringify({ ...kept, at: wallMs() }));
      forgetOldest(code);
    }
    changed.value += 1;
  };
  const sayIt = (): void => session.giveAnswer({ type: "leaveTeam", data: {} });
  return {
    of(code) {
      const kept = read(code);
      return kept === null || kept.key === null || kept.back ? null : { name: kept.name, key: kept.key };
    },
    leave(code, name) {
      write(code, { name, key: null });
      sayIt();
    },
    told(code, isIn) {
      const kept = read(code);
      if (kept === null || (kept.key !== null && !kept.back)) return;
      if (isIn) return kept.back ? write(code, null) : sayIt();
      // The way back was refused. While the key is there it may be open another time, without it never.
      const key = session.keys.of(code)?.seat ?? null;
      // A page that is loaded again must not sit down by itself.
      session.keys.dropSeat(code);
      write(code, key === null ? null : { name: kept.name, key });
    },
    comeBack(code) {
      const left = read(code);
      if (left === null || left.key === null) return;
      write(code, { ...left, back: true });
      session.keys.keep(code, left.key);
      session.enter(code);
    },
  };
}
