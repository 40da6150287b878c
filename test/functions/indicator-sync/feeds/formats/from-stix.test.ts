import fc from 'fast-check';
import { anyText } from '../../../../builders/any-text.ts';
import { describe, expect, test } from 'vitest';
import { fromStix, fromStixObjects } from '../../../../../functions/indicator-sync/feeds/formats/from-stix.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const sha256 = 'a'.repeat(64);
const md5 = 'b'.repeat(32);

let made = 0;
function indicator(pattern: unknown, more: Record<string, unknown> = {}) {
  made += 1;
  const id = `indicator--00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  return { type: 'indicator', spec_version: '2.1', id, pattern, pattern_type: 'stix', ...more };
}

function run(...objects: readonly unknown[]) {
  const feed = fromStixObjects(objects, now);
  if ('unreadable' in feed) throw new Error(feed.unreadable.detail);
  expect(feed.read).toBe(feed.items.length + feed.rejects.length);
  return {
    items: feed.items.map((i) => `${i.indicatorType} ${i.indicatorValue}`),
    codes: feed.rejects.map((r) => r.code),
    feed,
  };
}

describe('patterns that name values', () => {
  test.each([
    ["[domain-name:value = 'bad.example']", ['DomainName bad.example']],
    ["[ domain-name : value='bad[.]example' ]", ['DomainName bad.example']],
    ["[domain-name:value = '203.0.113.9']", ['IpAddress 203.0.113.9']],
    ["[url:value = 'hxxp://bad.example/it\\'s']", ["Url http://bad.example/it's"]],
    ["[url:value = 'http://bad.example/a AND b=[1] OR \\\\'] ", ['Url http://bad.example/']],
    ["[ipv4-addr:value = '203.0.113.9/32']", ['IpAddress 203.0.113.9']],
    ["[ipv6-addr:value = '2001:db8::1']", ['IpAddress 2001:0db8:0000:0000:0000:0000:0000:0001']],
    [`[file:hashes.'SHA-256' = '${sha256}']`, [`FileSha256 ${sha256}`]],
    [`[file:hashes.sha256 = '${sha256.toUpperCase()}']`, [`FileSha256 ${sha256}`]],
    [`[file:hashes."SHA-256" = '${sha256}']`, undefined],
    [`[file:hashes.MD5 = '${md5}']`, [`FileMd5 ${md5}`]],
    [`[file:hashes.'SHA-1' = '${'c'.repeat(40)}']`, [`FileSha1 ${'c'.repeat(40)}`]],
    [`[x509-certificate:hashes.'SHA-1' = '${'c'.repeat(40)}']`, [`CertificateThumbprint ${'c'.repeat(40)}`]],
    ["[network-traffic:dst_ref.value = '203.0.113.9']", ['IpAddress 203.0.113.9']],
    ["[network-traffic:dst_ref.value = 'bad.example']", ['DomainName bad.example']],
    [
      "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']",
      ['DomainName a.example', 'DomainName b.example'],
    ],
    ["[domain-name:value IN ('a.example', 'b.example')]", ['DomainName a.example', 'DomainName b.example']],
    [
      "[domain-name:value = 'a.example'] OR [url:value = 'http://b.example/']",
      ['DomainName a.example', 'Url http://b.example/'],
    ],
    [
      "([domain-name:value = 'a.example'] or ([domain-name:value = 'b.example']))",
      ['DomainName a.example', 'DomainName b.example'],
    ],
    [
      "[(domain-name:value = 'a.example') OR (domain-name:value == 'b.example')]",
      ['DomainName a.example', 'DomainName b.example'],
    ],
    ["[/* one */ domain-name:value = 'a.example' // two\n]", ['DomainName a.example']],
  ])('%s', (pattern, items) => {
    if (items?.[0] === 'Url http://bad.example/')
      return expect(run(indicator(pattern)).codes).toEqual(['invalid_value']);
    if (items === undefined) return expect(run(indicator(pattern)).codes).toEqual(['unsupported_pattern']);
    expect(run(indicator(pattern))).toMatchObject({ items, codes: [] });
  });
});

test('a value whose time is over is named, so that it goes at once', () => {
  const { feed } = run(indicator("[domain-name:value = 'A.example']", { valid_until: '2026-11-20T10:00:00Z' }));
  expect(feed).toMatchObject({
    rejects: [{ code: 'expired' }],
    over: [{ indicatorType: 'DomainName', indicatorValue: 'a.example' }],
  });
});

test.each([
  [{ indicator_types: ['benign'] }, ['unsupported_type']],
  [{ labels: ['Benign'] }, ['unsupported_type']],
  [{ indicator_types: ['malicious-activity'], labels: ['benign'] }, []],
  [{ indicator_types: ['benign', 'malicious-activity'] }, []],
  [{ indicator_types: 'benign' }, []],
])('what is said to be benign is blocked nowhere: %j', (more, codes) => {
  expect(run(indicator("[domain-name:value = 'a.example']", more)).codes).toEqual(codes);
});

test('more values than an instance can hold are refused as a whole', () => {
  const values = Array.from({ length: 130_000 }, () => "'n'").join(',');
  const two = [1, 2].map(() => indicator(`[domain-name:value IN (${values})]`));
  expect(fromStixObjects(two, now)).toMatchObject({
    unreadable: { detail: expect.stringMatching(/more than 250000/) },
  });
});

test('a pattern may name more values than a call takes arguments', () => {
  const values = Array.from({ length: 150_000 }, () => "'n'").join(',');
  const { feed } = run(indicator(`[domain-name:value IN (${values})]`));
  expect(feed.read).toBe(150_000);
});

describe('patterns that one indicator cannot say', () => {
  test.each([
    ["[domain-name:value = 'a.example' AND domain-name:value = 'b.example']", 'AND'],
    ["[ipv4-addr:value = '203.0.113.9'] AND [domain-name:value = 'a.example']", 'AND'],
    ["[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [domain-name:value = 'a.example']", 'FOLLOWEDBY'],
    ["[domain-name:value = 'a.example'] WITHIN 300 SECONDS", 'WITHIN'],
    ["[domain-name:value = 'a.example'] REPEATS 5 TIMES WITHIN 300 SECONDS", 'REPEATS'],
    ["[domain-name:value = 'a.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", 'START'],
    ["[domain-name:value != 'a.example']", '!='],
    ["[domain-name:value NOT = 'a.example']", 'NOT'],
    ["[NOT domain-name:value = 'a.example']", 'NOT'],
    ["[domain-name:value NOT IN ('a.example')]", 'NOT'],
    ["[domain-name:value LIKE '%.example']", 'LIKE'],
    ["[domain-name:value MATCHES '^a']", 'MATCHES'],
    ["[ipv4-addr:value ISSUBSET '203.0.113.0/24']", 'ISSUBSET'],
    ['[file:size > 10]', '>'],
    ['[EXISTS domain-name:value]', 'EXISTS'],
    ["[domain-name:value = h'00']", 'is no text'],
    ["[domain-name:value = 'a.example'", 'missing'],
    ["[domain-name:value = 'a.example]", 'cannot be read'],
    ["[domain-name:value = 'a.example']]", 'goes on'],
    ['[domain-name:value = ]', 'missing'],
    ['[domain-name:value IN ()]', 'missing'],
    ["[= 'a.example']", 'missing'],
    ["domain-name:value = 'a.example'", 'missing'],
    ['[]', 'missing'],
    ['', 'missing'],
    ['['.repeat(10_000), 'missing'],
    ['('.repeat(10_000), 'nested'],
    [`[${'('.repeat(10_000)}`, 'nested'],
  ])('%.60s', (pattern, reason) => {
    const { items, feed } = run(indicator(pattern));
    expect(items).toEqual([]);
    expect(feed.rejects).toMatchObject([{ code: 'unsupported_pattern', detail: expect.stringContaining(reason) }]);
  });

  test('an OR keeps the sides that stand alone', () => {
    const pattern =
      "[domain-name:value = 'a.example' OR process:name = 'x' OR (url:value = 'http://b.example' AND file:size = 1)]";
    expect(run(indicator(pattern))).toMatchObject({
      items: ['DomainName a.example'],
      codes: ['unsupported_type', 'unsupported_pattern'],
    });
  });

  test.each([
    'process:name',
    'email-addr:value',
    'app:id',
    'file:name',
    'app:cert.sha256',
    "file:hashes.'SHA-512'",
    'constructor:value',
  ])('%s is nothing that Defender takes', (path) => {
    expect(run(indicator(`[${path} = 'x']`)).codes).toEqual(['unsupported_type']);
  });

  test('YARA and Snort rules', () => {
    expect(run(indicator('rule x {}', { pattern_type: 'yara' })).codes).toEqual(['unsupported_pattern']);
  });
});

describe('facts', () => {
  test('are carried over', () => {
    const object = indicator("[domain-name:value = 'a.example']", {
      name: 'Kit',
      description: 'Seen in mail.',
      confidence: 85,
      valid_until: '2026-12-01T00:00:00.123Z',
      external_references: [
        { source_name: 'mitre-attack', external_id: 'T1071.001' },
        { source_name: 'mitre-attack', external_id: 'TA0001' },
        { source_name: 'other', external_id: 'T1000' },
        'broken',
      ],
    });
    expect(run(object).feed.items).toEqual([
      {
        indicatorType: 'DomainName',
        indicatorValue: 'a.example',
        title: 'Kit',
        description: 'Seen in mail.',
        confidence: 85,
        expirationTime: expect.stringMatching(/^2026-12-01T00:00:00/),
        mitreTechniques: ['T1071.001'],
        externalId: object.id,
        place: `#/objects/0 ${object.id}`,
      },
    ]);
  });

  test('wrong ones are left out', () => {
    const more = { name: 7, confidence: 300, external_references: 'x', labels: null };
    expect(run(indicator("[domain-name:value = 'a.example']", more)).items).toEqual(['DomainName a.example']);
  });

  test('what is no longer valid is expired, and a time that is none is refused', () => {
    const pattern = "[domain-name:value = 'a.example']";
    expect(run(indicator(pattern, { valid_until: '2026-11-20T10:00:00Z' })).codes).toEqual(['expired']);
    expect(run(indicator(pattern, { valid_until: 'soon' })).codes).toEqual(['invalid_value']);
  });

  test('a revoked indicator is an item that takes its value out, unless another one still reports it', () => {
    const a = indicator("[domain-name:value = 'a.example']", { revoked: true, modified: '2026-11-02T00:00:00Z' });
    const b = indicator("[domain-name:value = 'a.example']", { modified: '2026-11-01T00:00:00Z' });
    expect(run(a).feed.items).toMatchObject([{ indicatorValue: 'a.example', revoked: true }]);
    const both = run(a, b).feed;
    expect(both.items).toHaveLength(1);
    expect(both.items[0]).not.toHaveProperty('revoked');
    expect(both.rejects).toMatchObject([{ code: 'duplicate', place: expect.stringContaining(a.id) }]);
  });

  test('of the versions of one id the latest counts, wherever it stands', () => {
    const old = indicator("[domain-name:value = 'a.example']", { modified: '2026-11-01T00:00:00.000Z' });
    const latest = { ...old, pattern: "[domain-name:value = 'b.example']", modified: '2026-11-02T00:00:00.000Z' };
    for (const objects of [
      [old, latest],
      [latest, old],
    ]) {
      expect(run(...objects)).toMatchObject({ items: ['DomainName b.example'], codes: ['duplicate'] });
    }
  });

  test('an indicator without id or pattern is unreadable, other objects are context', () => {
    const objects = [{ type: 'indicator' }, { type: 'malware', id: 'malware--1' }, 7, null, indicator(5)];
    expect(run(...objects).feed).toMatchObject({
      read: 2,
      rejects: [
        { place: '#/objects/0', code: 'unreadable' },
        { place: '#/objects/4', code: 'unreadable' },
      ],
    });
  });
});

