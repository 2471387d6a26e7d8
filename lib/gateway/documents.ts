// The protocol's documents, made once at start: OpenAPI for HTTP, AsyncAPI for the socket. The page that shows them is /api/docs.
import type { Express } from "express";
import { asyncApiDocument } from "./asyncapi.ts";
import type { HostedGame } from "./hosted-game.ts";
import { openApiDocument } from "./openapi.ts";

interface DocumentParts {
  readonly config: { readonly limits: { readonly frameBytesMax: number } };
  readonly version: string;
  readonly games: readonly HostedGame[];
}

export function addDocuments(app: Express, { config, version, games }: DocumentParts): void {
  const documents = {
    "/api/openapi.json": openApiDocument(version),
    "/api/asyncapi.json": asyncApiDocument(version, games, config.limits.frameBytesMax),
  };
  for (const [path, document] of Object.entries(documents)) {
    const text = JSON.stringify(document);
    app.get(path, (_request, response) => void response.type("json").set("Cache-Control", "no-cache").send(text));
  }
}
