// Who is at the other end: the client's address through proxies that are trusted, and the keys under which it is counted.
import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";
import proxyAddr from "proxy-addr";

export interface ClientAddress {
  /** IPv4 as it is (also when it came mapped into IPv6), IPv6 in full. */
  readonly address: string;
  /** The request came through a trusted proxy which said whether the client used TLS; null when nobody said. */
  readonly secure: boolean | null;
}

/** Reads the address of a request. Headers are believed from trusted proxies only; X-Forwarded-For is counted from the right. */
export type AddressReader = (request: IncomingMessage) => ClientAddress;

/** What a proxy calls the way a client came over TLS: of a request for a socket some say it by the socket's own scheme. */
const secureSchemes: readonly string[] = ["https", "wss"];

/** `clientHeader`, when set, holds the client's address alone and goes before X-Forwarded-For, where some edges add themselves last. */
export function addressReader(trustedProxies: readonly string[], clientHeader: string | null = null): AddressReader {
  const trust = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const socketAddress = request.socket.remoteAddress ?? "";
    const isProxy = trustedProxies.length > 0 && trust(plain(socketAddress), 0);
    if (!isProxy) return { address: plain(socketAddress), secure: "encrypted" in request.socket ? true : null };
    const named = clientHeader === null ? "" : withoutPort(String(request.headers[clientHeader] ?? ""));
    const far = isIP(named) > 0 ? named : withoutPort(proxyAddr(request, (address, hop) => trust(plain(withoutPort(address)), hop)));
    const scheme = String(request.headers["x-forwarded-proto"] ?? "")
      .split(",")
      .at(-1)
      ?.trim()
      .toLowerCase();
    return { address: isIP(far) === 0 ? plain(socketAddress) : plain(far), secure: scheme ? secureSchemes.includes(scheme) : null };
  };
}

/** The address of a line about which nothing is known yet; null: that of a trusted proxy, or of nobody. */
export function lineAddressReader(trustedProxies: readonly string[]): (remoteAddress: string | undefined) => string | null {
  const trust = proxyAddr.compile([...trustedProxies]);
  return (remoteAddress) => {
    if (remoteAddress === undefined) return null;
    const address = plain(remoteAddress);
    return trustedProxies.length > 0 && trust(address, 0) ? null : address;
  };
}

/** Some proxies write the client's port behind its address. */
function withoutPort(text: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/i.exec(text.trim());
  return match?.[1] ?? match?.[2] ?? text.trim();
}

/** ::ffff:a.b.c.d is a.b.c.d, however it is written. */
function plain(address: string): string {
  const bare = address.split("%", 1)[0] ?? "";
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return bare.toLowerCase();
  const [high = 0, low = 0] = groups.slice(6);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** 1.2.3.4 as the two last groups of an IPv6 address. */
function dottedGroups(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split(".").map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [, before = address, dotted] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  const hex = dotted === undefined ? before : before + dottedGroups(dotted);
  const [left = "", right] = hex.split("::", 2);
  const numbers = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const head = numbers(left);
  const tail = right === undefined ? [] : numbers(right);
  return [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
}

/** A key for counting. */
export interface AddressKey {
  readonly key: string;
  /** How many times the limit of one address it may use. */
  readonly times: number;
}

/** The key of whoever is at an address: the address itself, or the /64 that he may choose any of. */
export function addressKey(address: string): string {
  return addressKeys(address)[0]?.key ?? address;
}

/** A /48 is a site with many homes or none: it may do as much as this many /64. */
const siteTimes = 8;

/** An IPv4 address counts for itself; an IPv6 address as its /64, which one customer has at least, and as its /48. */
export function addressKeys(address: string): readonly AddressKey[] {
  if (!isIPv6(address)) return [{ key: address, times: 1 }];
  const groups = groupsOf(address).map((group) => group.toString(16));
  return [
    { key: `${groups.slice(0, 4).join(":")}::/64`, times: 1 },
    { key: `${groups.slice(0, 3).join(":")}::/48`, times: siteTimes },
  ];
}
