import { describe, expect, test } from 'vitest';
import { freshTables } from '../../builders/storage.ts';
import {
  accepted,
  carryOf,
  contoso,
  dayMs,
  fabrikam,
  minuteMs,
  newOperation,
  pass,
  testWork,
} from '../../builders/work.ts';

describe('the sweep', () => {
  test('forgets what ended 30 days after it was made, and then the key is free', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }));
    const input = newOperation();
    const { id } = await work.perform(await accepted(work, input));
    clock.move(30 * dayMs - 1);
    expect(await work.sweep(pass)).toMatchObject({ operations: 0 });
    clock.move(1);
    expect(await work.sweep(pass)).toMatchObject({ partitions: 1, operations: 1 });
    expect(await work.read(contoso, id)).toBeUndefined();
    expect(await work.list(contoso, {}, { limit: 10 })).toEqual({ operations: [] });
    expect(await work.accept(input)).toMatchObject({ outcome: 'accepted' });
  });

  test('keeps what is unfinished, and a dead letter’s operation for its 90 days', async () => {
    const failed = { outcome: 'Failed', error: { code: 'event_not_found', message: '' } } as const;
    const { work, clock } = testWork(await freshTables(), carryOf(failed));
    const dead = await work.perform(await accepted(work, { kind: 'Alert' }));
    const waiting = await accepted(work, { dueAtMs: clock.now() + 200 * dayMs });
    clock.move(89 * dayMs);
    await work.sweep(pass);
    expect((await work.list(contoso, {}, { limit: 10 }))?.operations.map(({ id }) => id)).toEqual([
      waiting.operation.id,
    ]);
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toMatchObject([{ id: dead.id }]);
    clock.move(2 * dayMs);
    expect(await work.sweep(pass)).toMatchObject({ deadLetters: 1 });
    expect(await work.read(contoso, dead.id)).toBeUndefined();
    expect(await work.read(contoso, waiting.operation.id)).toMatchObject({ status: 'NotStarted' });
  });

  test('finds work whose announcement was lost', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, carryOf({ outcome: 'Done' }));
    await accepted(work, { isLeftToTimer: true });
    await tables('ready').deleteEntity('actions', contoso);
    clock.move(10 * minuteMs);
    expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
    expect(await work.sweep(pass)).toMatchObject({ announced: 1 });
    expect(await work.drain('actions', pass)).toEqual({ carried: 1 });
    expect(await work.sweep(pass)).toMatchObject({ announced: 0 });
  });

  test('of one partition whose rows nobody can read keeps no other from its own', async () => {
    const tables = await freshTables();
    const { work, clock, lines } = testWork(tables, carryOf({ outcome: 'Done' }), {
      sweepBeside: (tenantId) => (tenantId === contoso ? Promise.reject(new TypeError('a bug')) : Promise.resolve()),
    });
    await work.perform(await accepted(work));
    await work.perform(await accepted(work, { tenantId: fabrikam }));
    clock.move(31 * dayMs);
    expect(await work.sweep(pass)).toMatchObject({ partitions: 1, operations: 1 });
    expect(lines.map(({ event }) => event)).toContain('partition.skipped');
  });

  test('forgets a partition when nothing is in it any more, unless it was used just now', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, carryOf({ outcome: 'Done' }));
    await work.perform(await accepted(work));
    clock.move(31 * dayMs);
    expect(await work.sweep(pass)).toMatchObject({ partitions: 1, operations: 1 });
    expect(await work.sweep(pass)).toMatchObject({ partitions: 0 });
    await accepted(work);
    expect(await work.sweep(pass)).toMatchObject({ partitions: 1 });
  });

  test('stops at its budget, and begins elsewhere the next time', async () => {
    const tables = await freshTables();
    const random = { value: 0 };
    const { work, clock } = testWork(tables, carryOf({ outcome: 'Done' }), { random: () => random.value });
    for (let i = 0; i < 3; i += 1) await accepted(work, { tenantId: `tenant-${i}` });
    expect(await work.sweep({ budgetMs: 0 })).toMatchObject({ partitions: 0 });
    random.value = 0.99;
    expect(await work.sweep(pass)).toMatchObject({ partitions: 3 });
    expect(clock.now()).toBeGreaterThan(0);
  });
});
