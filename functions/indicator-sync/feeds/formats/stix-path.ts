import type { IndicatorType } from '../../../../shared/contract/indicator.ts';
import { recogniseIndicatorType } from '../../../../shared/indicators/normalise/normalise-indicator.ts';

const plain: Readonly<Record<string, IndicatorType>> = {
  'domain-name:value': 'DomainName',
  'url:value': 'Url',
  'ipv4-addr:value': 'IpAddress',
  'ipv6-addr:value': 'IpAddress',
};

const fileHashes: Readonly<Record<string, IndicatorType>> = {
  md5: 'FileMd5',
  sha1: 'FileSha1',
  sha256: 'FileSha256',
};

/**
 * Defender's type for a STIX object path; `undefined` for what Defender has no indicator for. Algorithm names are taken as people write
 * them (`'SHA-256'`, `sha256`, `SHA_256`). The destination of traffic is an address or a name, told by the value.
 */
export function toIndicatorType(path: string, value: string): IndicatorType | undefined {
  const lower = path.toLowerCase();
  if (lower === 'network-traffic:dst_ref.value') {
    const type = recogniseIndicatorType(value);
    return type === 'IpAddress' || type === 'DomainName' ? type : undefined;
  }
  const hash = /^(file|x509-certificate):hashes\.([a-z0-9_-]+)$/.exec(lower);
  if (!hash) return Object.hasOwn(plain, lower) ? plain[lower] : undefined;
  const algorithm = hash[2]?.replaceAll(/[_-]/g, '') ?? '';
  if (hash[1] === 'file') return Object.hasOwn(fileHashes, algorithm) ? fileHashes[algorithm] : undefined;
  return algorithm === 'sha1' || algorithm === 'sha256' ? 'CertificateThumbprint' : undefined;
}
