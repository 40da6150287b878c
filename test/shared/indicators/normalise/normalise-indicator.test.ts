import fc from 'fast-check';
import { anyText } from '../../../builders/any-text.ts';
import { describe, expect, test } from 'vitest';
import type { IndicatorType } from '../../../../shared/contract/indicator.ts';
import {
  normaliseIndicator,
  recogniseIndicatorType,
} from '../../../../shared/indicators/normalise/normalise-indicator.ts';

const types: readonly IndicatorType[] = [
  'FileSha1',
  'FileSha256',
  'FileMd5',
  'CertificateThumbprint',
  'IpAddress',
  'DomainName',
  'Url',
];

describe('values that are taken', () => {
  test.each<[IndicatorType, string, string, IndicatorType?]>([
    ['DomainName', 'Bad.Example', 'bad.example'],
    ['DomainName', ' bad[.]example. ', 'bad.example'],
    ['DomainName', 'bad(.)evil{.}example', 'bad.evil.example'],
    ['DomainName', 'bad[dot]example', 'bad.example'],
    ['DomainName', 'bad(DOT)example', 'bad.example'],
    ['DomainName', 'bücher.example', 'xn--bcher-kva.example'],
    ['DomainName', '日本。example', 'xn--wgv71a.example'],
    ['DomainName', 'a_b.example', 'a_b.example'],
    ['DomainName', 'help_-desk.bad.example', 'help_-desk.bad.example'],
    ['DomainName', '\u200ebad.example\ufeff', 'bad.example'],
    ['DomainName', '176.223.111.131', '176.223.111.131', 'IpAddress'],
    ['DomainName', '2001:db8::1', '2001:0db8:0000:0000:0000:0000:0000:0001', 'IpAddress'],
    ['DomainName', 'https://github.com/bad/kit', 'https://github.com/bad/kit', 'Url'],
    ['DomainName', 'bad.example/kit', 'http://bad.example/kit', 'Url'],
    ['IpAddress', '203.0.113[.]9', '203.0.113.9'],
    ['IpAddress', '203.0.113.9/32', '203.0.113.9'],
    ['IpAddress', '2001:DB8::1', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['IpAddress', '[2001:db8::1]', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['IpAddress', '2001:db8::1/128', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['IpAddress', '::ffff:203.0.113.9', '203.0.113.9'],
    ['Url', 'hxxps[:]//Bad[.]Example/Path?q=A#top', 'https://bad.example/Path?q=A'],
    ['Url', 'hXXp://bad.example', 'http://bad.example/'],
    ['Url', 'https[://]bad[.]example:443/', 'https://bad.example/'],
    ['Url', 'h**p://bad.example:8080/a', 'http://bad.example:8080/a'],
    ['Url', 'bad.example/a%20b', 'http://bad.example/a%20b'],
    ['Url', 'https://user[@]bad.example/a', 'https://bad.example/a'],
    ['Url', 'http://bücher.example/ö', 'http://xn--bcher-kva.example/%C3%B6'],
    ['Url', 'http://203.0.113.9:8443/a', 'http://203.0.113.9:8443/a'],
    ['Url', 'http://[2001:db8::1]/a', 'http://[2001:db8::1]/a'],
    ['FileMd5', 'D41D8CD98F00B204E9800998ECF8427E', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['FileSha1', 'A'.repeat(40), 'a'.repeat(40)],
    ['FileSha256', ` ${'A'.repeat(64)}\n`, 'a'.repeat(64)],
    ['CertificateThumbprint', Array(20).fill('AB').join(':'), 'ab'.repeat(20)],
    ['CertificateThumbprint', `\u200e${'AB '.repeat(32)}`, 'ab'.repeat(32)],
  ])('%s %j becomes %s', (type, text, indicatorValue, becomes = type) => {
    expect(normaliseIndicator(type, text)).toEqual({ ok: true, indicatorType: becomes, indicatorValue });
  });
});

describe('values that are refused', () => {
  test.each<[IndicatorType, string, string]>([
    ['DomainName', '', 'invalid_value'],
    ['DomainName', 'localhost', 'invalid_value'],
    ['DomainName', '_dmarc.bad.example', 'invalid_value'],
    ['DomainName', '*.bad.example', 'invalid_value'],
    ['DomainName', '.bad.example', 'invalid_value'],
    ['DomainName', 'bad..example', 'invalid_value'],
    ['DomainName', 'bad.example:8080', 'invalid_value'],
    ['DomainName', 'bad.123', 'invalid_value'],
    ['DomainName', 'bad.0x1f', 'invalid_value'],
    ['DomainName', 'bad .example', 'invalid_value'],
    ['DomainName', 'ana@bad.example', 'invalid_value'],
    ['DomainName', 'b%61d.example', 'invalid_value'],
    ['DomainName', `${'a'.repeat(64)}.example`, 'invalid_value'],
    ['DomainName', `${'a.'.repeat(130)}example`, 'invalid_value'],
    ['DomainName', '10.0.0.1', 'private_address'],
    ['DomainName', '203.0.113.0/24', 'address_range'],
    ['DomainName', '1.2.3', 'invalid_value'],
    ['DomainName', '１.２.３.４', 'invalid_value'],
    ['IpAddress', 'bad.example', 'invalid_value'],
    ['IpAddress', '203.0.113.9:443', 'invalid_value'],
    ['IpAddress', '0177.0.0.1', 'invalid_value'],
    ['IpAddress', '203.0.113.09', 'invalid_value'],
    ['IpAddress', '0x7f.0.0.1', 'invalid_value'],
    ['IpAddress', '3405803785', 'invalid_value'],
    ['IpAddress', '203.0.113', 'invalid_value'],
    ['IpAddress', '203.0.113.256', 'invalid_value'],
    ['IpAddress', '2001:db8::1%eth0', 'invalid_value'],
    ['IpAddress', '203.0.113.0/24', 'address_range'],
    ['IpAddress', '2001:db8::/32', 'address_range'],
    ['IpAddress', '203.0.113.1-203.0.113.9', 'address_range'],
    ['IpAddress', '203.0.113.1 - 203.0.113.9', 'address_range'],
    ['IpAddress', '203.0.113.1-9', 'address_range'],
    ['IpAddress', '203.0.113.*', 'address_range'],
    ['IpAddress', '192.168.1.1', 'private_address'],
    ['IpAddress', '172.31.255.255', 'private_address'],
    ['IpAddress', '127.0.0.1', 'private_address'],
    ['IpAddress', '169.254.0.1', 'private_address'],
    ['IpAddress', '100.82.195.65', 'private_address'],
    ['IpAddress', '224.0.0.1', 'private_address'],
    ['IpAddress', '0.0.0.0', 'private_address'],
    ['IpAddress', '255.255.255.255', 'private_address'],
    ['IpAddress', '240.0.0.1', 'private_address'],
    ['IpAddress', '::', 'private_address'],
    ['IpAddress', '::1', 'private_address'],
    ['IpAddress', 'fe80::1', 'private_address'],
    ['IpAddress', 'fd00::1', 'private_address'],
    ['IpAddress', 'ff02::1', 'private_address'],
    ['IpAddress', '::ffff:10.0.0.1', 'private_address'],
    ['Url', 'ftp://bad.example/a', 'invalid_value'],
    ['Url', 'fxp://bad.example/a', 'invalid_value'],
    ['Url', 'http://', 'invalid_value'],
    ['Url', 'http://intranet/', 'invalid_value'],
    ['Url', 'http://0x7f.1/', 'invalid_value'],
    ['Url', 'http://0xcb007109/203.0.113.9', 'invalid_value'],
    ['Url', 'http://192.168.0.1/a', 'private_address'],
    ['Url', 'http://[::1]/a', 'private_address'],
    ['Url', 'http://*.bad.example/', 'invalid_value'],
    ['Url', 'http://_a.bad.example/', 'invalid_value'],
    ['Url', 'http://bad.example/a\tb', 'invalid_value'],
    ['Url', 'mailto:ana@bad.example', 'invalid_value'],
    ['Url', 'javascript:alert(1)', 'invalid_value'],
    ['Url', '203.0.113.0/24', 'address_range'],
    ['Url', `https://bad.example/${'a'.repeat(800)}`, 'invalid_value'],
    ['Url', `https://bad.example/${'ö'.repeat(200)}`, 'invalid_value'],
    ['FileMd5', 'a'.repeat(40), 'invalid_value'],
    ['FileSha256', 'g'.repeat(64), 'invalid_value'],
    ['CertificateThumbprint', 'a'.repeat(32), 'invalid_value'],
  ])('%s %j is %s', (type, text, code) => {
    expect(normaliseIndicator(type, text)).toEqual({ ok: false, code, detail: expect.any(String) });
  });

  test('the sentence names the address and the rule', () => {
    expect(normaliseIndicator('IpAddress', '10.0.0.1')).toEqual({
      ok: false,
      code: 'private_address',
      detail: '10.0.0.1 is a private address; Defender takes external addresses only.',
    });
  });
});

test.each([
  ['bad[.]example', 'DomainName'],
  ['*.bad.example', 'DomainName'],
  ['bad.example:8080', 'DomainName'],
  ['bad.example/kit', 'Url'],
  ['hxxp://bad.example', 'Url'],
  ['ftp://bad.example', 'Url'],
  ['203[.]0.113.9', 'IpAddress'],
  ['203.0.113.9:443', 'IpAddress'],
  ['203.0.113.0/24', 'IpAddress'],
  ['2001:db8::1', 'IpAddress'],
  ['d'.repeat(32), 'FileMd5'],
  ['D'.repeat(40), 'FileSha1'],
  ['d'.repeat(64), 'FileSha256'],
  ['d'.repeat(63), undefined],
  ['ana@bad.example', undefined],
  ['word', undefined],
  ['', undefined],
])('%j is recognised as %s', (text, type) => {
  expect(recogniseIndicatorType(text)).toBe(type);
});

describe('laws', () => {
  const pieces = fc.constantFrom(
    ...[
      'hxxp',
      'http',
      '://',
      '[:]',
      '[://]',
      '[.]',
      '(dot)',
      '.',
      '/',
      '..',
      '%2e',
      '?',
      '#',
      '@',
      ':80',
      '*',
      '_',
      '-',
    ],
    ...[
      '[',
      ']',
      '(',
      ')',
      '\\',
      ' ',
      'bad',
      'EXAMPLE',
      '203',
      '0x7f',
      '::',
      'fe80',
      '/24',
      'ö',
      '。',
      '１',
      'ﬀ',
      '\u00ad',
    ],
  );
  const texts = fc.oneof(
    anyText(60),
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.domain(),
    fc.ipV4Extended(),
    fc.ipV6(),
  );

  test('never throws, and its answer is its own normal form', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), texts, (type, text) => {
        const once = normaliseIndicator(type, text);
        if (!once.ok) return;
        expect(once.indicatorValue.length).toBeLessThanOrEqual(800);
        expect(normaliseIndicator(once.indicatorType, once.indicatorValue)).toEqual(once);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a recognised type is one that the value has, or at least nearly had', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const type = recogniseIndicatorType(text);
        if (type === undefined) return;
        const value = normaliseIndicator(type, text);
        if (value.ok) expect(recogniseIndicatorType(value.indicatorValue)).toBe(value.indicatorType);
      }),
      { numRuns: 2_000 },
    );
  });
});
