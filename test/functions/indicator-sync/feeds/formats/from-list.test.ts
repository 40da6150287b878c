import fc from 'fast-check';
import { anyText } from '../../../../builders/any-text.ts';
import { describe, expect, test } from 'vitest';
import { fromList } from '../../../../../functions/indicator-sync/feeds/formats/from-list.ts';
import type { ListSource } from '../../../../../functions/indicator-sync/feeds/formats/from-list.ts';

const now = Date.parse('2026-11-20T10:00:00Z');

function run(text: string, source: ListSource = {}) {
  const feed = fromList(text, source, now);
  if ('unreadable' in feed) return feed;
  expect(feed.read).toBe(feed.items.length + feed.rejects.length);
  return feed;
}

test('the first column of each line; comments and blank lines are nothing', () => {
  const text =
    '# c\n; c\n// c\n\n203.0.113.9\t10\n  a.example , x\nb.example;y # z\n"c.example","y"\nhxxp://d.example/a b\n';
  expect(run(text)).toEqual({
    items: [
      { indicatorType: 'IpAddress', indicatorValue: '203.0.113.9', place: 'line 5' },
      { indicatorType: 'DomainName', indicatorValue: 'a.example', place: 'line 6' },
      { indicatorType: 'DomainName', indicatorValue: 'b.example', place: 'line 7' },
      { indicatorType: 'DomainName', indicatorValue: 'c.example', place: 'line 8' },
      { indicatorType: 'Url', indicatorValue: 'http://d.example/a', place: 'line 9' },
    ],
    rejects: [],
    read: 5,
  });
});

test.each([
  ['hxxps://a.example/b,c;d', 'https://a.example/b,c;d'],
  ['a.example/b;c', 'http://a.example/b;c'],
  ['https://a.example/b, seen yesterday', 'https://a.example/b'],
  ['"https://a.example/b;c","x"', 'https://a.example/b;c'],
  ['hxxps[:]//a[.]example[/]b', 'https://a.example/b'],
])('%s: a URL is never cut, because its beginning stands for more', (line, indicatorValue) => {
  expect(run(line)).toMatchObject({ items: [{ indicatorType: 'Url', indicatorValue }], rejects: [] });
});

test.each<[string, ListSource, string]>([
  ['ana@mail.example', {}, 'unsupported_type'],
  ['nonsense', {}, 'invalid_value'],
  ['203.0.113.0/24', {}, 'address_range'],
  ['192.168.0.1', {}, 'private_address'],
  ['203.0.113.9:443', {}, 'invalid_value'],
  ['2026-07-23', { type: 'IpAddress' }, 'invalid_value'],
  ['*.a.example', {}, 'invalid_value'],
  ['a.example', { type: 'IpAddress' }, 'invalid_value'],
  ['x'.repeat(1024 * 1024 + 1), {}, 'unreadable'],
])('%.40s is a reject', (line, source, code) => {
  expect(run(`b.example\n${line}\n`, source)).toMatchObject({
    read: 2,
    rejects: expect.arrayContaining([
      { place: 'line 2', code, detail: expect.any(String), ...(line.length > 800 ? {} : { value: line }) },
    ]),
  });
});

describe('documents that are refused as a whole', () => {
  test.each([
    ['nothing', ' \n '],
    ['HTML', '\n<html lang="en">'],
    ['HTML behind a comment', '<!-- 503 -->\n<body>\na.example is down\n'],
    ['a piece of HTML', '<h1>Sorry</h1>\na.example is down\n'],
    ['XML', '<?xml version="1.0"?>'],
    ['a JSON object', '{\n "error": "no"}'],
    ['a JSON list', '["a.example"]'],
    ['an empty JSON list', '[]'],
  ])('%s', (_, text) => {
    expect(run(text)).toEqual({ unreadable: { place: 'line 1', detail: expect.any(String) } });
  });

  test('more values than an instance can hold', () => {
    expect(run(`# c\n${'x\n'.repeat(250_001)}`)).toMatchObject({ unreadable: { place: 'line 250002' } });
  });

  test('but addresses in brackets are a list', () => {
    expect(run('[2001:db8::1]\n')).toMatchObject({ items: [{ indicatorType: 'IpAddress' }] });
  });
});

test('any text gives an answer, and every line is accepted or rejected', () => {
  fc.assert(fc.property(anyText(200), (text) => void run(text)));
});
