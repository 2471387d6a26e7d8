// What the upgrade gate says to who may connect, when the server is not in a state to take him: in virtual time, without sockets.
import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { upgradeGate } from "../../lib/gateway/upgrade-gate.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const request = { url: "/", headers: { host: "here" }, socket: { remoteAddress: "203.0.113.9" } } as unknown as IncomingMessage;

function gate(connections = 0) {
  const { edge, setQueueDepth } = virtualEdge({ limits: { connectionsMax: 5, storeQueueChangesMax: 800 } });
  const ask = upgradeGate(edge, () => connections);
  return { edge, setQueueDepth, ask: () => ask(request) };
}

test("SAFETY 19 who wants in is let in while taps are taken, and sent away with 503 when even they are refused", () => {
  const { ask, setQueueDepth } = gate();
  setQueueDepth(799);
  expect(ask()).toMatchObject({ ok: true });
  setQueueDepth(800);
  expect(ask()).toMatchObject({ ok: false, refusal: { reason: "overload", status: 503, retryAfterMs: 5_000 } });
  setQueueDepth(0);
  expect(ask()).toMatchObject({ ok: true });
});

test("SAFETY 22 on the way out nobody is let in", () => {
  const { edge, ask } = gate();
  edge.draining = true;
  expect(ask()).toMatchObject({ ok: false, refusal: { reason: "draining", status: 503, retryAfterMs: 1_000 } });
});

test("SAFETY 13 nobody is let in past the connections there may be", () => {
  expect(gate(4).ask()).toMatchObject({ ok: true });
  expect(gate(5).ask()).toMatchObject({ ok: false, refusal: { reason: "full", status: 503, retryAfterMs: 5_000 } });
});

test("SAFETY 14 without a list of origins only pages of the same host may open a socket in production, and any page elsewhere", () => {
  const answers = (env: Readonly<Record<string, string>>) => {
    const ask = upgradeGate(virtualEdge({ env }).edge, () => 0);
    return ["https://play.example", "https://evil.example", undefined].map((origin) => {
      const verdict = ask({ ...request, headers: { host: "play.example", origin } } as IncomingMessage);
      return verdict.ok ? "in" : verdict.refusal.status;
    });
  };
  expect(answers({ NODE_ENV: "production" })).toEqual(["in", 403, 403]);
  expect(answers({ NODE_ENV: "development" })).toEqual(["in", "in", "in"]);
});

test("F16 F19 F46 whoever is not let in is counted by the reason, and noted where it is a security event", async () => {
  const limits = { upgradesPerAddressPerMinuteMax: 3, connectionsPerAddressMax: 1 };
  const { edge, metrics, notes } = virtualEdge({ env: { NODE_ENV: "production" }, limits });
  const ask = upgradeGate(edge, () => 0);
  for (const host of ["elsewhere", "here", "here", "here"])
    ask({ ...request, headers: { host, origin: "https://here" } } as IncomingMessage);
  expect(notes).toEqual([
    { event: "origin-refused", detail: { origin: "https://here" } },
    { event: "rate-limited", detail: { kind: "connections" } },
    { event: "rate-limited", detail: { kind: "upgrades" } },
  ]);
  const text = await metrics.text();
  const counted = text.match(/^tapotarp_(upgrades_refused|origins_refused|rate_limited)_total\S* [1-9]\d*$/gm);
  expect(counted?.map((line) => line.replace("tapotarp_", ""))).toEqual([
    "origins_refused_total 1",
    'upgrades_refused_total{reason="origin"} 1',
    'upgrades_refused_total{reason="address"} 1',
    'upgrades_refused_total{reason="rate"} 1',
    'rate_limited_total{kind="connections"} 1',
    'rate_limited_total{kind="upgrades"} 1',
  ]);
});

test("F16 SAFETY 19 what is refused because of overload is counted by its kind", async () => {
  const { edge, metrics, setQueueDepth } = virtualEdge({ limits: { storeQueueChangesMax: 800 } });
  setQueueDepth(200);
  expect((["create", "join", "watch", "tap"] as const).map((work) => edge.sheds(work))).toEqual([true, true, false, false]);
  expect((await metrics.text()).match(/^tapotarp_shed_total\S* \d+$/gm)).toEqual(
    ["create 1", "join 1", "watch 0", "tap 0", "other 0"].map((of) => of.replace(/(\w+) /, 'tapotarp_shed_total{kind="$1"} ')),
  );
});

test("SAFETY 14 a page comes from this very host also where its proxy says wss of a socket instead of https, as Traefik does", () => {
  const ask = upgradeGate(virtualEdge({ env: { NODE_ENV: "production", TRUSTED_PROXIES: "loopback" } }).edge, () => 0);
  const answer = (origin: string, scheme: string) => {
    const headers = { host: "play.example", origin, "x-forwarded-proto": scheme };
    const socket = { remoteAddress: "127.0.0.1" };
    const verdict = ask({ ...request, headers, socket, connection: socket } as unknown as IncomingMessage);
    return verdict.ok ? "in" : verdict.refusal.status;
  };
  const schemes = ["https", "wss", "WSS", "http", "ws"];
  expect(schemes.map((scheme) => answer("https://play.example", scheme))).toEqual(["in", "in", "in", 403, 403]);
  expect(schemes.map((scheme) => answer("http://play.example", scheme))).toEqual([403, 403, 403, "in", "in"]);
});
