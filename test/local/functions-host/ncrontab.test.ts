import { describe, expect, test } from 'vitest';
import { parseNcrontab } from './ncrontab.ts';

describe('the next times of a schedule, in UTC', () => {
  test.each([
    // expression, from, the next ones
    ['0 * * * * *', '2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z', '2026-11-20T10:02:00Z'],
    ['0 * * * * *', '2026-11-20T10:00:59.999Z', '2026-11-20T10:01:00Z', '2026-11-20T10:02:00Z'],
    ['* * * * *', '2026-11-20T10:00:30Z', '2026-11-20T10:01:00Z', '2026-11-20T10:02:00Z'],
    ['* * * * * *', '2026-11-20T23:59:59Z', '2026-11-21T00:00:00Z', '2026-11-21T00:00:01Z'],
    ['*/20 * * * * *', '2026-11-20T10:00:19Z', '2026-11-20T10:00:20Z', '2026-11-20T10:00:40Z'],
    ['0 */5 * * * *', '2026-11-20T10:57:00Z', '2026-11-20T11:00:00Z', '2026-11-20T11:05:00Z'],
    ['0 7/20 * * * *', '2026-11-20T10:00:00Z', '2026-11-20T10:07:00Z', '2026-11-20T10:27:00Z'],
    ['0 0 9-17/4 * * *', '2026-11-20T10:00:00Z', '2026-11-20T13:00:00Z', '2026-11-20T17:00:00Z'],
    ['0 30 17-9/4 * * *', '2026-11-20T10:00:00Z', '2026-11-20T13:30:00Z', '2026-11-20T17:30:00Z'],
    ['5,35 10 0 * * *', '2026-11-20T10:00:00Z', '2026-11-21T00:10:05Z', '2026-11-21T00:10:35Z'],
    ['0 0 4 * * *', '2026-12-31T04:00:00Z', '2027-01-01T04:00:00Z', '2027-01-02T04:00:00Z'],
    ['0 0 0 1 Jan *', '2026-11-20T10:00:00Z', '2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'],
    ['0 0 0 * * Mon-Fri', '2026-11-20T10:00:00Z', '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z'],
    ['0 0 0 * * 0', '2026-11-20T10:00:00Z', '2026-11-22T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['0 0 0 29 2 *', '2026-11-20T10:00:00Z', '2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'],
    ['0 0 0 31 * *', '2026-11-20T10:00:00Z', '2026-12-31T00:00:00Z', '2027-01-31T00:00:00Z'],
    // day and day-of-week must both fit, unlike in cron
    ['0 0 0 13 * Fri', '2026-11-20T10:00:00Z', '2027-08-13T00:00:00Z', '2028-10-13T00:00:00Z'],
    ['0 0 0 29 feb tue', '2026-11-20T10:00:00Z', '2028-02-29T00:00:00Z', '2056-02-29T00:00:00Z'],
  ])('%s after %s', (expression, from, first, second) => {
    const cron = parseNcrontab(expression);
    const firstMs = cron?.nextAfter(Date.parse(from)) ?? Number.NaN;
    const secondMs = cron?.nextAfter(firstMs) ?? Number.NaN;
    expect([new Date(firstMs), new Date(secondMs)]).toEqual([new Date(first), new Date(second)]);
  });

  test('there is none for a day that does not exist', () => {
    expect(parseNcrontab('0 0 0 30 2 *')?.nextAfter(0)).toBeUndefined();
  });
});

test.each([
  ['', 'nothing'],
  ['* * * *', 'too few fields'],
  ['0 0 0 * * * *', 'too many fields'],
  ['0 60 * * * *', 'a minute that does not exist'],
  ['0 0 24 * * *', 'an hour that does not exist'],
  ['0 0 0 0 * *', 'day 0'],
  ['0 0 0 * 13 *', 'month 13'],
  ['0 0 0 * * 7', 'Sunday as 7'],
  ['0 0 0 L * *', 'the last day'],
  ['0 0 0 15W * *', 'the nearest weekday'],
  ['0 0 0 ? * *', 'a question mark'],
  ['0 0 0 * * Fri#2', 'the second Friday'],
  ['0 */x * * * *', 'a step that is no number'],
  ['0 1/2/3 * * * *', 'two steps'],
  ['0 1-2-3 * * * *', 'a range of three'],
  ['0 -5 * * * *', 'a negative number'],
  ['0 1, * * * *', 'an empty part'],
  ['@hourly', 'a nickname'],
  ['every night', 'words'],
])('"%s" is refused: %s', (expression) => {
  expect(parseNcrontab(expression)).toBeUndefined();
});

// Cases of the host's own tests for its rule on which schedules it keeps no record of.
test.each([
  ['* * * * * *', true],
  ['*/5 * * * * *', true],
  ['  */5    * *      * * *', true],
  ['10,20,45 * * * * *', true],
  ['0 */5 * * * *', false],
  ['0 30 * * * *', false],
  ['* 30 * * * *', false],
  ['0 * * * * *', false],
  ['30 * * * * *', false],
  ['* 1-5 * * * *', false],
  ['* * 12 * * Mon', false],
  ['* * * * *', false],
])('"%s" fires more than once a minute: %s', (expression, expected) => {
  expect(parseNcrontab(expression)?.isOftenerThanMinutely).toBe(expected);
});
