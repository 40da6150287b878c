import { describe, expect, test } from 'vitest';
import { createReady } from '../../../../shared/work/stores/ready.store.ts';
import { freshTables } from '../../../builders/storage.ts';
import { contoso, movedClock } from '../../../builders/work.ts';

async function twoInstances() {
  const table = (await freshTables())('ready');
  const clock = movedClock(1_000_000_000);
  const read = async () => {
    const row = await createReady({ table, now: clock.now }).read('actions', contoso);
    if (!row) throw new Error('The row is gone.');
    return row;
  };
  return { clock, read, here: createReady({ table, now: clock.now }), there: createReady({ table, now: clock.now }) };
}

describe('announcing', () => {
  test('lowers the time, and never raises it', async () => {
    const { clock, read, here, there } = await twoInstances();
    await here.announce('actions', contoso, clock.now() + 500);
    await there.announce('actions', contoso, clock.now() + 900);
    expect((await read()).nextDueMs).toBe(clock.now() + 500);
    await there.announce('actions', contoso, clock.now());
    expect((await read()).nextDueMs).toBe(clock.now());
  });

  test('touches at most once in 30 s, unless the work is earlier than what was said', async () => {
    const { clock, read, here } = await twoInstances();
    await here.announce('actions', contoso, clock.now() + 500);
    const { etag, touchedMs } = await read();
    clock.move(29_999);
    await here.announce('actions', contoso, clock.now() + 500);
    expect((await read()).etag).toBe(etag);
    await here.announce('actions', contoso, touchedMs);
    expect(await read()).toMatchObject({ nextDueMs: touchedMs, touchedMs: clock.now() });
    clock.move(30_000);
    await here.announce('actions', contoso, clock.now() + 500);
    expect(await read()).toMatchObject({ nextDueMs: touchedMs, touchedMs: clock.now() });
  });

  test('by many at once ends at the earliest', async () => {
    const { clock, read, here } = await twoInstances();
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => here.announce('actions', contoso, clock.now() + ((i * 7) % 12))),
    );
    expect((await read()).nextDueMs).toBe(clock.now());
  });
});

describe('settling', () => {
  test.each([
    ['nothing is left', undefined],
    ['something is left for later', 2_000_000_000],
  ])(
    'within two minutes of a touch keeps the row due, when %s: a commit may be on its way',
    async (_name, earliest) => {
      const { clock, read, here } = await twoInstances();
      await here.announce('actions', contoso, clock.now() - 60_000);
      clock.move(120_000);
      await here.settle(await read(), earliest);
      expect((await read()).nextDueMs).toBe(clock.now() - 120_000); // no older than the touch, no later either
    },
  );

  test('after that moves it to the earliest that is left, or takes it away', async () => {
    const { clock, read, here } = await twoInstances();
    await here.announce('actions', contoso, clock.now());
    clock.move(120_001);
    await here.settle(await read(), clock.now() + 900);
    expect((await read()).nextDueMs).toBe(clock.now() + 900);
    await here.settle(await read(), undefined);
    await expect(read()).rejects.toThrow('gone');
  });

  test.each([undefined, 2_000_000_000])(
    'does nothing when the row was touched since it was read (%s)',
    async (earliest) => {
      const { clock, read, here, there } = await twoInstances();
      await here.announce('actions', contoso, clock.now());
      clock.move(120_001);
      const row = await read();
      await there.announce('actions', contoso, clock.now());
      await here.settle(row, earliest);
      await here.postpone(row, 2_000_000_000);
      expect((await read()).nextDueMs).toBe(clock.now() - 120_001);
    },
  );
});

test('who waited longest is visited first', async () => {
  const { clock, here } = await twoInstances();
  for (const [tenantId, ageMs] of [
    ['a', 1],
    ['b', 3],
    ['c', 2],
    ['d', -1],
  ] as const) {
    await here.announce('actions', tenantId, clock.now() - ageMs);
  }
  await here.announce('alerts', 'e', clock.now());
  expect((await here.due('actions')).map(({ tenantId }) => tenantId)).toEqual(['b', 'c', 'a']);
});
