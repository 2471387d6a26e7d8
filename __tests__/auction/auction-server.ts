// The server as it is, with a third game beside the two: what a program of one's own does to host another game.
import { readConfig, secretSource } from "../../lib/ops/config.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { startServer } from "../../server.ts";
import { auction } from "./auction-game.ts";

const { stop } = await startServer(readConfig(process.env), secretSource(process.env), [...hostedGames(), auction]);
process.on("SIGTERM", () => stop.request("SIGTERM"));
