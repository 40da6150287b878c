import { describe, expect, test } from 'vitest';
import { parseFilter } from './odata-filter.ts';
import { ODataSyntaxError } from './odata-lexer.ts';

const row = {
  title: "It's bad",
  action: 'Block',
  count: 7,
  generateAlert: true,
  createdAt: '2026-11-20T10:00:05.7654321Z',
  expirationTime: null,
  rbacGroupNames: ['Laptops', 'Servers'],
  hidden: 'x',
};
const properties = Object.fromEntries(
  Object.keys(row)
    .filter((key) => key !== 'hidden')
    .map((key) => [key, key]),
);

describe('parseFilter', () => {
  test.each([
    ["action eq 'Block'", true],
    ["ACTION eq 'block'", true],
    ["action ne 'Block'", false],
    ["title eq 'It''s bad'", true],
    ["action in ('Warn','Block')", true],
    ["action in ['Warn','Audit']", false],
    ["startswith(title,'it')", true],
    ["endswith(title,'bad')", true],
    ["contains(title,'good')", false],
    ["contains(title,'good') eq false", true],
    ['count gt 6', true],
    ['count lt 7', false],
    ['count ge 7 and count le 7', true],
    ['generateAlert eq true', true],
    ['expirationTime eq null', true],
    ['expirationTime ne null', false],
    ['expirationTime lt 2026-12-01T00:00:00Z', false],
    ['createdAt gt 2026-11-20', true],
    ['createdAt gt 2026-11-20Z', true],
    ['createdAt gt 2026-11-20T10:00:05.7654320Z', true],
    ['createdAt gt 2026-11-20T10:00:05.7654321Z', false],
    ['createdAt eq 2026-11-20T11:00:05.7654321+01:00', true],
    ["rbacGroupNames eq 'laptops'", true],
    ["rbacGroupNames ne 'laptops'", false],
    ["action eq 'Warn' or action eq 'Block' and count eq 7", true],
    ["(action eq 'Warn' or action eq 'Block') and count eq 8", false],
    ["not (action eq 'Warn')", true],
    ["not startswith(title,'it')", false],
  ])('%s is %s', (filter, expected) => {
    expect(parseFilter(filter, properties)(row)).toBe(expected);
  });

  test.each([
    "hidden eq 'x'",
    "nothing eq 'x'",
    "title eq 'It's bad'",
    "title eq 'open",
    'title eq',
    'title',
    '',
    "title like 'x'",
    "(title eq 'x'",
    "title eq 'x') ",
    "title eq 'x' and",
    'title eq x',
    "title in ('a','b']",
    "startswith('x',title)",
  ])('refuses %s', (filter) => {
    expect(() => parseFilter(filter, properties)).toThrow(ODataSyntaxError);
  });

  test('says that a literal does not end', () => {
    expect(() => parseFilter("title eq 'It's bad'", properties)).toThrow('unterminated string literal');
  });
});
