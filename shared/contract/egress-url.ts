import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../egress/public-address.ts';
import type { FieldError } from './problem.ts';

/**
 * What a document alone shows to be wrong with an address we are to call (a feed's source, a callback): it must be
 * https on 443, and not a literal address that is not public. Names are judged when they are resolved.
 * @param url An address that `webUrlSchema` took.
 * @param pointer Where it stands in the document.
 * @param allowedOrigins Origins of the setting `EGRESS_ALLOWED_ORIGINS`, exempt from all of this: local run and tests only.
 */
export function egressUrlErrors(url: string, pointer: string, allowedOrigins: readonly string[]): FieldError[] {
  const { origin, protocol, port, hostname } = new URL(url);
  if (allowedOrigins.includes(origin)) return [];
  if (protocol !== 'https:') return [{ pointer, code: 'invalid_format', detail: 'Must be an https URL.' }];
  if (port !== '') return [{ pointer, code: 'invalid_value', detail: 'Must be on port 443.' }];
  if (isPrivateLiteral(hostname)) return [{ pointer, code: 'invalid_value', detail: 'Must not be a private address.' }];
  return [];
}

/** Whether a URL's host is a literal address (IPv6 in brackets) that is not public. Names never are. */
function isPrivateLiteral(hostname: string): boolean {
  const address = hostname.replaceAll(/^\[|\]$/g, '');
  return ipaddr.isValid(address) && !isPublicAddress(address);
}
