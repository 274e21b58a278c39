import { BlockList, isIP } from "node:net";

/** The networks of IPv4 that are nobody's on the open internet. */
const RESERVED_4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Those of IPv6 among the global ones: for tunnels, in which any address of IPv4 may be, and for documents. */
const RESERVED_6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const reserved = new BlockList();
for (const [address, prefix] of RESERVED_4) reserved.addSubnet(address, prefix, "ipv4");
for (const [address, prefix] of RESERVED_6) reserved.addSubnet(address, prefix, "ipv6");

const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");

/**
 * Whether an address is one of the open internet: not this machine, not its network, not the metadata of a cloud.
 * @param address Of IPv4 or IPv6, without brackets.
 */
export function isPublic(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !reserved.check(address, "ipv4");
  return version === 6 && global6.check(address, "ipv6") && !reserved.check(address, "ipv6");
}
