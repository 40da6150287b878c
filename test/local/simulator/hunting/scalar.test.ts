import { describe, expect, test } from 'vitest';
import { setUpHunting } from '../test-hunting.ts';

const bench = setUpHunting();
const valueOf = async (expression: string): Promise<unknown> =>
  (await bench.rows(`print Value = ${expression}`))[0]?.['Value'];

describe('operators', () => {
  test.each([
    ["'a' == 'A'", false],
    ["'a' =~ 'A'", true],
    ["'a' !~ 'A'", false],
    ["'a' != 'A'", true],
    ["'a' in ('b', 'a')", true],
    ["'A' in ('b', 'a')", false],
    ["'A' in~ ('b', 'a')", true],
    ["'A' !in~ ('b', 'a')", false],
    ["'a' in (dynamic(['a', 'b']))", true],
    ["'powershell -enc x' has 'ENC'", true],
    ["'powershell -encode x' has 'enc'", false],
    ["'powershell -encode x' hasprefix 'enc'", true],
    ["'a-decode' hassuffix 'code'", true],
    ["'https://bad.example/a' has 'bad.example'", true],
    ["'https://notbad.example/a' has 'bad.example'", false],
    ["'https://notbad.example/a' contains 'BAD.example'", true],
    ["'x_bad' has 'bad'", true],
    ["'Bad' contains_cs 'bad'", false],
    ["'Bad' !contains 'bad'", false],
    ["'Bad' startswith 'b'", true],
    ["'Bad' endswith_cs 'D'", false],
    ["'one two' has_any ('two', 'three')", true],
    ["'one two' has_all ('two', 'three')", false],
    ["'abc' matches regex '^a.c$'", true],
    ["'ABC' matches regex '(?i)^a.c$'", true],
    ['5 between (1 .. 5)', true],
    ['5 !between (1 .. 5)', false],
    ['datetime(2026-11-20T10:00:00Z) between (datetime(2026-11-20T09:00:00Z) .. 1h)', true],
    ['1 + 2 * 3', 7],
    ['7 / 2', 3],
    ['7 / 2.0', 3.5],
    ['-7 % 5', 3],
    ['not(1 == 1) or (2 > 1 and true)', true],
    ['int(null) == 1', false],
    ['int(null) != 1', true],
    ['isnull(int(null) > 1)', true],
  ])('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toBe(expected);
  });
});

describe('times', () => {
  test.each([
    ['now()', '2026-11-20T10:00:00.0000000Z'],
    ['ago(1d)', '2026-11-19T10:00:00.0000000Z'],
    ['ago(1.5h)', '2026-11-20T08:30:00.0000000Z'],
    ['datetime(2026-11-20T09:30:05.7654321Z)', '2026-11-20T09:30:05.7654321Z'],
    ['datetime(2026-11-20 09:30)', '2026-11-20T09:30:00.0000000Z'],
    ["todatetime('2026-11-20T09:30:05.7654321Z') + 100ms", '2026-11-20T09:30:05.8654321Z'],
    ['bin(datetime(2026-11-20T09:47:05Z), 15m)', '2026-11-20T09:45:00.0000000Z'],
    ["format_datetime(datetime(2026-11-20T09:05:07.1234567Z), 'yyyy-MM-dd HH:mm:ss.fff')", '2026-11-20 09:05:07.123'],
    ['startofday(now())', '2026-11-20T00:00:00.0000000Z'],
    ["datetime_add('hour', -2, now())", '2026-11-20T08:00:00.0000000Z'],
    ["datetime_diff('minute', now(), datetime(2026-11-20T09:59:59Z))", 1],
    ["datetime_diff('second', datetime(2026-11-20T09:59:00Z), now())", -60],
    ["abs(datetime_diff('millisecond', datetime(2026-11-20T10:00:00.0019999Z), now()))", 1],
    ['now() - datetime(2026-11-19T09:00:00.5Z)', '1.00:59:59.5000000'],
    ['abs(datetime(2026-11-20T09:00:00Z) - now())', '01:00:00'],
    ['abs(datetime(2026-11-20T09:00:00Z) - now()) < 61m', true],
    ['1h / 1m', 60],
    ['totimespan("1.02:03:04") > 1d', true],
    ['time(00:00:02) == 2s', true],
    ['tolong(datetime(1970-01-01T00:00:01Z)) > 0', true],
    ['datetime(2026-11-20T09:00:00.0000001Z) > datetime(2026-11-20T09:00:00Z)', true],
  ])('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toBe(expected);
  });
});

describe('functions', () => {
  test.each([
    ["strcat('a', 1, true)", 'a1true'],
    ["tolower('AbC')", 'abc'],
    ["substring('abcdef', 2, 3)", 'cde'],
    ["split('a/b/c', '/')[1]", 'b'],
    ["replace_string('a.b.c', '.', '-')", 'a-b-c'],
    ["replace_regex('abc', '(a)(b)', @'\\2\\1')", 'bac'],
    ["extract('a(.)c', 1, 'xabcx')", 'b'],
    ["trim(@'\\s+', '  a ')", 'a'],
    ["isempty('')", true],
    ["isnotempty('a')", true],
    ["iff(1 > 2, 'a', 'b')", 'b'],
    ['case(false, 1, true, 2, 3)', 2],
    ["coalesce('', 'x')", 'x'],
    ['max_of(1, 3, 2)', 3],
    ["tolong('42') + 1", 43],
    ["toint('x')", null],
    ["tostring(dynamic({'a': [1, 'x', null]}))", '{"a":[1,"x",null]}'],
    ['tostring(parse_json(\'{"a": {"b": [5]}}\').a.b[0])', '5'],
    ["parse_json('{\"a\": \"x\"}')['a'] == 'x'", true],
    ['array_length(dynamic([1, 2]))', 2],
    ["set_has_element(dynamic(['a']), 'a')", true],
    ["tostring(parse_url('https://bad.example/a?b=c').Host)", 'bad.example'],
    ["ipv4_is_private('10.0.0.5')", true],
    ["ipv4_is_in_range('203.0.113.9', '203.0.113.0/24')", true],
    ["ipv4_is_match('203.0.113.9', '203.0.114.0/24')", false],
    ["ipv4_compare('203.0.113.9', '203.0.113.10')", -1],
  ])('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toBe(expected);
  });
});
