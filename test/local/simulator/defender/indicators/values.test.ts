import { describe, expect, test } from 'vitest';
import { normaliseValue } from './values.ts';
import type { IndicatorType } from './resource.ts';

const hex = (length: number): string => 'AbCdEf0123456789'.repeat(4).slice(0, length);

describe('normaliseValue', () => {
  test.each<[IndicatorType, string, string]>([
    ['FileSha1', hex(40), hex(40).toLowerCase()],
    ['FileSha256', hex(64), hex(64).toLowerCase()],
    ['FileMd5', hex(32), hex(32).toLowerCase()],
    ['CertificateThumbprint', hex(40), hex(40).toLowerCase()],
    ['CertificateThumbprint', hex(64), hex(64).toLowerCase()],
    ['IpAddress', '203.0.113.9', '203.0.113.9'],
    ['IpAddress', '100.63.255.255', '100.63.255.255'],
    ['IpAddress', '172.32.0.1', '172.32.0.1'],
    ['IpAddress', '2001:db8::1', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['IpAddress', '2001:DB8:0:0:1:0:0:A', '2001:0db8:0000:0000:0001:0000:0000:000a'],
    ['IpAddress', '2001:db8::', '2001:0db8:0000:0000:0000:0000:0000:0000'],
    ['DomainName', 'Bad.Example', 'bad.example'],
    ['DomainName', 'bad.example.', 'bad.example'],
    ['DomainName', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['DomainName', 'a_b.bad.example', 'a_b.bad.example'],
    ['Url', 'https://Bad.example/A/b?c=D', 'https://Bad.example/A/b?c=D'],
    ['Url', 'bad.example/path', 'bad.example/path'],
    ['Url', 'http://203.0.113.9:8080/x', 'http://203.0.113.9:8080/x'],
  ])('%s %s', (type, value, expected) => {
    expect(normaliseValue(type, value)).toBe(expected);
  });

  test.each<[IndicatorType, string, string]>([
    ['FileSha1', hex(39), 'InvalidHashValue'],
    ['FileSha256', hex(40), 'InvalidHashValue'],
    ['FileMd5', `${hex(31)}g`, 'InvalidHashValue'],
    ['CertificateThumbprint', hex(32), 'InvalidHashValue'],
    ...[
      ...[
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.0.1',
        '127.0.0.1',
        '169.254.1.1',
        '100.64.0.1',
        '224.0.0.1',
        '0.0.0.0',
      ],
      ...['::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '::ffff:10.0.0.1', 'fe80::1%eth0'],
      ...[
        '203.0.113.0/24',
        '203.0.113.1-203.0.113.9',
        '203.0.113.*',
        '203.0.113',
        '203.0.113.256',
        '2001:db8::/32',
        'bad.example',
      ],
    ].map((value): [IndicatorType, string, string] => ['IpAddress', value, 'InvalidIpAddress']),
    ...[
      ...[
        '*.bad.example',
        '_dmarc.bad.example',
        'localhost',
        'bad..example',
        '-bad.example',
        'bad-.example',
        '203.0.113.9',
      ],
      ...[
        'https://bad.example',
        'bad.example/x',
        'bad example.example',
        `${'a'.repeat(64)}.example`,
        `${'a.'.repeat(130)}example`,
      ],
    ].map((value): [IndicatorType, string, string] => ['DomainName', value, 'InvalidDomainName']),
    ...['not a url', 'ftp://bad.example/x', 'http://', 'https://*.bad.example/', 'http://localhost/x', '/path'].map(
      (value): [IndicatorType, string, string] => ['Url', value, 'InvalidUrl'],
    ),
    ['Url', '', 'InvalidInput'],
    ['DomainName', '  ', 'InvalidInput'],
  ])('%s refuses %s', (type, value, code) => {
    const result = normaliseValue(type, value);
    expect(result).toMatchObject({ code });
  });
});
