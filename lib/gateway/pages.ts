// The page and its files. `/g/CODE` carries the table's name for link previews; what people typed is escaped here, where markup is written.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import express, { type Express, type Request, type Response } from "express";
import he from "he";
import type { Copy } from "../room/copy.ts";
import { gameIdSchema } from "../protocol/session-schemas.ts";
import type { Config } from "../ops/config.ts";
import type { HttpParts } from "./http-parts.ts";

const yearMs = 31_536_000_000;
const statusWords = { waiting: "waiting to start", running: "running", paused: "paused", finished: "finished" };

interface Preview {
  readonly title: string;
  readonly description: string;
}

type PagesParts = Pick<HttpParts, "publicDir" | "rooms" | "edge" | "config">;

/** What a link preview says about a game; null when there is none, or it cannot be known now, or whoever asks may not look now. */
async function previewOf({ rooms, edge }: PagesParts, request: Request): Promise<Preview | null> {
  const id = gameIdSchema.safeParse(request.params["code"]);
  if (!id.success) return null;
  // The page is for players as well; what it says of the game beforehand is for whoever only looks.
  if (edge.sheds("watch")) return null;
  const found = await edge.lookUps.find(rooms, id.data, edge.clientOf(request).address);
  if (!("room" in found)) return null;
  let preview: Preview | null = null;
  const { room } = found;
  const describe = ({ state }: Copy): void => {
    const { name, status, seats, seatsFree } = room.rules.index(state);
    const taken = `${seats - seatsFree} of ${seats} seats taken`;
    preview = { title: `${name} - Tap-or-Tarp`, description: `Table ${room.gameId}: ${taken}, ${statusWords[status]}.` };
  };
  await edge.spectators.during(room, () => room.read(describe, () => {}));
  return preview;
}

/** The page with a title and a description of its own. */
export function sharePage(page: string, { title, description }: Preview): string {
  const [safeTitle, safeDescription] = [title, description].map((text) => he.encode(text, { useNamedReferences: false }));
  const tags = [
    `<title>${safeTitle}</title>`,
    `<meta name="description" content="${safeDescription}" />`,
    `<meta property="og:title" content="${safeTitle}" />`,
    `<meta property="og:description" content="${safeDescription}" />`,
    '<meta property="og:type" content="website" />',
    '<meta name="twitter:card" content="summary" />',
    '<meta name="robots" content="noindex" />',
  ];
  return page
    .replace(/<title>[^<]*<\/title>/, "")
    .replace(/<meta name="description"[^>]*>/, "")
    .replace("</head>", () => `${tags.join("\n    ")}\n  </head>`);
}

/** Gives a built page, null when there is none. In development it is read each time: `npm run dev` builds it anew while the server runs. */
function builtPage(file: string, environment: Config["environment"]): () => string | null {
  const read = () => (existsSync(file) ? readFileSync(file, "utf8") : null);
  if (environment === "development") return read;
  const page = read();
  return () => page;
}

export function addPages(app: Express, parts: PagesParts): void {
  const { publicDir, config } = parts;
  const page = builtPage(join(publicDir, "index.html"), config.environment);
  // Names of these files hold a hash of what is in them.
  app.use("/assets", express.static(join(publicDir, "assets"), { immutable: true, maxAge: yearMs, fallthrough: true }));
  app.use(express.static(publicDir, { index: false, maxAge: 0 }));
  const send = (response: Response, html: string | null) => {
    if (html === null) return void response.status(503).type("text/plain").send("The page has not been built yet: run npm run build.");
    response.type("html").set("Cache-Control", "no-cache").send(html);
  };
  app.get(["/", "/overlay/:code"], (_request, response) => send(response, page()));
  for (const [path, folder] of [
    ["/admin", "admin"],
    ["/api/docs", "api-docs"],
  ] as const) {
    const own = builtPage(join(publicDir, folder, "index.html"), config.environment);
    app.get(path, (_request, response) => send(response, own()));
  }
  app.get("/g/:code", async (request: Request, response) => {
    const html = page();
    const preview = html === null ? null : await previewOf(parts, request);
    send(response, html === null || preview === null ? html : sharePage(html, preview));
  });
}
