// What `npm run deletions` takes away, one at a time, and the tests that have to notice. Each `from` stands once in its file.
import { createRequire } from "node:module";

export interface Deletion {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The file of tests that has to notice. */
  readonly test: string;
  /** Only tests whose title matches; all of the file when left out. */
  readonly title?: string;
}

const rulesFile = ".dependency-cruiser.cjs";
const { forbidden } = createRequire(import.meta.url)(`../${rulesFile}`) as { forbidden: readonly Pick<Deletion, "name">[] };
/** Every import rule there is. */
const importRules = forbidden.map(
  ({ name }): Deletion => ({
    name: `import rule ${name}`,
    file: rulesFile,
    from: "\n  ],\n  options: {",
    to: `\n  ].filter(({ name }) => name !== "${name}"),\n  options: {`,
    test: "__tests__/tidy/imports.slow.test.ts",
    title: "importing",
  }),
);

const invariants = [
  "time is conserved",
  "accounts are whole and not negative",
  "no dead seat holds anything",
  "one seat per viewer",
  "a winner only when finished, and alive",
  "paused by something exactly while paused",
  "targets fit their phase",
  "what is played has a turn and two living seats",
  "the stack, the order and the runners fit",
  "the host's seat has a holder",
  "a host who sits is host from his seat",
  "rounds fit the preset",
  "a closed table has no holders",
].map(
  (name): Deletion => ({
    name: `invariant: ${name}`,
    file: "lib/game/invariants.ts",
    from: "checks.filter(([, holds]) => !holds(state))",
    to: `checks.filter(([name, holds]) => name !== ${JSON.stringify(name)} && !holds(state))`,
    test: "__tests__/game/invariants.test.ts",
  }),
);

const decode = { file: "lib/protocol/decode.ts", test: "__tests__/protocol/decode.test.ts" };
const outbox = { file: "lib/gateway/outbox.ts", test: "__tests__/gateway/outbox.test.ts" };
const seats = { test: "__tests__/game/seats.test.ts" };
const address = { test: "__tests__/gateway/address.test.ts" };
const contract = "a commit on a version that is not the newest|whose history parted|F01: 50 commits";

