import { normaliseAddress } from './normalise-address.ts';
import { problemOfName, toAsciiName } from './normalise-name.ts';
import { accepted, refused } from './normalised.ts';
import type { Normalised } from './normalised.ts';

/**
 * An http or https URL as a browser would ask for it: lower-case host in punycode, no default port, no user and password, no fragment
 * (neither ever reaches the network). Without a scheme it is taken as http. https://learn.microsoft.com/defender-endpoint/indicator-ip-domain
 */
export function normaliseUrl(text: string): Normalised {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return refused('invalid_value', `${text} is neither http nor https.`);
  }
  const given = scheme === undefined ? `http://${text}` : text;
  const authority = /^[a-z]+:[/\\]+([^/\\?#]*)/i.exec(given)?.[1] ?? '';
  const url = URL.parse(given);
  // Without a scheme a user part is more likely a mail address, or another scheme (`mailto:`).
  if (url === null || (scheme === undefined && authority.includes('@'))) {
    return refused('invalid_value', `${text} is no URL.`);
  }
  const problem = problemOfHost(url.hostname, authority.slice(authority.lastIndexOf('@') + 1));
  if (problem !== undefined) return problem;
  url.username = '';
  url.password = '';
  url.hash = '';
  return accepted('Url', url.href);
}

function problemOfHost(host: string, written: string): Normalised | undefined {
  const isAddress = host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  if (!isAddress) {
    const problem = problemOfName(toAsciiName(host));
    return problem === undefined ? undefined : refused('invalid_value', `The host ${host} ${problem}`);
  }
  // The URL parser reads 0x7f.1 and 0177.0.0.1 as addresses: what is not written as the address it means is refused.
  if (!host.startsWith('[') && written.replace(/:\d*$/, '') !== host) {
    return refused('invalid_value', `The host ${written} is no IPv4 dotted quad.`);
  }
  const address = normaliseAddress(host);
  return address.ok ? undefined : address;
}
