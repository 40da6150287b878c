import { isPublicAddress } from './public-address.ts';

/** An address that may be called, `isExempt` when by the allow-list alone; or why not. */
export type UrlVerdict =
  | { readonly ok: true; readonly url: URL; readonly isExempt: boolean }
  | { readonly ok: false; readonly detail: string };

/** Longer addresses are refused. */
const longestUrl = 2_048;

/** Names that mean the machine or the network that we are in, wherever they are resolved. */
const localSuffixes = ['localhost', 'local', 'internal', 'home.arpa', 'lan', 'intranet', 'corp', 'home'];

/**
 * Decides by an address alone whether we may call it: https on port 443, a name with a dot or a public literal address, no
 * user in it, and not the name that we are reached by ourselves. What a name stands for is judged again when it is resolved.
 * Origins of `allowedOrigins` are exempt (local run, tests).
 * `URL` has folded all ways to write an address (`0x7f.1`, `2130706433`, full-width digits) into one by then.
 */
export function checkUrl(text: string, allowedOrigins: readonly string[], ownHostname?: string): UrlVerdict {
  if (text.length > longestUrl) return refuse('The address is longer than 2 KiB.');
  const url = URL.parse(text);
  if (url === null) return refuse('The address cannot be read.');
  if (url.username !== '' || url.password !== '') return refuse('The address has a user in it.');
  url.hash = '';
  if (allowedOrigins.includes(url.origin)) return { ok: true, url, isExempt: true };
  if (url.protocol !== 'https:') return refuse('The address is not https.');
  if (url.port !== '') return refuse('The port is not 443.');
  if (url.hostname.replace(/\.$/, '') === ownHostname) return refuse('The address is our own.');
  return checkHost(url);
}

function checkHost(url: URL): UrlVerdict {
  const { hostname } = url;
  const literal = toLiteral(hostname);
  if (literal !== undefined) {
    return isPublicAddress(literal) ? { ok: true, url, isExempt: false } : refuse('The address is not public.');
  }
  const name = hostname.replace(/\.$/, '');
  const isLocal = !name.includes('.') || localSuffixes.some((suffix) => name.endsWith(`.${suffix}`));
  return isLocal ? refuse('The name is a local one.') : { ok: true, url, isExempt: false };
}

function toLiteral(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return /^[\d.]+$/.test(hostname) ? hostname.replace(/\.$/, '') : undefined;
}

function refuse(detail: string): UrlVerdict {
  return { ok: false, detail };
}
