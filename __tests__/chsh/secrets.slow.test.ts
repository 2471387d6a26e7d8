// Whole rounds over real sockets, with every frame searched that the partner, the other team, the host, a watcher and readers over
// HTTP get while a round is half open.
import { afterAll, beforeAll, expect, test } from "vitest";
import { SecretWatch, type WatchedViewer } from "../support/class-secrets.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startRunningServer();
});

afterAll(() => server.dispose());

const rounds = 40;

interface Person {
  readonly client: TableClient;
  readonly watched: WatchedViewer;
}

async function comeIn(watch: SecretWatch, name: string): Promise<Person> {
  const client = await connectTable(server.port);
  const watched = watch.viewer(name);
  client.socket.on("message", (payload) => watched.received(String(payload)));
  return { client, watched };
}

/** The open round of a player, by a fresh whole state. */
async function openRound({ client }: Person): Promise<{ readonly number: number; readonly question: string }> {
  await client.request("sync");
  return client.state.round;
}

async function answer({ client, watched }: Person, round: number, value: boolean): Promise<void> {
  const data = { round, answer: value };
  watched.sent(JSON.stringify({ type: "answer", data }));
  expect((await client.request("answer", data)).type).toBe("ack");
}

/** Everything anybody can read at this moment has been received when this ends. */
async function allLook(people: readonly Person[], gameId: string, reader: WatchedViewer): Promise<void> {
  await Promise.all(people.map(({ client }) => client.request("sync")));
  for (const path of ["", "/log"]) reader.received(await (await fetch(`${server.url}/api/games/${gameId}${path}`)).text());
}

test("CS7 a partner's unfinished answer is in no frame that anybody else gets: every frame of every socket is searched", async () => {
  const watch = new SecretWatch();
  const [host, ann, bob, cem, dee, watcher] = await Promise.all(
    ["host", "ann", "bob", "cem", "dee", "watcher"].map((name) => comeIn(watch, name)),
  );
  if (!host || !ann || !bob || !cem || !dee || !watcher) throw new Error("somebody is missing");
  const reader = watch.viewer("a reader over HTTP");
  await host.client.request("create", { game: "chsh", updates: "changes" });
  const { gameId } = host.client.heard.find(({ type }) => type === "claimed")?.data ?? {};
  const updates = (person: Person) => (person === bob || person === watcher ? "states" : "changes");
  for (const person of [ann, bob, cem, dee, watcher]) await person.client.request("join", { gameId, updates: updates(person) });
  await ann.client.request("createTeam", { name: "Bell" });
  await bob.client.request("joinTeam", { teamId: 1 });
  await cem.client.request("createTeam", { name: "Aspect" });
  await dee.client.request("joinTeam", { teamId: 2 });
  await host.client.request("start");
  const everybody = [host, ann, bob, cem, dee, watcher];
  let halfOpen = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const [first, second] = round % 2 === 0 ? [ann, bob] : [bob, ann];
    const { number } = await openRound(first);
    await answer(first, number, round % 3 === 0);
    await allLook(everybody, gameId, reader);
    const before = watch.frames;
    watch.check();
    halfOpen += watch.frames - before;
    expect(watch.found).toEqual([]);
    // The other team is half through a round, then done with it.
    if (round % 5 === 0) {
      const other = round % 10 === 0 ? cem : dee;
      await answer(other, (await openRound(other)).number, true);
    }
    await answer(second, number, round % 4 === 0);
  }
  await allLook(everybody, gameId, reader);
  watch.check();
  expect(watch.found).toEqual([]);
  process.stdout.write(`${watch.frames} frames searched, ${halfOpen} of them received while a round was half open\n`);
  expect(halfOpen).toBeGreaterThan(rounds * everybody.length);
  await host.client.request("sync");
  expect(host.client.state.teams.map(({ figures }: { figures: { rounds: number } }) => figures.rounds)).toEqual([rounds, rounds / 10]);
  for (const { client } of everybody) await client.close();
});

test("the search itself finds a planted answer, in a view, in an event and under a name it does not know", () => {
  const watch = new SecretWatch();
  const [ann, bob] = [watch.viewer("ann"), watch.viewer("bob")];
  const claimed = (playerId: number) => JSON.stringify({ type: "claimed", data: { playerId } });
  ann.received(claimed(1));
  bob.received(claimed(2));
  ann.sent(JSON.stringify({ type: "answer", data: { round: 3, answer: true } }));
  ann.received(JSON.stringify({ type: "state", data: { round: { number: 3, answer: true } } }));
  watch.check();
  expect(watch.found).toEqual([]);
  const round = { teamId: 1, round: 3, answers: [true, null] };
  for (const data of [{ partner: true }, { round: { number: 3, answer: true } }, { events: [{ type: "roundCompleted", data: round }] }])
    bob.received(JSON.stringify({ type: "change", data }));
  watch.check();
  expect(watch.found).toHaveLength(3);
  bob.sent(JSON.stringify({ type: "answer", data: { round: 3, answer: false } }));
  ann.received(JSON.stringify({ type: "change", data: { last: { number: 3, answers: [true, false] } } }));
  watch.check();
  expect(watch.found).toHaveLength(3);
});
