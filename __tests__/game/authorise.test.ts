import { describe, expect, test } from "vitest";
import { askerOf, authorise, permissions } from "../../lib/game/authorise.ts";
import type { Command } from "../../lib/game/commands.ts";
import type { Status } from "../../lib/game/view.ts";
import { play, Table } from "./table.ts";

/** What the product's table says, written down a second time: who may, and in which status. */
const wanted: Readonly<Record<Command["type"], readonly [who: string, when: string]>> = {
  claim: ["viewer", "waiting running paused finished"],
  unclaim: ["claimed", "waiting running paused finished"],
  start: ["host claimed", "waiting paused"],
  pause: ["host claimed", "running paused"],
  reset: ["host claimed", "waiting running paused finished"],
  switch: ["host active", "waiting running paused"],
  passTurn: ["active host", "running"],
  interrupt: ["seat", "running"],
  passPriority: ["seat", "running"],
  toggleTarget: ["active", "running"],
  confirmTargets: ["active", "running"],
  cancelTargeting: ["active", "running"],
  passTargetPriority: ["seat", "running"],
  timeoutChoice: ["seat", "running"],
  updatePlayer: ["host self", "waiting running paused finished"],
  updateTable: ["host claimed", "running paused"],
  adjustTime: ["host", "waiting running paused"],
  addPenalty: ["host", "running paused"],
  eliminate: ["host", "running paused"],
  revive: ["host", "running paused"],
  kick: ["host", "waiting running paused finished"],
  updateSettings: ["host", "waiting running paused finished"],
  renameGame: ["host", "waiting running paused finished"],
  transferHost: ["host", "waiting running paused finished"],
  endGame: ["host", "waiting running paused finished"],
  rollDice: ["seat", "waiting running paused finished"],
  rollPlayOrder: ["host", "waiting"],
  randomStartPlayer: ["host", "waiting"],
  nextRound: ["host", "finished"],
  undo: ["host claimed", "waiting running paused finished"],
};

/** Every command in well-formed examples: about an own seat (A), another's (B), the active one (D), an unclaimed one (E). */
const examples: readonly Command[] = (Object.keys(wanted) as Command["type"][]).flatMap((type): Command[] => {
  const about = (extra: object) => [1, 2, 4, 5].map((playerId) => ({ type, playerId, ...extra }) as Command);
  switch (type) {
    case "claim":
    case "switch":
    case "toggleTarget":
    case "addPenalty":
    case "eliminate":
    case "revive":
    case "kick":
    case "transferHost":
      return about({});
    case "passTurn":
    case "interrupt":
    case "passPriority":
    case "passTargetPriority":
      return [{ type }, ...about({})];
    case "timeoutChoice":
      return [{ type, choice: "gainDrunk" }, ...about({ choice: "loseLives" })];
    case "updatePlayer":
      return about({ life: 7 });
    case "adjustTime":
      return about({ deltaMs: 1_000 });
    case "updateTable":
      return [{ type, stormCount: 2 }];
    case "updateSettings":
      return [{ type, settings: { listed: true } }];
    case "renameGame":
      return [{ type, name: "Renamed" }];
    case "rollDice":
      return [{ type, sides: 6 }, ...about({ sides: 6 })];
    default:
      return [{ type } as Command];
  }
});

interface Scene {
  readonly name: string;
  readonly status: Status;
  readonly table: Table;
}

/** Six seats: A, B, C, D claimed, E and F not. D begins, C dies when there is play. Host is who made it, without a seat. */
function scene(name: string, more: string, settings: object = {}): Scene {
  const table = new Table({ playerCount: 6, warningThresholds: [], ...settings });
  play(
    table,
    `at 0  A claim A -> seat-claimed A
    B claim B -> seat-claimed B
    C claim C -> seat-claimed C
    D claim D -> seat-claimed D
    host switch D -> turn-passed - D 0`,
  );
  play(table, more);
  return { name, status: table.state.status, table };
}

const running = "at 0 host start -> game-started\nhost eliminate C -> eliminated C host";
const over = [..."ABDE"].map((letter) => `host eliminate ${letter}`).join("\n");

const scenes: readonly Scene[] = [
  scene("waiting", ""),
  scene("running", running),
  scene("running, an unclaimed seat has the turn", `${running}\nhost switch E`),
  scene("running, B holds priority", `${running}\nB interrupt`),
  scene("running, E holds priority", `${running}\nhost interrupt E`),
  scene("running, choosing targets", `${running}\nD toggleTarget B`),
  scene("running, B and E are asked", `${running}\nD toggleTarget B\nD toggleTarget E\nD confirmTargets`),
  scene("running, D has to choose", `${running}\nat 10000 wake -> timeout D 1`, { initialTime: 10_000 }),
  scene("paused", `${running}\nhost pause`),
  scene("paused after an outage", `${running}\nat 9000 shell outage 8000`),
  scene("finished", `${running}\n${over}`),
  scene("finished round", `${running}\n${over}`, { mode: "campaign" }),
  scene("host has seat A", `${running}\nhost transferHost A`),
  scene("host has the turn", `${running}\nhost transferHost D`),
  scene("closed", `${running}\nhost endGame`),
];

