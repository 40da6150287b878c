import fc from 'fast-check';
import { anyText } from '../../../../builders/any-text.ts';
import { describe, expect, test } from 'vitest';
import { fromCsv } from '../../../../../functions/indicator-sync/feeds/formats/from-csv.ts';
import type { CsvSource } from '../../../../../functions/indicator-sync/feeds/formats/from-csv.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const types = { domain: 'DomainName', ip: 'IpAddress', sha256: 'FileSha256' } as const;
const source: CsvSource = { header: false, delimiter: ',', columns: { value: 1, type: 0 }, types };
const named: CsvSource = { ...source, header: true, columns: { value: 'ioc', type: 'Type' } };

function run(text: string, with_: CsvSource = source) {
  const feed = fromCsv(text, with_, now);
  if ('unreadable' in feed) return feed;
  expect(feed.read).toBe(feed.items.length + feed.rejects.length);
  return feed;
}

describe('rows', () => {
  test('comments, blank lines and quoted line ends keep the place right', () => {
    const text = '# made by\n#\n\ndomain,a.example\n   \n"domain","b.example","x\ny ""z"""\ndomain,c.example,#tag\n';
    const items = [
      { indicatorType: 'DomainName', indicatorValue: 'a.example', place: 'line 4' },
      { indicatorType: 'DomainName', indicatorValue: 'b.example', place: 'line 6' },
      { indicatorType: 'DomainName', indicatorValue: 'c.example', place: 'line 8' },
    ];
    expect(run(text)).toEqual({ items, rejects: [], read: 3 });
  });

  test('a last row without a line end counts', () => {
    expect(run('domain,a.example')).toMatchObject({ items: [{ indicatorValue: 'a.example', place: 'line 1' }] });
  });

  test('columns by name, in any case, with another delimiter', () => {
    const text = ' TYPE ;ioc\ndomain;a.example\n';
    expect(run(text, { ...named, delimiter: ';' })).toMatchObject({
      items: [{ indicatorValue: 'a.example' }],
      read: 1,
    });
  });

  test('our own names of types need no mapping; without a type column the form decides', () => {
    expect(run('filemd5,d41d8cd98f00b204e9800998ecf8427e')).toMatchObject({ items: [{ indicatorType: 'FileMd5' }] });
    const text = 'a.example\n203.0.113.9\nhxxps://a.example/x\nword\n';
    const feed = run(text, { ...source, columns: { value: 0 } });
    expect(feed).toMatchObject({
      items: [{ indicatorType: 'DomainName' }, { indicatorType: 'IpAddress' }, { indicatorType: 'Url' }],
      rejects: [{ place: 'line 4', value: 'word', code: 'invalid_value' }],
    });
  });

  test('every fact has its column', () => {
    const columns = {
      value: 0,
      title: 1,
      description: 2,
      severity: 3,
      confidence: 4,
      expirationTime: 5,
      externalId: 6,
    };
    const row = `a.example,${'t'.repeat(300)},,critical,84.6,2026-12-01 08:00,x-1`;
    expect(run(row, { ...source, columns })).toEqual({
      items: [
        {
          indicatorType: 'DomainName',
          indicatorValue: 'a.example',
          title: `${'t'.repeat(255)}…`,
          severity: 'High',
          confidence: 85,
          expirationTime: '2026-12-01T08:00:00Z',
          externalId: 'x-1',
          place: 'line 1',
        },
      ],
      rejects: [],
      read: 1,
    });
  });

  test.each([
    ['too few columns', 'domain', 'unreadable'],
    ['an unknown type', 'ja3,a.example', 'unsupported_type'],
    ['a value of another form', 'sha256,a.example', 'invalid_value'],
    ['an empty value', 'domain,', 'invalid_value'],
    ['an unknown severity', 'domain,a.example,scary', 'invalid_value'],
    ['a confidence beyond 100', 'domain,a.example,,101', 'invalid_value'],
    ['a confidence in words', 'domain,a.example,,sure', 'invalid_value'],
    ['no time', 'domain,a.example,,,soon', 'invalid_value'],
    ['no day', 'domain,a.example,,,2026-02-30', 'invalid_value'],
    ['a time that has passed', 'domain,a.example,,,2026-11-20T10:00:00Z', 'expired'],
  ])('%s is a reject', (_, row, code) => {
    const columns = { value: 1, type: 0, severity: 2, confidence: 3, expirationTime: 4 };
    expect(run(row, { ...source, columns })).toMatchObject({
      items: [],
      rejects: [{ place: 'line 1', code }],
      read: 1,
    });
  });

  test('the word of an unknown type is named', () => {
    expect(run('ja3,a.example')).toMatchObject({ rejects: [{ detail: 'The type "ja3" is not mapped.' }] });
  });

  test('more columns than the header has: an unquoted delimiter may have shifted them', () => {
    const feed = run('type,ioc\ndomain,a.example\ndomain,b,b.example\n', named);
    expect(feed).toMatchObject({ items: [{ place: 'line 2' }], rejects: [{ place: 'line 3', code: 'unreadable' }] });
  });

  test('spaces before a quoted field are nothing, and what it quotes is one field', () => {
    const text = '"2026-07-23", "31", "https://a.example/x,y", "url"\n"2026-07-23", "32", "b.example", "domain"\n';
    const feed = run(text, { ...source, columns: { value: 2, type: 3 }, types: { ...types, url: 'Url' } });
    expect(feed).toMatchObject({
      items: [{ indicatorValue: 'https://a.example/x,y' }, { indicatorValue: 'b.example' }],
      rejects: [],
    });
  });

  test('a quote that opens by mistake, and that a later one closes by chance, spoils its own line only', () => {
    const text = 'domain,a.example\ndomain,"b.example\ndomain,c.example\n\ndomain,d.example,"tag"\ndomain,e.example\n';
    expect(run(text)).toMatchObject({
      read: 5,
      items: ['line 1', 'line 3', 'line 5', 'line 6'].map((place) => ({ place })),
      rejects: [{ place: 'line 2', code: 'unreadable', detail: 'A quote opens a field and does not close.' }],
    });
    const quoted = '"""b"" says it\nhimself",domain,a.example\n';
    expect(run(quoted, { ...source, columns: { value: 2, type: 1, title: 0 } })).toMatchObject({
      items: [{ title: '"b" says it\nhimself', place: 'line 1' }],
      rejects: [],
    });
  });

  test('of two rows with one value the later counts', () => {
    const feed = run('domain,A.example\ndomain,b.example\ndomain,a[.]example\n');
    expect(feed).toMatchObject({
      items: [{ place: 'line 2' }, { place: 'line 3' }],
      rejects: [{ place: 'line 1', value: 'a.example', code: 'duplicate' }],
    });
  });
});

