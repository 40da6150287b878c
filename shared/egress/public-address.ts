import ipaddr from 'ipaddr.js';

/** Azure's own service address: in a public block, yet it answers inside every virtual machine. */
const azurePlatform = '168.63.129.16';

/** `2000::/3`, all that is given out on the internet; whatever lies beyond is local, mapped, or reserved. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether a literal address (without brackets) is one on the public internet that we may call. Not public: everything with a
 * special purpose (loopback, private, link-local, carrier NAT, documentation, benchmarking, multicast, reserved, tunnels …),
 * Azure's platform address, and IPv6 forms that carry an IPv4 address which is not public itself. What is no address is not public.
 * Source: IANA's IPv4 and IPv6 special-purpose address registries.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return isPublicIPv4(ipaddr.IPv4.parse(address));
  if (!ipaddr.IPv6.isValid(address)) return false;
  // In hexadecimal throughout: ipaddr.js takes `::192.0.2.1` (never routed) for `::ffff:192.0.2.1`. Zones fall out here.
  const written = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (written === undefined) return false;
  const v6 = ipaddr.IPv6.parse(written);
  const embedded = toEmbeddedIPv4(v6);
  if (embedded !== undefined) return isPublicIPv4(embedded);
  return v6.match(globalUnicast) && v6.range() === 'unicast';
}

function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && address.toString() !== azurePlatform;
}

/** The IPv4 address that a mapped (`::ffff:0:0/96`) or translated (`64:ff9b::/96`) one leads to. Deprecated carriers lead nowhere. */
function toEmbeddedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const isMapped = address.isIPv4MappedAddress();
  if (!isMapped && !address.match(ipaddr.IPv6.parse('64:ff9b::'), 96)) return undefined;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
