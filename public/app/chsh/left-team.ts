// The key of a team that this device has left: it opens the slot again as long as nobody else took it.
import { signal } from "@preact/signals";
import type { App } from "../app-context.ts";
import type { SeatKey } from "../net/seat-keys.ts";

const prefix = "tapotarp:left:";

export interface LeftTeam {
  readonly name: string;
  readonly key: SeatKey;
}

export interface LeftTeams {
  /** The team left last in this class, or null. */
  readonly of: (code: string) => LeftTeam | null;
  readonly leave: (code: string, name: string) => void;
  readonly comeBack: (code: string) => void;
}

export function leftTeams({ session }: Pick<App, "session">): LeftTeams {
  const { shelf } = session.env;
  const changed = signal(0);
  const of = (code: string): LeftTeam | null => {
    changed.value;
    try {
      return JSON.parse(shelf.get(prefix + code) ?? "null") as LeftTeam | null;
    } catch {
      return null;
    }
  };
  return {
    of,
    leave(code, name) {
      const key = session.keys.of(code)?.seat ?? null;
      if (key !== null) shelf.set(prefix + code, JSON.stringify({ name, key } satisfies LeftTeam));
      // A page that is loaded again must not sit down by itself.
      session.keys.dropSeat(code);
      session.give({ type: "leaveTeam", data: {} });
      changed.value += 1;
    },
    comeBack(code) {
      const left = of(code);
      shelf.remove(prefix + code);
      changed.value += 1;
      if (left === null) return;
      session.keys.keep(code, left.key);
      session.enter(code);
    },
  };
}
