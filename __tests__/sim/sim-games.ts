// The games that are simulated, by name.
import { auctionEvening } from "./auction-evening.ts";
import { classEvening } from "./class-evening.ts";
import { clockEvening } from "./clock-evening.ts";
import type { SimGame } from "./sim-game.ts";

export type SimKind = "clock" | "chsh" | "auction";

export const simGames: Readonly<Record<SimKind, SimGame>> = { clock: clockEvening, chsh: classEvening, auction: auctionEvening };
