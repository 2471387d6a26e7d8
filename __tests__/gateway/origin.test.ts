import { describe, expect, test } from "vitest";
import { type OriginClaim, originCheck, shownOrigin } from "../../lib/gateway/origin.ts";

const listed = originCheck({
  allowed: ["https://play.example", "https://*.example.org", "http://localhost:5173", "https://shop.example:8443"],
  allowMissing: false,
  sameHostOnly: true,
});
const sameHost = originCheck({ allowed: [], allowMissing: false, sameHostOnly: true });
const anyPage = originCheck({ allowed: [], allowMissing: true, sameHostOnly: false });

function claim(origin: string | undefined, host = "play.example", secure: boolean | null = null): OriginClaim {
  return { origin, host, secure };
}

test("F46 a refused origin is shown as it was understood, and what is none is not quoted", () => {
  const shown = [
    "https://Play.Example:8443",
    "http://evil.example",
    "null",
    'https://a.example/"}\n',
    `https://${"a".repeat(400)}`,
    undefined,
  ];
  expect(shown.map(shownOrigin)).toEqual([
    "https://play.example:8443",
    "http://evil.example",
    "not an origin",
    "not an origin",
    "not an origin",
    "none",
  ]);
});

describe("F19 L20 SAFETY 14: origins are parsed and compared as scheme, host and port", () => {
  test.each([
    ["https://play.example", true],
    ["HTTPS://PLAY.example", true],
    ["https://play.example:443", true],
    ["https://play.example:8443", false],
    ["http://play.example", false],
    ["https://play.example.", false],
    ["https://xplay.example", false],
    ["https://play.example.evil.example", false],
    ["https://play.example@evil.example", false],
    ["https://evil.example#https://play.example", false],
    ["https://evil.example/https://play.example", false],
    ["https://play.example/", false],
    ["https://play.example\\.evil.example", false],
    ["https://a.example.org", true],
    ["https://a.b.example.org", true],
    ["https://example.org", false],
    ["https://evilexample.org", false],
    ["https://a.example.org.evil.example", false],
    ["https://a..example.org", false],
    ["https://.example.org", false],
    ["http://a.example.org", false],
    ["http://localhost:5173", true],
    ["http://localhost", false],
    ["http://127.0.0.1:5173", false],
    ["https://shop.example:8443", true],
    ["https://shop.example", false],
    ["null", false],
    ["", false],
    ["*", false],
    ["file://", false],
    ["chrome-extension://play.example", false],
    ["https://play.example, https://evil.example", false],
    ["javascript:alert(1)", false],
    [`https://${"a".repeat(400)}.example.org`, false],
  ])("with a list, %j: %s", (origin, allowed) => {
    expect(listed(claim(origin))).toBe(allowed);
  });

  test.each([
    ["https://play.example", "play.example", null, true],
    ["http://play.example", "play.example", null, true],
    ["https://play.example", "play.example", true, true],
    ["http://play.example", "play.example", true, false],
    ["https://play.example", "play.example", false, false],
    ["http://play.example:3000", "play.example:3000", null, true],
    ["http://play.example:3001", "play.example:3000", null, false],
    ["https://play.example", "play.example:443", true, true],
    ["https://evil.example", "play.example", null, false],
    ["https://play.example", undefined, null, false],
    ["https://play.example", "play.example@evil.example", null, false],
    ["http://[::1]:3000", "[::1]:3000", null, true],
  ])("without a list in production, %j at host %j (TLS %s): %s", (origin, host, secure, allowed) => {
    expect(sameHost({ origin, host, secure })).toBe(allowed);
  });

  test("a missing Origin is allowed only where that is configured", () => {
    expect([listed(claim(undefined)), sameHost(claim(undefined)), anyPage(claim(undefined))]).toEqual([false, false, true]);
    expect(anyPage(claim("https://anything.example"))).toBe(true);
  });

  test("a list with something else in it is refused at once", () => {
    expect(() => originCheck({ allowed: ["play.example"], allowMissing: true, sameHostOnly: false })).toThrow("not an origin");
  });
});
