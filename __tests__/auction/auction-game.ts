// The auction as a host needs it: rules and message shapes together.
import { z } from "zod";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import { auctionRules, type Command, limits, type Settings } from "./auction.ts";

const whole = ({ min, max }: { readonly min: number; readonly max: number }) => z.int().min(min).max(max);

const commands = {
  sitDown: z.strictObject({ seat: whole({ min: 1, max: limits.seats.max }) }),
  standUp: z.strictObject({}),
  openAuction: z.strictObject({}),
  bid: z.strictObject({ lot: whole(limits.lots), amount: whole({ min: 0, max: limits.worthMax }) }),
} as const satisfies Record<Command["type"], z.ZodType>;

const createSettings = z
  .strictObject({
    seats: whole(limits.seats).optional(),
    lots: whole(limits.lots).optional(),
    bidMs: whole(limits.bidMs).optional(),
    listed: z.boolean().optional(),
  })
  .transform(({ seats = 3, lots = 3, bidMs = 20_000, listed = false }): Settings => ({ seats, lots, bidMs, listed }));

export const auction = hosted({
  rules: auctionRules,
  createSettings,
  commands,
  toCommand: (type: string, data: object): Command => ({ ...data, type }) as Command,
});
