// One run of the rules beside the model: the same steps to both, compared after each.
import type { Command } from "../../lib/game/commands.ts";
import type { Instant } from "../../lib/game/ids.ts";
import type { View } from "../../lib/game/view.ts";
import { Model } from "./model.ts";
import { type Asked, tickMs } from "./model-table.ts";
import { draws, type Grain, randomSettings, type Step, stepOf } from "./random-play.ts";
import { hashOf, seated, startAt, type Table } from "./table.ts";

const grain: Grain = { ms: tickMs, rtts: [0, 0, 250] };

/** Interesting situations, counted to show that runs got there. */
export type Reached = Map<string, number>;

function shown(view: View): string {
  return JSON.stringify([
    [view.status, view.pausedBy, view.activePlayer, view.turn, view.running, view.interruptingPlayers, view.targetingState],
    [view.targetedPlayers, view.awaitingPriority, view.winner, view.hostPlayer, view.undoRequest?.by, view.undoRequest?.agreed],
    view.players.map((player) => [
      player.timeRemaining,
      player.delayRemaining,
      player.penalties,
      player.isEliminated,
      player.life,
      player.counters["drunk"] ?? 0,
      player.timeoutPending,
      player.timeoutRemaining,
      player.claimed,
      player.connected,
    ]),
    view.campaign && [view.campaign.round, view.campaign.winners, view.campaign.standings.map((one) => [one.wins, one.points, one.usedMs])],
  ]);
}

function told(model: Model): string {
  const { play, request, settings } = model;
  return JSON.stringify([
    [play.status, play.pausedBy, play.active, play.turn, play.status === "running" ? model.runners() : [], play.stack, play.phase],
    [play.targets, play.asked, play.winner, model.hostSeat, request?.by, request?.agreed],
    play.seats.map((seat) => [
      seat.bank,
      seat.delay + (seat.owner !== null && seat.awayAt !== null ? seat.grace : 0),
      seat.penalties,
      seat.dead,
      seat.life,
      seat.drunk,
      seat.choice !== null,
      seat.choice ?? 0,
      seat.owner !== null,
      seat.owner !== null && seat.awayAt === null,
    ]),
    settings.campaignPreset === null ? null : [play.round, play.winners, model.standings().map((one) => [one.wins, one.points, one.used])],
  ]);
}

const count = (reached: Reached, what: string): void => void reached.set(what, (reached.get(what) ?? 0) + 1);

function note(reached: Reached, table: Table, before: View): void {
  const entry = table.log[0];
  const view = table.view();
  const types = new Set(entry?.events.map((event) => event.type));
  if (view.interruptingPlayers.length >= 3) count(reached, "stack of three");
  if (before.awaitingPriority.length > 1 && types.has("eliminated") && view.awaitingPriority.length > 0)
    count(reached, "death among targets");
  if (before.players.some((player) => player.timeoutPending) && before.status === "paused" && view.status === "running")
    count(reached, "choice over a pause");
  if (before.pausedBy === "drop" && entry?.command.type === "pause" && view.pausedBy === "player") count(reached, "pause over a drop's");
  if (types.has("undone")) {
    const v = entry?.events.find((event) => event.type === "undone")?.data as { v: number };
    const undone = table.log.find((one) => one.v === v.v);
    count(reached, undone?.command.type === "wake" ? "undo of a flag fall" : "undo");
  }
  if (types.has("campaignComplete")) count(reached, `campaign ${view.campaign?.preset}`);
  if (entry?.command.type === "outage" && types.has("gamePaused")) count(reached, "restart with running clocks");
  for (const type of types) count(reached, type);
}

function drive(table: Table, model: Model, step: Step): string | null {
  const { say, who } = step;
  const until = table.now + step.waitMs;
  if (say.type === "outage") {
    table.now = until as Instant;
    const from = until - Math.min(step.waitMs, say.agoMs);
    table.say("shell", { type: "outage", fromAt: from as Instant });
    model.outage(from - startAt, until - startAt);
    return null;
  }
  table.goto(until - startAt);
  model.pass(until - startAt);
  if (say.type === "drops") {
    table.say("shell", { type: "drop", viewerId: table.viewer(who) });
    model.drops(table.viewer(who));
    return null;
  }
  if (say.type === "reconnects") {
    const before = table.viewer(who);
    const seat = who === "host" ? null : "ABCDEFGH".indexOf(who) + 1;
    const viewer = table.renew(who);
    const said = table.say(who, { type: "reconnect", seat, tokenHash: hashOf(table.tokens.get(who) ?? "none"), grantId: null });
    if (!said.ok) table.alias(who, before);
    return said.ok === model.reconnects(seat, viewer) ? null : `reconnect accepted: ${said.ok}`;
  }
  const said = table.say(who, say as Command, { rttMs: step.rttMs });
  const drawn = said.ok ? said.events.find((event) => event.type === "randomPlayerSelected")?.data.playerId : undefined;
  const asked = { ...say, viewer: table.viewer(who), rtt: step.rttMs, ...(drawn !== undefined && { drawn }) } as Asked;
  return said.ok === model.say(asked) ? null : `accepted by the rules: ${said.ok ? "yes" : said.code}`;
}

/** Plays one run; says where rules and model part, or null when they never do. */
export function modelRun(seed: number, stepsMax: number, reached: Reached): string | null {
  const table = seated(randomSettings(seed, grain));
  table.checkEvery = 16;
  const model = new Model(table.state.settings, table.viewer("A"));
  for (let seat = 1; seat <= table.state.seats.length; seat += 1) {
    model.say({ viewer: table.viewer("ABCDEFGH"[seat - 1] ?? ""), type: "claim", playerId: seat, rtt: 0 });
  }
  const draw = draws(seed);
  // Ten rounds need a long evening.
  const isLong = table.state.settings.campaignPreset === "endurance";
  const steps = isLong ? stepsMax : 1 + draw(draw(8) === 0 ? stepsMax : Math.ceil(stepsMax / 5));
  let view = table.view();
  for (let index = 0; index < steps; index += 1) {
    const step = stepOf(draw(2 ** 31), view, grain);
    const before = view;
    const difference = drive(table, model, step);
    view = table.view();
    const [rules, naive] = [shown(view), told(model)];
    if (difference !== null || rules !== naive) {
      return `seed ${seed}, step ${index}: ${JSON.stringify(step)}\n${difference ?? ""}\nrules ${rules}\nmodel ${naive}`;
    }
    note(reached, table, before);
  }
  return null;
}