const others: readonly Deletion[] = [
  { ...decode, name: "limit: depth of a message", from: "if (depth > jsonDepthMax) return true;", to: "" },
  { ...decode, name: "limit: keys of a message", from: "if (keys > jsonKeysMax) return true;", to: "" },
  { ...decode, name: "limit: values side by side in a message", from: "if (commas > jsonCommasMax) return true;", to: "" },
  { ...decode, name: "limit: length of an action id", from: " || given.length > actionIdCharsMax", to: "" },
  {
    name: "limit: depth of the stack",
    file: "lib/game/priority.ts",
    from: 'if (state.stack.length >= limits.stackMax) return refuse("stack-full");',
    to: "",
    test: "__tests__/game/priority.test.ts",
  },
  {
    name: "limit: a bank of 24 h",
    file: "lib/game/clock.ts",
    from: "Math.min(limits.bankMsMax, seat.bankMs + ms)",
    to: "seat.bankMs + ms",
    test: "__tests__/game/clock.test.ts",
  },
  {
    name: "limit: life",
    file: "lib/game/life.ts",
    from: 'if (life !== undefined && !within(life, limits.life)) return "life";',
    to: "",
    test: "__tests__/game/life.test.ts",
  },
  {
    name: "limit: length of names",
    file: "lib/game/names.ts",
    from: " || graphemeCount(clean, max) > max",
    to: "",
    test: "__tests__/game/setup.test.ts",
  },
  {
    name: "limit: bytes that wait for a reader",
    ...outbox,
    from: "if (this.bytes > this.#parts.limits.outboxBytesMax) this.#giveUp();",
    to: "",
  },
  { name: "limit: events that wait for a reader", ...outbox, from: "if (this.#events > eventsHeldMax) this.#dropOldestEvent();", to: "" },
  {
    name: "limit: time in which a reader takes nothing",
    ...outbox,
    from: "if (now - this.#progressAt >= this.#parts.limits.outboxStuckMs) this.#giveUp();",
    to: "",
  },
  {
    name: "limit: rate per address",
    file: "lib/gateway/address-limits.ts",
    ...address,
    from: "if (wait !== null) return wait;",
    to: "",
  },
  {
    name: "limit: sockets per address",
    file: "lib/gateway/address-limits.ts",
    ...address,
    from: "if (keys.some(({ key, times }) => (held.get(key) ?? 0) >= most * times)) return false;",
    to: "",
  },
  {
    name: "limit: burst of a rate",
    file: "lib/gateway/bucket.ts",
    from: "Math.min(this.#rate.burst, this.#tokens + this.#inflow(this.#at, now))",
    to: "this.#tokens + this.#inflow(this.#at, now)",
    test: "__tests__/gateway/pace.test.ts",
  },
  {
    name: "limit: spectators' share of a game's pace",
    file: "lib/gateway/session-pace.ts",
    from: "const spectators = this.holdsSeat ? null : pace.ofSpectators(room);",
    to: "const spectators = null as Bucket | null;",
    test: "__tests__/gateway/session.test.ts",
  },
  {
    name: "limit: spectators' places in a game's queue",
    file: "lib/gateway/spectators.ts",
    from: "if (line.inside >= insideMax) return false;",
    to: "",
    test: "__tests__/gateway/session.test.ts",
  },
  {
    name: "limit: bytes of a frame",
    file: "lib/gateway/gateway.ts",
    from: "maxPayload: limits.frameBytesMax,",
    to: "",
    test: "__tests__/gateway/frames.slow.test.ts",
    title: "65,537 bytes",
  },
  {
    name: "limit: commands that wait for one game",
    file: "lib/room/lock.ts",
    from: ", maxPending: limits.lockPendingMax",
    to: "",
    test: "__tests__/room/faults.test.ts",
  },
  {
    name: "limit: wait for a turn",
    file: "lib/room/lock.ts",
    from: "timeout: limits.lockWaitMsMax, ",
    to: "",
    test: "__tests__/room/faults.test.ts",
  },
  {
    name: "limit: records of a flood",
    file: "lib/ops/audit.ts",
    from: "this.#thisSecond[whose] > recordsPerSecondMax || ",
    to: "",
    test: "__tests__/ops/audit.test.ts",
  },
  {
    name: "limit: bytes of a month's audit log",
    file: "lib/ops/audit.ts",
    from: "return !isFull && ",
    to: "return ",
    test: "__tests__/ops/audit.test.ts",
  },
  {
    name: "default deny",
    file: "lib/game/authorise.ts",
    from: 'if (!Object.hasOwn(permissions, command.type)) return { code: "not-allowed" };',
    to: "if (!Object.hasOwn(permissions, command.type)) return null;",
    test: "__tests__/game/authorise.test.ts",
  },
  {
    name: "rights are asked",
    file: "lib/game/authorise.ts",
    from: "if (!row.rights.some(has(state, asker, command))) return { code: excuse(asker, row, playerId) };",
    to: "",
    test: "__tests__/game/authorise.test.ts",
  },
  {
    name: "a closed table allows nothing",
    file: "lib/game/authorise.ts",
    from: "!state.closed && ",
    to: "",
    test: "__tests__/game/authorise.test.ts",
  },
  {
    name: "version check, memory",
    file: "lib/store/store-memory.ts",
    from: "game.v !== commit.expectedV || game.hash !== commit.prevHash",
    to: "false",
    test: "__tests__/store/memory.test.ts",
  },
  {
    name: "version check, SQLite",
    file: "lib/store/sqlite-batch.ts",
    from: "game.v === expectedV && game.hash === prevHash",
    to: "true",
    test: "__tests__/store/sqlite.slow.test.ts",
    title: contract,
  },
  {
    name: "hash check of a commit, SQLite",
    file: "lib/store/sqlite-batch.ts",
    from: " && game.hash === prevHash",
    to: "",
    test: "__tests__/store/sqlite.slow.test.ts",
    title: contract,
  },
  {
    name: "version check, Redis",
    file: "lib/store/redis-scripts.ts",
    from: "if (oldV or '0') ~= expectedV or (oldV",
    to: "if (oldV",
    test: "__tests__/redis/contract.slow.test.ts",
    title: contract,
  },
  {
    name: "hash check of a commit, Redis",
    file: "lib/store/redis-scripts.ts",
    from: " or (oldV and oldHash ~= prevHash)",
    to: "",
    test: "__tests__/redis/contract.slow.test.ts",
    title: contract,
  },
  {
    name: "chain check of the checker",
    file: "__tests__/checker/checker.ts",
    from: "chainHash(entry.prevHash, entry.v, entry.change, state) !== entry.hash",
    to: "false",
    test: "__tests__/checker/checker.test.ts",
  },
  {
    name: "chain check of the audit log",
    file: "lib/ops/audit-record.ts",
    from: "record.prev === before.hash && record.n === before.n + 1",
    to: "true",
    test: "__tests__/ops/audit.test.ts",
  },
  {
    name: "origin: whole labels",
    file: "lib/gateway/origin.ts",
    from: 'labels.length > parent.length && labels.slice(-parent.length).every((label, i) => label === parent[i]) && !labels.includes("")',
    to: "host.endsWith(pattern.host)",
    test: "__tests__/gateway/origin.test.ts",
  },
  {
    name: "origin: scheme and port",
    file: "lib/gateway/origin.ts",
    from: "if (pattern.scheme !== scheme || pattern.port !== port) return false;",
    to: "",
    test: "__tests__/gateway/origin.test.ts",
  },
  {
    name: "origin: a missing one",
    file: "lib/gateway/origin.ts",
    from: "if (claim.origin === undefined) return allowMissing;",
    to: "if (claim.origin === undefined) return true;",
    test: "__tests__/gateway/origin.test.ts",
  },
  {
    name: "only trusted proxies are believed",
    file: "lib/gateway/address.ts",
    ...address,
    from: "trustedProxies.length > 0 && trust(plain(socketAddress), 0)",
    to: "true",
  },
  {
    name: "no verdict while our own loop lags",
    file: "lib/gateway/heartbeat.ts",
    from: "if (stoodStill || this.#parts.isLate()) this.#lenientUntil = now + this.#parts.heartbeatMs;",
    to: "",
    test: "__tests__/gateway/pace.test.ts",
  },
  {
    name: "overload refuses",
    file: "lib/gateway/overload.ts",
    from: "return this.#pressure >= refusedFrom[work];",
    to: "return false;",
    test: "__tests__/gateway/pace.test.ts",
  },
  {
    name: "a retired token voids the others",
    file: "lib/game/holders.ts",
    ...seats,
    from: 'return sameHash(tokenHash, holder.retiredTokenHash) ? "retired" : "none";',
    to: 'return "none";',
  },
  {
    name: "a seat is free an hour after the drop",
    file: "lib/game/settle.ts",
    ...seats,
    from: "if (droppedAt !== null && droppedAt + limits.seatAwayMs <= state.at) lapse(draft, seat.id);",
    to: "",
  },
  {
    name: "the operator's token is compared",
    file: "lib/ops/bearer.ts",
    from: "match !== null && same",
    to: "match !== null",
    test: "__tests__/ops/admin.test.ts",
  },
  {
    name: "a standstill is noticed",
    file: "lib/ops/standstill.ts",
    from: "if (untilAt - fromAt > mostMs) noticed({ fromAt, untilAt });",
    to: "",
    test: "__tests__/ops/standstill.test.ts",
  },
  {
    name: "a time in which nothing could be saved is counted",
    file: "lib/ops/away.ts",
    from: "if (untilAt - fromAt <= mostMs) return;",
    to: "return;",
    test: "__tests__/ops/away.test.ts",
  },
  {
    name: "a game read before a standstill is read again",
    file: "lib/room/keeper.ts",
    from: "return this.#standstills !== this.#parts.store.outages.standstills;",
    to: "return false;",
    test: "__tests__/room/standstill.test.ts",
  },
  {
    name: "server time runs on when the clock is set back",
    file: "lib/ops/ambient.ts",
    from: "ours + (atMs - (lookedAtMs ?? atMs)) * paceAhead",
    to: "ours",
    test: "__tests__/ops/ambient.test.ts",
  },
  {
    name: "nothing is forgotten by a clock that may be wrong",
    file: "lib/ops/retention.ts",
    from: "isForgetting = isSettled();",
    to: "isForgetting = true;",
    test: "__tests__/ops/retention.test.ts",
  },
];

export const deletions: readonly Deletion[] = [...importRules, ...invariants, ...others];