describe('documents that are refused as a whole', () => {
  test.each<[string, string, CsvSource, string]>([
    ['nothing', '', source, 'line 1'],
    ['HTML', '<!DOCTYPE html>\n<html>', source, 'line 1'],
    ['a piece of HTML', '<h1>Sorry</h1>\nip,203.0.113.9\n', source, 'line 1'],
    ['a quote that never closes', 'domain,a.example\ndomain,"b.example\ndomain,c.example\n', source, 'line 3'],
    ['a line of more than 1 MiB', `domain,a.example\n${'x'.repeat(1024 * 1024 + 2)}\n`, source, 'line 2'],
    ['a header without the column', 'type,value\ndomain,a.example\n', named, 'line 1'],
    ['a column by name and no header', 'domain,a.example\n', { ...named, header: false }, 'line 1'],
  ])('%s', (_, text, with_, place) => {
    expect(run(text, with_)).toEqual({ unreadable: { place, detail: expect.any(String) } });
  });
});

test('more rows than an instance can hold are refused as a whole', () => {
  const text = `Type,ioc\n${'x,y\n'.repeat(250_001)}`;
  expect(run(text, named)).toMatchObject({ unreadable: { place: 'line 250002' } });
});

test('any text gives an answer, and every row is accepted or rejected', () => {
  const pieces = fc.constantFrom(
    'domain',
    'ip',
    'a.example',
    '203.0.113.9',
    ',',
    ',',
    '\n',
    '\n',
    '"',
    '#',
    ' ',
    '\t',
    'é',
  );
  const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(texts, anyText(100)), fc.constantFrom(source, named), (text, with_) => void run(text, with_)),
  );
});
