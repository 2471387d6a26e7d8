// Two small games, played once through a real gateway: every message that a client may hear is in them. What is recorded is the wire.
import { type Guest, type Line, openScene, type Scene } from "./scene.ts";

/** `ann` takes whole states, `bob` changes; `cy` watches, `dee` never comes into a game. */
async function playClock(scene: Scene): Promise<void> {
  const ann = await scene.enter("ann");
  const settings = { playerCount: 2, initialTime: 60_000, warningThresholds: [30_000], onTimeout: "choice", startingLife: 40 };
  await ann.say("create", { name: "Friday", settings });
  const gameId = ann.last("claimed")["gameId"];
  const bob = await scene.enter("bob");
  await bob.say("join", { gameId, updates: "changes" });
  const cy = await scene.enter("cy");
  await cy.say("join", { gameId: String(gameId).toLowerCase(), updates: "changes" });
  await scene.enter("dee");
  await scene.pass(300);
  await ann.say("claim", { playerId: 1 });
  await bob.say("claim", { playerId: 2 });
  await bob.say("updatePlayer", { playerId: 2, name: "Bob", color: "#00aa88" });
  await ann.say("rollPlayOrder");
  await ann.say("randomStartPlayer");
  await ann.say("switch", { playerId: 1 });
  await cy.say("start");
  await ann.say("start");
  await playTurns(scene, { ann, bob });
  await scene.pass(60_000);
  await scene.pass(31_000);
  await bob.say("timeoutChoice", { choice: "loseLives" });
  await ann.say("updatePlayer", { playerId: 1, life: 12, was: { life: 37 } });
  await ann.say("undo");
  await ann.say("passTurn", { playerId: 2 });
  await bob.say("undo");
  await ann.say("undo", { agree: true });
  await bob.say("sync", { v: 10 });
  await cy.say("feedback", { text: "A fine clock." });
  const again = await scene.enter("bob-again");
  await again.say("reconnect", { gameId, playerId: 2, token: bob.last("claimed")["token"], updates: "changes" });
  await scene.pass(0);
  await ann.say("pause");
  await ann.say("renameGame", { name: "Saturday" });
  await ann.say("eliminate", { playerId: 2 });
  await ann.say("reset");
  await ann.say("kick", { playerId: 2 });
  await scene.pass(0);
  await ann.say("endGame");
  await scene.pass(0);
  await scene.drain();
}

/** A turn, targets, an interrupt, life and dice; ticks; and what is refused. */
async function playTurns(scene: Scene, { ann, bob }: { readonly ann: Guest; readonly bob: Guest }): Promise<void> {
  await scene.pass(2_000);
  await ann.say("passTurn");
  await bob.say("toggleTarget", { playerId: 1 });
  await bob.say("confirmTargets");
  await ann.say("passTargetPriority");
  await ann.say("interrupt");
  await scene.pass(1_500);
  await ann.say("passPriority");
  await ann.say("passTurn", { playerId: 1 });
  await ann.say("updatePlayer", { playerId: 1, life: 37, counters: { poison: 1 }, commanderDamage: { 2: [3, 0] }, source: 2 });
  await bob.say("rollDice", { sides: 20 });
  await bob.say("subscribeTicks", { intervalMs: 1_000 });
  await scene.pass(1_000);
  await bob.say("subscribeTicks", { intervalMs: 0 });
  bob.tell('{"type":"ping","data":{"t":7}}', "ping");
  bob.tell('{"type":"passTurn","data":{"playerID":2}}', "passTurn");
  bob.tell("{", "not JSON");
}

/** `host` runs the class; `ann` and `bob` are a team, `cy` watches. */
async function playClass(scene: Scene): Promise<void> {
  const host = await scene.enter("host");
  await host.say("create", { game: "chsh", name: "Monday", settings: { mode: "classic" } });
  const gameId = host.last("claimed")["gameId"];
  const ann = await scene.enter("ann");
  await ann.say("join", { gameId, updates: "changes" });
  const bob = await scene.enter("bob");
  await bob.say("join", { gameId });
  const cy = await scene.enter("cy");
  await cy.say("join", { gameId, updates: "changes" });
  await scene.enter("dee");
  await scene.pass(300);
  await ann.say("createTeam", { name: "Bell" });
  await bob.say("joinTeam", { teamId: 1 });
  await host.say("setMode", { mode: "simplified" });
  await ann.say("start");
  await host.say("start");
  await ann.say("answer", { round: 1, answer: true });
  await bob.say("answer", { round: 1, answer: false });
  await bob.say("answer", { round: 1, answer: true });
  await host.say("pause");
  await ann.say("answer", { round: 2, answer: true });
  await host.say("resume");
  await host.say("sync", { v: 4 });
  const again = await scene.enter("ann-again");
  const { playerId, token } = ann.last("claimed");
  await again.say("reconnect", { gameId, playerId, token, updates: "changes" });
  await scene.pass(0);
  await again.say("answer", { round: 2, answer: true });
  await bob.say("leaveTeam");
  await host.say("reset");
  await host.say("endGame");
  await scene.drain();
}

/** Lines by message type, in the order in which they came. */
export type Golden = ReadonlyMap<string, readonly string[]>;

async function record(play: (scene: Scene) => Promise<void>): Promise<Golden> {
  const scene = await openScene();
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
  const golden = new Map<string, string[]>();
  // Between two guests the order is the network's; to each of them it is the server's.
  const named = scene.lines.map((line) => ({ ...line, who: line.text.slice(0, line.text.indexOf(" ")) }));
  const order = (line: Line & { readonly who: string }) => line.who;
  for (const { type, text } of named.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))) {
    golden.set(type, [...(golden.get(type) ?? []), text]);
  }
  return golden;
}

export const games = { clock: () => record(playClock), chsh: () => record(playClass) } as const;