const roles = ["host", "A", "B", "C", "D", "V"] as const;

/** An opinion of one's own about one cell. */
function allowed({ table, status }: Scene, role: string, command: Command): boolean {
  const view = table.view();
  const [who, when] = wanted[command.type];
  if (table.state.closed || !when.split(" ").includes(status)) return false;
  const seat = ["A", "B", "C", "D"].indexOf(role) + 1;
  const isHost = view.hostPlayer === null ? role === "host" : view.hostPlayer === seat;
  const about = "playerId" in command ? command.playerId : undefined;
  const isFree = (id: number) => view.players[id - 1]?.claimed === false;
  const actsFor = (id: number) => id === seat || (isHost && isFree(id));
  const facts: Record<string, boolean> = {
    viewer: true,
    host: isHost,
    claimed: seat > 0,
    self: seat > 0 && about === seat,
    active: status !== "waiting" && view.activePlayer !== null && actsFor(view.activePlayer),
    seat: about === undefined ? seat > 0 : actsFor(about),
  };
  return who.split(" ").some((right) => facts[right]);
}

const turnedAway = new Set(["not-host", "no-seat", "not-your-turn", "not-allowed", "wrong-status"]);

describe("AU authorisation", () => {
  test("AU1 the table is the product's table", () => {
    const table = Object.fromEntries(
      Object.entries(permissions).map(([type, row]) => [type, [row.rights.join(" "), row.statuses.join(" ")]]),
    );
    expect(table).toEqual(wanted);
  });

  let cells = 0;
  for (const at of scenes) {
    for (const role of roles) {
      test(`AU1 L13 ${at.name}: ${role} may do what the table says and nothing else`, () => {
        const { table } = at;
        const asker = askerOf(table.state, table.viewer(role));
        for (const command of examples) {
          const before = table.state;
          const refusal = authorise(before, asker, command);
          expect(refusal === null, `${role}: ${JSON.stringify(command)} ${refusal?.code}`).toBe(allowed(at, role, command));
          if (refusal !== null) expect(turnedAway.has(refusal.code), refusal.code).toBe(true);
          const v = table.v;
          const log = table.log.length;
          const said = table.say(role, command);
          if (refusal !== null) expect(said).toMatchObject({ ok: false, code: refusal.code });
          if (!said.ok) expect(table.state).toBe(before);
          table.state = before;
          table.v = v;
          table.log.splice(0, table.log.length - log);
          cells += 1;
        }
      });
    }
  }

  test("AU1 the matrix is whole", () => {
    expect(cells).toBe(scenes.length * roles.length * examples.length);
    expect(cells).toBeGreaterThan(5_000);
  });

  test("AU1 who is turned away is told what he lacks: a seat, the turn, or the host's chair", () => {
    play(
      new Table({ playerCount: 3 }),
      `at 0 A claim A -> seat-claimed A
      B claim B -> seat-claimed B
      A start -> game-started
      V toggleTarget B -> ! no-seat
      B toggleTarget C -> ! not-your-turn
      # A host without a seat lacks the turn alone: he has it wherever nobody has claimed the seat.
      host toggleTarget B -> ! not-your-turn
      V updatePlayer A life=1 -> ! no-seat
      B updatePlayer A life=1 -> ! not-allowed
      V interrupt -> ! no-seat
      host interrupt -> ! no-seat
      V interrupt B -> ! not-allowed
      A interrupt B -> ! not-allowed
      host interrupt B -> ! not-allowed
      V reset -> ! no-seat
      V kick A -> ! not-host
      A kick B -> ! not-host`,
    );
  });

  test("AU1 what is not in the table is refused", () => {
    const table = new Table();
    const said = table.say("host", { type: "shuffle" } as unknown as Command);
    expect(said).toMatchObject({ ok: false, code: "not-allowed" });
    expect(table.say("V", { type: "toString" } as unknown as Command)).toMatchObject({ ok: false, code: "not-allowed" });
  });

  test("AU2 a closed table allows nothing, not even to be closed again", () => {
    const table = new Table();
    play(table, "at 0 host endGame -> game-ended host");
    expect(table.say("shell", { type: "close", reason: "again" })).toMatchObject({ ok: false, code: "wrong-status" });
  });

  test("AU2 the operator closes with his reason, and everybody has to go", () => {
    const table = new Table();
    const said = table.say("shell", { type: "close", reason: "retention" });
    expect(said).toMatchObject({
      ok: true,
      events: [{ type: "gameEnded", data: { reason: "retention" } }],
      dismissals: [{ viewerId: null, reason: "closed" }],
    });
  });
});
