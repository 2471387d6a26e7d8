import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { addressKeys, addressReader } from "../../lib/gateway/address.ts";
import { addressLimits, type SharedCounts } from "../../lib/gateway/address-limits.ts";
import { defaultLimits } from "../../lib/ops/config.ts";
import { heldAmbient } from "../support/held-ambient.ts";

function request(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, connection: { remoteAddress }, headers } as unknown as IncomingMessage;
}

const direct = addressReader([]);
const proxied = addressReader(["10.0.0.0/8", "loopback"]);

describe("SAFETY 15: the client's address", () => {
  test.each([
    ["203.0.113.9", {}, "203.0.113.9"],
    ["203.0.113.9", { "x-forwarded-for": "1.1.1.1" }, "203.0.113.9"],
    ["::ffff:203.0.113.9", { "x-forwarded-for": "1.1.1.1" }, "203.0.113.9"],
    ["::FFFF:cb00:7109", {}, "203.0.113.9"],
    ["2001:db8::1%eth0", {}, "2001:db8::1"],
  ])("L20 without trusted proxies X-Forwarded-For changes nothing: %s %j", (socket, headers, address) => {
    expect(direct(request(socket, headers as Record<string, string>)).address).toBe(address);
  });

  test("L20 an address of somebody's own network that has ffff in it is no IPv4 address, and no trusted proxy", () => {
    const own = "2001:db8::ffff:a00:1";
    expect(proxied(request(own, { "x-forwarded-for": "6.6.6.6" }))).toEqual({ address: own, secure: null });
  });

  test.each([
    ["10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"],
    ["10.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "198.51.100.7:5044", "198.51.100.7"],
    ["10.0.0.1", "[2001:db8::7]:5044", "2001:db8::7"],
    ["10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "not an address", "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    ["203.0.113.9", "198.51.100.7", "203.0.113.9"],
  ])("through proxies at 10/8: socket %s, X-Forwarded-For %j is %s", (socket, forwarded, address) => {
    expect(proxied(request(socket, { "x-forwarded-for": forwarded })).address).toBe(address);
  });

  const flyProxies = ["loopback", "uniquelocal", "172.16.0.0/12"];
  test.each([
    ["172.16.5.2", "198.51.100.7", "198.51.100.7, 66.241.124.9", "198.51.100.7"],
    ["fdaa::3", "2001:db8::7", "2001:db8::7, 2a09:8280:1::a", "2001:db8::7"],
    ["172.16.5.2", "::ffff:198.51.100.7", "66.241.124.9", "198.51.100.7"],
    ["172.16.5.2", "", "198.51.100.7", "198.51.100.7"],
    ["172.16.5.2", "nobody", "6.6.6.6, 198.51.100.7", "198.51.100.7"],
    ["172.16.5.2", "6.6.6.6, 198.51.100.7", "198.51.100.8", "198.51.100.8"],
  ])("the header a trusted proxy names the client in goes before X-Forwarded-For, if it is one address: %s, %j, %j is %s", (...row) => {
    const [socket, named, forwarded, address] = row;
    const headers = { "fly-client-ip": named, "x-forwarded-for": forwarded };
    expect(addressReader(flyProxies, "fly-client-ip")(request(socket, headers)).address).toBe(address);
  });

  test("SAFETY 15: a client that is no trusted proxy gains nothing by the header, nor where the header is not set up", () => {
    const headers = { "fly-client-ip": "6.6.6.6" };
    const through = addressReader(flyProxies, "fly-client-ip");
    expect(through(request("203.0.113.9", headers))).toEqual({ address: "203.0.113.9", secure: null });
    expect(addressReader([], "fly-client-ip")(request("203.0.113.9", headers)).address).toBe("203.0.113.9");
    expect(addressReader(flyProxies)(request("172.16.5.2", { ...headers, "x-forwarded-for": "198.51.100.7" })).address).toBe(
      "198.51.100.7",
    );
  });

  test("TLS is believed from a trusted proxy only", () => {
    const headers = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    expect(proxied(request("10.0.0.1", headers)).secure).toBe(true);
    expect(proxied(request("10.0.0.1", { ...headers, "x-forwarded-proto": "https, http" })).secure).toBe(false);
    expect(proxied(request("203.0.113.9", headers)).secure).toBe(null);
  });

  test("IPv6 counts by /64 and by /48, IPv4 by itself", () => {
    expect(addressKeys("203.0.113.9")).toEqual([{ key: "203.0.113.9", times: 1 }]);
    expect(addressKeys("2001:db8:1:2:3:4:5:6").map(({ key }) => key)).toEqual(["2001:db8:1:2::/64", "2001:db8:1::/48"]);
    expect(addressKeys("2001:db8::1").map(({ key }) => key)).toEqual(["2001:db8:0:0::/64", "2001:db8:0::/48"]);
    expect(addressKeys("::1").map(({ key }) => key)).toEqual(["0:0:0:0::/64", "0:0:0::/48"]);
  });
});

describe("F06 ceilings per address", () => {
  const limits = { ...defaultLimits(), gamesPerAddressPerMinuteMax: 6, connectionsPerAddressMax: 3 };

  test("a minute's share is there at once, comes back evenly, and says when", async () => {
    const ambient = heldAmbient();
    const addresses = addressLimits(limits, ambient);
    const taken = () => addresses.take("creates", "203.0.113.9");
    expect([taken(), taken(), taken(), taken(), taken(), taken()]).toEqual([null, null, null, null, null, null]);
    expect(taken()).toBe(10_000);
    expect(addresses.take("creates", "203.0.113.10")).toBe(null);
    await ambient.advance(10_000);
    expect([taken(), taken()]).toEqual([null, 10_000]);
  });

  test("one /64 cannot take more by changing its address; a /48 holds eight shares", () => {
    const addresses = addressLimits(limits, heldAmbient());
    const in64 = Array.from({ length: 20 }, (_, i) => addresses.take("creates", `2001:db8:0:1::${i}`));
    expect(in64.filter((wait) => wait === null)).toHaveLength(6);
    const in48 = Array.from({ length: 100 }, (_, i) => addresses.take("creates", `2001:db8:0:${i + 2}::1`));
    expect(in48.filter((wait) => wait === null)).toHaveLength(8 * 6 - 6);
  });

  test("open sockets are counted in and out", () => {
    const addresses = addressLimits(limits, heldAmbient());
    const open = () => addresses.opened("203.0.113.9");
    expect([open(), open(), open(), open()]).toEqual([true, true, true, false]);
    addresses.closed("203.0.113.9");
    expect([open(), open()]).toEqual([true, false]);
    for (let i = 0; i < 3; i += 1) addresses.closed("203.0.113.9");
    expect(addresses.size).toBe(0);
  });

  test("one /64 has no more sockets open by changing its address; a /48 holds eight shares of them", () => {
    const addresses = addressLimits(limits, heldAmbient());
    const openOf = (list: readonly string[]) => list.filter((address) => addresses.opened(address));
    const in64 = openOf(Array.from({ length: 20 }, (_, i) => `2001:db8:0:1::${i}`));
    expect(in64).toHaveLength(3);
    const in48 = openOf(Array.from({ length: 100 }, (_, i) => `2001:db8:0:${i + 2}::1`));
    expect(in48).toHaveLength(8 * 3 - 3);
    for (const address of [...in64, ...in48]) addresses.closed(address);
    expect(addresses.size).toBe(0);
  });

  test("F26 memory is bounded, however many addresses come", () => {
    const addresses = addressLimits(limits, heldAmbient());
    for (let i = 0; i < 120_000; i += 1) addresses.take("upgrades", `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);
    expect(addresses.size).toBeLessThanOrEqual(50_000);
  });

  test("what other instances counted applies from the next request on, and nobody waits for it", async () => {
    const ambient = heldAmbient();
    let used = 0;
    const shared: SharedCounts = { used: async () => (++used > 2 ? 30_000 : 0) };
    const addresses = addressLimits(limits, ambient, shared);
    const waits: (number | null)[] = [];
    for (let i = 0; i < 4; i += 1) {
      waits.push(addresses.take("creates", "203.0.113.9"));
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(waits).toEqual([null, null, null, 30_000]);
    await ambient.advance(30_000);
    expect(addresses.take("creates", "203.0.113.9")).toBe(null);
  });
});
