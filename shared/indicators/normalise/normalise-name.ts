import { domainToASCII } from 'node:url';
import { looksLikeAddress, normaliseAddress } from './normalise-address.ts';
import { accepted, refused } from './normalised.ts';
import type { Normalised } from './normalised.ts';

const label = /^[a-z0-9_-]{1,63}$/;

/**
 * A bare name of at least two labels, lower-case, punycode, without the root dot. Defender matches it with all its subdomains and takes
 * no wildcard and no label that begins with `_`: https://learn.microsoft.com/defender-endpoint/indicator-ip-domain
 * An address that a feed calls a name is an address.
 */
export function normaliseDomain(text: string): Normalised {
  if (looksLikeAddress(text)) return normaliseAddress(text);
  if (text.includes('*'))
    return refused('invalid_value', `${text} has a wildcard; a name stands for all its subdomains already.`);
  if (/^[^/:]+:\d{1,5}$/.test(text)) {
    return refused('invalid_value', `${text} has a port, and an indicator for a name would stop every port.`);
  }
  const name = toAsciiName(text);
  const problem = problemOfName(name);
  return problem === undefined ? accepted('DomainName', name) : refused('invalid_value', `${text} ${problem}`);
}

/** Lower-case punycode without the root dot. Node's converter also reads numbers as addresses and %-codes, so plain names never go through it. */
export function toAsciiName(text: string): string {
  const isPlain = /^\p{ASCII}*$/u.test(text);
  const ascii = isPlain ? text.toLowerCase() : text.includes('%') ? '' : domainToASCII(text);
  return ascii.replace(/\.$/, '');
}

/** Why a name in ASCII cannot be a `DomainName`, as the end of a sentence. */
export function problemOfName(name: string): string | undefined {
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (name.length > 253 || !labels.every((part) => label.test(part))) return 'is no domain name.';
  if (labels.length < 2) return 'has one label only; a full name is needed.';
  if (labels.some((part) => part.startsWith('_'))) return 'has a label that begins with _, which Defender refuses.';
  return /^(?:\d+|0x[0-9a-f]*)$|^-|-$/.test(last) ? 'does not end in a top-level domain.' : undefined;
}
