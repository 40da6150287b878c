import type { IndicatorType } from '../../contract/indicator.ts';
import { looksLikeAddress, normaliseAddress } from './normalise-address.ts';
import { normaliseDomain } from './normalise-name.ts';
import { normaliseUrl } from './normalise-url.ts';
import { accepted, refused } from './normalised.ts';
import type { Normalised } from './normalised.ts';
import { refang } from './refang.ts';

/** Longest value, in UTF-16 units (contract §6); Defender documents none. */
const maxLength = 800;
/** Beyond this nothing is even tried. */
const maxInput = 4096;

const hashDigits = { FileMd5: 32, FileSha1: 40, FileSha256: 64 } as const;

/**
 * The one form of a value: refanged, trimmed, lower-case where case means nothing, punycode, IPv6 in full. Never throws, and running it on
 * its own answer changes nothing. The type in the answer may differ from the one asked for: an address or URL that a feed calls a domain
 * name is taken as what it is. A port is never dropped, because the value would stop more than the feed says.
 */
export function normaliseIndicator(indicatorType: IndicatorType, text: string): Normalised {
  if (text.length > maxInput)
    return refused('invalid_value', `The value is ${text.length} long; ${maxLength} at most.`);
  const value = refang(text);
  if (value === '') return refused('invalid_value', 'The value is empty.');
  const result = byType(indicatorType, value);
  if (!result.ok || result.indicatorValue.length <= maxLength) return result;
  return refused('invalid_value', `The value is ${result.indicatorValue.length} long; ${maxLength} at most.`);
}

/** What a value without a type is, judged by its form alone; `undefined` when it is nothing that Defender takes. */
export function recogniseIndicatorType(text: string): IndicatorType | undefined {
  const value = refang(text.slice(0, maxInput));
  if (/^[0-9a-f]+$/i.test(value)) {
    const hash = Object.entries(hashDigits).find(([, digits]) => digits === value.length);
    return hash?.[0] as IndicatorType | undefined;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return 'Url';
  if (looksLikeAddress(value)) return 'IpAddress';
  if (/[\s@]/.test(value) || !value.includes('.')) return undefined;
  if (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(value)) return 'IpAddress';
  return value.includes('/') ? 'Url' : 'DomainName';
}

function byType(indicatorType: IndicatorType, value: string): Normalised {
  switch (indicatorType) {
    case 'FileMd5':
    case 'FileSha1':
    case 'FileSha256':
      return normaliseHash(indicatorType, value);
    case 'CertificateThumbprint':
      return normaliseThumbprint(value);
    case 'IpAddress':
      return normaliseAddress(value);
    case 'DomainName':
    case 'Url':
      return normaliseNameOrUrl(indicatorType, value);
  }
}

function normaliseNameOrUrl(indicatorType: 'DomainName' | 'Url', value: string): Normalised {
  // The URL parser would silently drop them.
  if (/[\s\p{Cc}]/u.test(value)) return refused('invalid_value', 'The value has spaces or control characters inside.');
  if (indicatorType === 'Url') return /^[\d.]+\/\d{1,2}$/.test(value) ? normaliseAddress(value) : normaliseUrl(value);
  return value.includes('/') && !looksLikeAddress(value) ? normaliseUrl(value) : normaliseDomain(value);
}

function normaliseHash(indicatorType: keyof typeof hashDigits, value: string): Normalised {
  const digits = hashDigits[indicatorType];
  return value.length === digits && /^[0-9a-f]+$/i.test(value)
    ? accepted(indicatorType, value.toLowerCase())
    : refused('invalid_value', `${value} is no ${indicatorType}: ${digits} hex digits are needed.`);
}

/** Windows and OpenSSL write thumbprints with spaces or colons. */
function normaliseThumbprint(value: string): Normalised {
  const digits = value.replaceAll(/[\s:]/g, '').toLowerCase();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(digits)
    ? accepted('CertificateThumbprint', digits)
    : refused('invalid_value', `${value} is no thumbprint: 40 or 64 hex digits are needed.`);
}
