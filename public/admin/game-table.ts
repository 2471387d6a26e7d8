// The table of games: one row per game, found by its code, and only cells whose text changed are written, once per frame. A thousand
// games that change ten times a second must leave a frame most of its 16 ms.
import type { GameRow } from "../../lib/protocol/admin-rows.ts";

/** Drawing stops here and goes on with the next frame: half of a frame is left to the browser. */
const drawMsMax = 8;
const drawnKept = 1000;

const columns = ["code", "name", "status", "version", "seats", "viewers", "changed"] as const;

interface Shown {
  readonly row: HTMLElement;
  readonly cells: readonly HTMLElement[];
  readonly texts: string[];
}

export interface GameTable {
  readonly element: HTMLElement;
  /** Takes the newest rows; they are drawn with the next frame. */
  update(rows: readonly GameRow[]): void;
  remove(ids: readonly string[]): void;
  /** How long each frame's drawing took since the last call, ms, the newest thousand. For the page's own test. */
  spent(): readonly number[];
}

const two = (value: number) => String(value).padStart(2, "0");

function clockText(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function textsOf({ id, name, status, v, seats, seatsFree, viewers, updatedAt }: GameRow): readonly string[] {
  return [id, name, status, String(v), `${seats - seatsFree} of ${seats}`, String(viewers), clockText(updatedAt)];
}

function line(texts: readonly string[], className: string): { row: HTMLElement; cells: HTMLElement[] } {
  const row = document.createElement("div");
  row.className = className;
  const cells = texts.map((text) => {
    const cell = document.createElement("span");
    cell.append(document.createTextNode(text));
    return cell;
  });
  row.append(...cells);
  return { row, cells };
}

/** By a click anywhere on a row, or by Enter on it. */
function opensRows(body: HTMLElement, open: (id: string) => void): void {
  body.addEventListener("click", (event) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-game]")?.dataset["game"];
    if (id !== undefined) open(id);
  });
  body.addEventListener("keydown", (event) => {
    const id = (event.target as HTMLElement).dataset["game"];
    if (id !== undefined && event.key === "Enter") open(id);
  });
}

export function gameTable(open: (id: string) => void): GameTable {
  const element = document.createElement("div");
  element.className = "scroll";
  const body = document.createElement("div");
  body.className = "games";
  body.append(line(columns, "game head").row);
  element.append(body);
  const shown = new Map<string, Shown>();
  const waiting = new Map<string, GameRow>();
  let frame = 0;
  const drawnMs: number[] = [];

  opensRows(body, open);

  function add(game: GameRow, fresh: DocumentFragment): void {
    const texts = textsOf(game);
    const { row, cells } = line(texts, "game");
    row.dataset["game"] = game.id;
    row.tabIndex = 0;
    row.setAttribute("role", "link");
    shown.set(game.id, { row, cells, texts: [...texts] });
    fresh.append(row);
  }

  function write({ cells, texts }: Shown, game: GameRow): void {
    textsOf(game).forEach((text, index) => {
      if (texts[index] === text) return;
      texts[index] = text;
      const node = cells[index]?.firstChild;
      if (node instanceof Text) node.data = text;
    });
  }

  function draw(): void {
    frame = 0;
    const from = performance.now();
    const fresh = document.createDocumentFragment();
    for (const [id, game] of waiting) {
      if (performance.now() - from > drawMsMax) break;
      waiting.delete(id);
      const known = shown.get(id);
      if (known === undefined) add(game, fresh);
      else write(known, game);
    }
    if (fresh.childElementCount > 0) body.append(fresh);
    if (waiting.size > 0) frame = requestAnimationFrame(draw);
    drawnMs.push(performance.now() - from);
    if (drawnMs.length > drawnKept) drawnMs.shift();
  }

  return {
    element,
    update(rows) {
      for (const row of rows) waiting.set(row.id, row);
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
    remove(ids) {
      for (const id of ids) {
        waiting.delete(id);
        shown.get(id)?.row.remove();
        shown.delete(id);
      }
    },
    spent: () => drawnMs.splice(0),
  };
}
