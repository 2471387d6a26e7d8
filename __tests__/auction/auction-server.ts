// The server as it is, with a third game beside the two: what a program of one's own does to host another game.
import { hostedGames } from "../../lib/hosted-games.ts";
import { runServer } from "../../server.ts";
import { auction } from "./auction-game.ts";

await runServer([...hostedGames(), auction]);
