// All of HTTP as the server mounts it, for what a virtual edge hosts.
import { join } from "node:path";
import express, { type Express } from "express";
import { httpApp } from "../../lib/gateway/http.ts";
import type { HttpParts } from "../../lib/gateway/http-parts.ts";
import { createHealth } from "../../lib/ops/health.ts";
import type { virtualEdge } from "./virtual-edge.ts";

/** `parts` takes the place of what it would have. There is no page unless a folder for it is given. */
export function virtualHttp(all: ReturnType<typeof virtualEdge>, parts: Partial<HttpParts> = {}): Express {
  const { edge, rooms, store, ambient } = all;
  return httpApp({
    ...{ edge, rooms, store, ambient, config: edge.config, metrics: edge.metrics },
    secrets: () => edge.config.secrets,
    games: [],
    health: createHealth({}),
    instanceId: "here",
    version: "0",
    operatorRoutes: express.Router(),
    publicDir: join(import.meta.dirname, "no-page"),
    ...parts,
  });
}
