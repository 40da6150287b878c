import ipaddr from 'ipaddr.js';
import { fromJson, isKind, toText } from './values.ts';
import type { ScalarFunctions } from './functions.ts';
import type { Value } from './values.ts';

export const addressFunctions: ScalarFunctions = {
  ipv4_is_private: ([value = '']) => {
    const address = toIPv4(toText(value).split('/')[0] ?? '');
    return address ? address.range() === 'private' : null;
  },
  ipv4_is_match: ([left = '', right = '']) => {
    const [a, b] = [toBlock(toText(left)), toBlock(toText(right))];
    if (!a || !b) return null;
    return a.address.match([b.address, Math.min(a.length, b.length)]);
  },
  ipv4_is_in_range: ([value = '', range = '']) => isInRange(toText(value), toText(range)),
  ipv4_is_in_any_range: ([value = '', ...ranges]) => {
    const all = ranges.flatMap((range) =>
      isKind(range, 'dynamic') && Array.isArray(range.json)
        ? range.json.map((item) => toText(fromJson(item)))
        : [toText(range)],
    );
    return all.some((range) => isInRange(toText(value), range) === true);
  },
  ipv4_compare: ([left = '', right = '']) => {
    const [a, b] = [toIPv4(toText(left)), toIPv4(toText(right))];
    return a && b ? Math.sign(toInteger(a) - toInteger(b)) : null;
  },
  parse_ipv4: ([value = '']) => {
    const address = toIPv4(toText(value));
    return address ? toInteger(address) : null;
  },
};

function isInRange(value: string, range: string): Value {
  const [address, block] = [toIPv4(value), toBlock(range)];
  return address && block ? address.match([block.address, block.length]) : null;
}

function toIPv4(text: string): ipaddr.IPv4 | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

function toBlock(text: string): { readonly address: ipaddr.IPv4; readonly length: number } | undefined {
  const [base = '', length = '32'] = text.split('/');
  const address = toIPv4(base);
  return address && /^\d{1,2}$/.test(length) ? { address, length: Number(length) } : undefined;
}

function toInteger(address: ipaddr.IPv4): number {
  return address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
}
