import { expect, test } from 'vitest';
import { parseTimeSpanMs, readSchedule } from './timer-schedule.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

test.each([
  ['00:00:30', 30_000],
  ['01:30:00', 1.5 * hourMs],
  ['23:59:59', dayMs - 1000],
  ['12:34', 12 * hourMs + 34 * 60_000],
  ['1.02:03:04', dayMs + 2 * hourMs + 184_000],
  ['1:02:03:04', dayMs + 2 * hourMs + 184_000],
  ['24:00:00', 24 * dayMs],
  ['00:00:00.5', 500],
  ['3', 3 * dayMs],
  ['00:60:00', undefined],
  ['1.24:00:00', undefined],
  ['1.1:02:03:04', undefined],
  ['soon', undefined],
  ['', undefined],
])('time span %s', (text, expected) => {
  expect(parseTimeSpanMs(text)).toBe(expected);
});

test.each([
  ['%TICK%', '0 */5 * * * *'],
  ['0 %MINUTES% * * * *', '0 */10 * * * *'],
  ['00:00:10', '00:00:10'],
])('schedule %s is %s once its settings are looked up', (schedule, expected) => {
  expect(readSchedule(schedule, { TICK: '0 */5 * * * *', MINUTES: '*/10' }).text).toBe(expected);
});

test('a time span counts from the last run', () => {
  expect(readSchedule('00:00:10', {}).nextAfter(1_500)).toBe(11_500);
});

test.each([
  ['0 * * * * *', true],
  ['*/10 * * * * *', false],
  ['00:01:00', true],
  ['00:00:59', false],
])('last and next run of %s are recorded: %s', (schedule, expected) => {
  expect(readSchedule(schedule, {}).isMonitored).toBe(expected);
});

test.each([
  ['%NO_SUCH%', "'%NO_SUCH%' does not resolve to a value."],
  ['%EMPTY%', "The schedule expression '' was not recognized as a valid cron expression or timespan string."],
  [
    'every night',
    "The schedule expression 'every night' was not recognized as a valid cron expression or timespan string.",
  ],
  ['00:00:00', "The schedule expression '00:00:00' was not recognized as a valid cron expression or timespan string."],
])('schedule %s is an error', (schedule, message) => {
  expect(() => readSchedule(schedule, { EMPTY: '' })).toThrow(message);
});