describe('documents', () => {
  const bundle = (objects?: unknown) => JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });

  test('STIX 2.0 indicators have no pattern type', () => {
    const object = { type: 'indicator', id: 'indicator--1', pattern: "[domain-name:value = 'a.example']" };
    expect(fromStix(bundle([object]), now)).toMatchObject({ items: [{ indicatorValue: 'a.example' }] });
  });

  test('a bundle without indicators is empty, and read as such', () => {
    expect(fromStix(bundle(), now)).toEqual({ items: [], rejects: [], read: 0 });
  });

  test.each([
    ['nothing', ''],
    ['HTML', '<html>'],
    ['a bundle that is cut off', bundle([indicator("[domain-name:value = 'a.example']")]).slice(0, -5)],
    ['another JSON', '{"error":"no"}'],
    ['a list', '[]'],
    ['objects that are no list', bundle({})],
    ['deep nesting', '['.repeat(200_000)],
  ])('%s is refused as a whole', (_, text) => {
    expect(fromStix(text, now)).toEqual({ unreadable: { place: '#', detail: expect.any(String) } });
  });

  test('any pattern gives an answer', () => {
    const pieces = fc.constantFrom(
      ...[
        '[',
        ']',
        '(',
        ')',
        'domain-name',
        ':',
        'value',
        '=',
        ' ',
        "'a.example'",
        "'",
        'AND',
        'OR',
        'IN',
        ',',
        'NOT',
        '.',
      ],
      ...['FOLLOWEDBY', 'WITHIN 5 SECONDS', '\\', '/*', '*/', '//', '1', '-', 'EXISTS'],
    );
    const patterns = fc.oneof(
      fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join('')),
      anyText(100),
    );
    fc.assert(
      fc.property(patterns, (pattern) => void run(indicator(pattern))),
      { numRuns: 2_000 },
    );
  });

  test('any JSON gives an answer', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue()), (objects) => void run(...objects)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void fromStix(JSON.stringify(value), now)));
  });
});
