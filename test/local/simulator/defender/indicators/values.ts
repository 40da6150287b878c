import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { defenderError } from '../errors.ts';
import type { DefenderError } from '../errors.ts';
import type { IndicatorType } from './resource.ts';

/** The value as it is stored, or why it is refused. */
export function normaliseValue(type: IndicatorType, value: string): string | DefenderError {
  if (value.trim() === '') return defenderError('InvalidInput', 'Recieved an empty indicator value.');
  switch (type) {
    case 'FileSha1':
      return toHash(value, [40]);
    case 'FileSha256':
      return toHash(value, [64]);
    case 'FileMd5':
      return toHash(value, [32]);
    case 'CertificateThumbprint':
      return toHash(value, [40, 64]);
    case 'IpAddress':
      return toAddress(value);
    case 'DomainName':
      return toDomain(value);
    case 'Url':
      return isUrl(value) ? value : defenderError('InvalidUrl', `URL ${value} is invalid`);
  }
}

function toHash(value: string, lengths: readonly number[]): string | DefenderError {
  const isHash = /^[0-9a-f]+$/i.test(value) && lengths.includes(value.length);
  return isHash ? value.toLowerCase() : defenderError('InvalidHashValue', `Hash value ${value} is invalid`);
}

/** Only addresses of the public Internet; IPv6 is stored with all eight groups. */
function toAddress(value: string): string | DefenderError {
  const invalid = defenderError('InvalidIpAddress', `IP address ${value} is invalid`);
  if (isIPv4(value)) return internal.check(value, 'ipv4') ? invalid : value;
  if (!isIPv6(value) || value.includes('%') || internal.check(value, 'ipv6')) return invalid;
  return expandIpv6(value);
}

const internal = createInternalNetworks();

function createInternalNetworks(): BlockList {
  const list = new BlockList();
  const ipv4 = [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '100.64.0.0/10',
    '224.0.0.0/4',
  ];
  const ipv6 = ['::1/128', '::/128', 'fe80::/10', 'fc00::/7', 'ff00::/8'];
  for (const [networks, family] of [
    [[...ipv4, '0.0.0.0/32'], 'ipv4'],
    [ipv6, 'ipv6'],
  ] as const) {
    for (const network of networks) {
      const [address = '', prefix = ''] = network.split('/');
      list.addSubnet(address, Number(prefix), family);
    }
  }
  return list;
}

function expandIpv6(value: string): string {
  const [head = '', tail] = new URL(`http://[${value}]/`).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join(':');
}

function toDomain(value: string): string | DefenderError {
  const name = value.toLowerCase().replace(/\.$/, '');
  return isDomain(name) ? name : defenderError('InvalidDomainName', `Domain name ${value} is invalid`);
}

/** A fully qualified name of ASCII labels; no wildcard, no underscore at its beginning. */
function isDomain(name: string): boolean {
  const labels = name.split('.');
  const isLabel = (label: string): boolean => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i.test(label);
  return (
    name.length <= 253 &&
    labels.length >= 2 &&
    labels.every(isLabel) &&
    !name.startsWith('_') &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

/** A full address or its beginning, with or without scheme; the host is a name or an address. */
function isUrl(value: string): boolean {
  if (/[\s*<>"\\^`{|}]/.test(value)) return false;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  if (hasScheme && !/^https?:\/\//i.test(value)) return false;
  const text = hasScheme ? value : `http://${value}`;
  if (!URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return isIPv4(hostname) || hostname.startsWith('[') || isDomain(hostname);
}
