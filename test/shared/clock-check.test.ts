import { describe, expect, test } from 'vitest';
import { createClockCheck } from '../../shared/clock-check.ts';
import { openTables } from '../../shared/tables.client.ts';
import { freshStorage } from '../builders/storage.ts';
import { createTables } from '../builders/create-tables.ts';
import { movedClock } from '../builders/work.ts';

function setUp(startMs?: number) {
  const clock = movedClock(startMs);
  const said: unknown[] = [];
  const say = (level: string) => (_event: string, fields?: object) => void said.push({ level, ...fields });
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  return { clock, said, check: createClockCheck({ now: clock.now, log }) };
}

/** Storage’s time is ours and so much more, as its answers write it. */
const dateOf = (ms: number): string => new Date(ms).toUTCString();

describe('our clock beside that of storage', () => {
  test.each([
    [0, true, undefined],
    [1_500, true, undefined],
    [5_000, true, 'warn'],
    [-5_000, true, 'warn'],
    [31_000, false, 'error'],
    [-32_000, false, 'error'],
    [3_600_000, false, 'error'],
  ])('%i ms behind: right %s, said as %s', (behindMs, isRight, level) => {
    const { clock, said, check } = setUp();
    check.hear(dateOf(clock.now() + behindMs), clock.now());
    expect(check.isRight()).toBe(isRight);
    expect(said).toMatchObject(level === undefined ? [] : [{ level, isClaiming: isRight }]);
  });

  test('a slow answer is no wrong clock, and what has no date says nothing', () => {
    const { clock, said, check } = setUp();
    const askedAtMs = clock.now();
    clock.move(60_000);
    check.hear(dateOf(askedAtMs), askedAtMs);
    check.hear(undefined, 0);
    check.hear('nonsense', 0);
    expect(check.isRight()).toBe(true);
    expect(said).toEqual([]);
  });

  test('is said once a minute, and forgotten with the next right answer', () => {
    const { clock, said, check } = setUp();
    for (let i = 0; i < 10; i += 1) {
      check.hear(dateOf(clock.now() + 40_000), clock.now());
      clock.move(10_000);
    }
    expect(said).toHaveLength(2);
    check.hear(dateOf(clock.now()), clock.now());
    expect(check.isRight()).toBe(true);
  });

  test('is judged by every call of the tables, transactions and refusals among them', async () => {
    const connectionString = await freshStorage();
    await createTables(connectionString);
    const wrong = setUp(Date.parse('2020-01-01T00:00:00Z'));
    const table = openTables({ connectionString }, { clockCheck: wrong.check, now: wrong.clock.now })('work');
    await expect(table.getEntity('a', 'b')).rejects.toMatchObject({ statusCode: 404 });
    expect(wrong.check.isRight()).toBe(false);
    const right = createClockCheck({ now: Date.now, log: { info: () => {}, warn: () => {}, error: () => {} } });
    const heard: string[] = [];
    const clockCheck = {
      hear: (date: string | null | undefined, at: number) => (heard.push(String(date)), right.hear(date, at)),
    };
    const other = openTables({ connectionString }, { clockCheck, now: Date.now })('work');
    await other.submitTransaction([['create', { partitionKey: 'a', rowKey: 'b' }]]);
    expect(heard).toHaveLength(1);
    expect(right.isRight()).toBe(true);
  });
});
