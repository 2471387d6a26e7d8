// All of HTTP as the server mounts it, for what a virtual edge hosts.
import { join } from "node:path";
import express, { type Express, type Router } from "express";
import { httpApp } from "../../lib/gateway/http.ts";
import type { HttpParts } from "../../lib/gateway/http-parts.ts";
import { type AdminHost, adminRouter } from "../../lib/ops/admin.ts";
import { noAudit } from "../../lib/ops/audit.ts";
import { createHealth } from "../../lib/ops/health.ts";
import { createLiveGames } from "../../lib/ops/live-games.ts";
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

/** Opens the operator's routes here. */
export const virtualAdminToken = "the-admin-token-for-tests";

/** The operator's routes of a host of which only what a test asks for is there. */
export function virtualOperatorRoutes({ ambient }: ReturnType<typeof virtualEdge>, host: Partial<AdminHost> = {}): Router {
  return adminRouter({
    token: () => virtualAdminToken,
    host: host as AdminHost,
    health: createHealth({}),
    audit: noAudit(),
    live: createLiveGames(ambient),
    series: { sample() {}, samples: () => [], close() {} },
    addressOf: () => "203.0.113.9",
    countedAs: (address) => address,
    bodyBytesMax: 16_384,
  });
}
