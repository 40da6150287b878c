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
    [0, undefined],
    [1_500, undefined],
    [5_000, 'warn'],
    [-5_000, 'warn'],
    [31_000, 'error'],
    [-32_000, 'error'],
    [3_600_000, 'error'],
  ])('%i ms behind: said as %s', (behindMs, level) => {
    const { clock, said, check } = setUp();
    check(dateOf(clock.now() + behindMs), clock.now());
    expect(said).toMatchObject(level === undefined ? [] : [{ level }]);
  });

  test('a slow answer is no wrong clock, and what has no date says nothing', () => {
    const { clock, said, check } = setUp();
    const askedAtMs = clock.now();
    clock.move(60_000);
    check(dateOf(askedAtMs), askedAtMs);
    check(undefined, 0);
    check('nonsense', 0);
    expect(said).toEqual([]);
  });

  test('is said once a minute', () => {
    const { clock, said, check } = setUp();
    for (let i = 0; i < 10; i += 1) {
      check(dateOf(clock.now() + 40_000), clock.now());
      clock.move(10_000);
    }
    expect(said).toHaveLength(2);
  });

  test('is judged by every call of the tables, transactions and refusals among them', async () => {
    const connectionString = await freshStorage();
    await createTables(connectionString);
    const heard: number[] = [];
    const checkClock = (date: string | null | undefined, askedAtMs: number) =>
      void heard.push(Date.parse(String(date)) - askedAtMs);
    const table = openTables({ connectionString }, { checkClock, now: () => 0 })('work');
    await expect(table.getEntity('a', 'b')).rejects.toMatchObject({ statusCode: 404 });
    await table.submitTransaction([['create', { partitionKey: 'a', rowKey: 'b' }]]);
    expect(heard).toHaveLength(2);
    for (const storageMs of heard) expect(storageMs).toBeGreaterThan(Date.parse('2020-01-01'));
  });
});
