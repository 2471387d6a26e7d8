// The whole matrix of a game on the wire: every command, by everybody there can be, in every status. What is allowed is written
// down a second time by each game; everything else must be refused and must change nothing.
import { type VirtualClient, virtualEdge } from "../../support/virtual-edge.ts";

type Edge = ReturnType<typeof virtualEdge>;

export interface Scene {
  /** Everybody by role; they are on connections of their own. */
  readonly people: Readonly<Record<string, VirtualClient>>;
}

export interface MatrixGame {
  /** By command: the rights that allow it, and in which statuses, with spaces between. */
  readonly wanted: Readonly<Record<string, readonly [rights: string, statuses: string]>>;
  /** Who has each right. */
  readonly rolesOf: Readonly<Record<string, readonly string[]>>;
  /** The first is in no game; one is called host. */
  readonly roles: readonly string[];
  readonly statuses: readonly string[];
  /** What the command says; nothing when left out. */
  about(type: string, by: VirtualClient): object;
  /** Allowed, yet there may be nothing to do: neither answer is wrong. */
  isOpen(cell: { readonly type: string; readonly role: string; readonly status: string }): boolean;
  open(edge: Edge, status: string): Promise<Scene>;
}

export interface MatrixVerdict {
  readonly cells: number;
  readonly wrong: readonly string[];
}

export async function tryMatrix(game: MatrixGame): Promise<MatrixVerdict> {
  const wrong: string[] = [];
  let cells = 0;
  for (const status of game.statuses) {
    let scene: Opened | null = null;
    for (const type of Object.keys(game.wanted)) {
      for (const role of game.roles) {
        scene ??= await openScene(game, status);
        cells += 1;
        const { changed, complaints } = await tryCell(game, scene, { type, role, status });
        wrong.push(...complaints);
        if (changed) scene = null;
      }
    }
  }
  return { cells, wrong };
}

interface Opened extends Scene {
  readonly reports: readonly unknown[];
}

async function openScene(game: MatrixGame, status: string): Promise<Opened> {
  const edge = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 100_000, commandsPerGamePerSecondMax: 100_000 } });
  return { ...(await game.open(edge, status)), reports: edge.reports };
}

interface Cell {
  readonly type: string;
  readonly role: string;
  readonly status: string;
}

async function tryCell(game: MatrixGame, { people, reports }: Opened, cell: Cell) {
  const { type, role, status } = cell;
  const [rights = "", when = ""] = game.wanted[type] ?? [];
  const client = people[role];
  const host = people["host"];
  if (client === undefined || host === undefined) throw new Error(`nobody is ${role}`);
  const isStranger = role === game.roles[0];
  const allowed = !isStranger && rights.split(" ").some((right) => game.rolesOf[right]?.includes(role)) && when.split(" ").includes(status);
  const before = await stateOf(host);
  const answer = await client.ask(type, game.about(type, client));
  const code: string = answer.data.code ?? "ok";
  const named = `${type} by ${role} while ${status}: ${code}`;
  const complaints: string[] = [];
  if (!allowed && code === "ok") complaints.push(`${named}, should be refused`);
  if (allowed && code !== "ok" && !game.isOpen(cell)) complaints.push(`${named}, should be allowed`);
  if (isStranger && code !== "not-joined") complaints.push(`${named}, should be not-joined`);
  if (code !== "ok" && (await stateOf(host)) !== before) complaints.push(`${named}, yet the game changed`);
  if (reports.length > 0) complaints.push(`${named}, and it threw`);
  return { changed: code === "ok", complaints };
}

/** The whole view but for what passes with time. */
async function stateOf(client: VirtualClient): Promise<string> {
  await client.ask("sync");
  const { serverTime, viewers, ...rest } = client.last("state")?.data ?? {};
  void [serverTime, viewers];
  return JSON.stringify(rest);
}
