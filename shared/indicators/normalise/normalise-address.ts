import ipaddr from 'ipaddr.js';
import { accepted, refused } from './normalised.ts';
import type { Normalised } from './normalised.ts';

/** Defender takes external addresses only: https://learn.microsoft.com/defender-endpoint/indicator-ip-domain */
const internal: ReadonlySet<string> = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'loopback',
  'carrierGradeNat',
  'private',
  'uniqueLocal',
  'deprecatedSiteLocal',
  'discard',
]);

/** Whether the text is meant as an address or a range of addresses, well formed or not. */
export function looksLikeAddress(text: string): boolean {
  return (/^\d+\./.test(text) && /^[\d.*/-]+$/.test(text)) || /^\[?[0-9a-f]*:[0-9a-f]*:[0-9a-f:.%/*-]*\]?$/i.test(text);
}

/**
 * One external address: IPv4 as a dotted quad without leading zeros, IPv6 with all eight groups of four digits.
 * Octal, hexadecimal and short IPv4 forms are refused: systems disagree on the address they mean.
 */
export function normaliseAddress(text: string): Normalised {
  const single = text.replace(/^\[(.*)\]$/, '$1').replace(/^([^:/]+)\/32$|^([^/]*:[^/]*)\/128$/, '$1$2');
  if (isRange(single)) return refused('address_range', `${text} is a range; Defender takes single addresses only.`);
  if (ipaddr.IPv4.isValidFourPartDecimal(single)) return judged(ipaddr.IPv4.parse(single));
  if (single.includes(':') && !single.includes('%') && ipaddr.IPv6.isValid(single)) {
    const address = ipaddr.IPv6.parse(single);
    return judged(address.isIPv4MappedAddress() ? address.toIPv4Address() : address);
  }
  if (/^\d+\.\d+\.\d+\.\d+:\d+$|^\[.*\]:\d+$/.test(text)) {
    return refused('invalid_value', `${text} has a port, and an indicator for an address would stop every port.`);
  }
  return refused('invalid_value', `${text} is no IPv4 dotted quad and no IPv6 address.`);
}

function isRange(text: string): boolean {
  const [first = '', last, ...more] = text.split(/\/|\s*-\s*/);
  if (last === undefined) return /^[\d.]*\d\.\*(?:\.\*)*$/.test(text);
  // A day (2026-07-23) is none, although the library takes a bare number for an address.
  const isAddress = /[.:]/.test(first) && ipaddr.isValid(first) && more.length === 0;
  return isAddress && (/^\d{1,3}$/.test(last) || ipaddr.isValid(last));
}

function judged(address: ipaddr.IPv4 | ipaddr.IPv6): Normalised {
  const range = address.range();
  const text = address.toString();
  const future = address instanceof ipaddr.IPv4 && (address.octets[0] ?? 0) >= 240;
  if (internal.has(range) || future) {
    const kind =
      range === 'private' || future ? 'private' : range.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const article = /^[aeiou]/.test(kind) ? 'an' : 'a';
    return refused('private_address', `${text} is ${article} ${kind} address; Defender takes external addresses only.`);
  }
  return accepted('IpAddress', address instanceof ipaddr.IPv6 ? inFull(address) : text);
}

function inFull(address: ipaddr.IPv6): string {
  return address.parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
}
