import { describe, expect, test } from 'vitest';
import type { Carry } from '../../../shared/work/carry.ts';
import { shardOf } from '../../../shared/work/rows/keys.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, fabrikam, hourMs, minuteMs, pass, testWork } from '../../builders/work.ts';

const done = carryOf({ outcome: 'Done' });

async function flood(work: Work, tenantId: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => accepted(work, { tenantId, isLeftToTimer: true })));
}

describe('a drain', () => {
  test('carries what is due in its lane, of every tenant', async () => {
    const { work } = testWork(await freshTables(), done);
    await flood(work, contoso, 45);
    await flood(work, fabrikam, 3);
    await accepted(work, { kind: 'Alert', isLeftToTimer: true });
    expect(await work.drain('actions', pass)).toEqual({ carried: 48 });
    expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
    expect(await work.drain('alerts', pass)).toEqual({ carried: 1 });
  });

  test('has at most 4 items of a tenant and 64 in all in hand', async () => {
    const running = new Map<string, number>();
    let all = 0;
    let most = 0;
    let mostOfOne = 0;
    const carry: Carry = async ({ operation: { tenantId } }, tools) => {
      const ofOne = (running.get(tenantId) ?? 0) + 1;
      running.set(tenantId, ofOne);
      all += 1;
      most = Math.max(most, all);
      mostOfOne = Math.max(mostOfOne, ofOne);
      await tools.saveIntent({}); // somewhere in a call
      running.set(tenantId, (running.get(tenantId) ?? 0) - 1);
      all -= 1;
      return { outcome: 'Done' };
    };
    const { work } = testWork(await freshTables(), carry);
    for (let i = 0; i < 20; i += 1) await flood(work, `tenant-${i}`, 6);
    expect((await work.drain('actions', pass)).carried).toBe(120);
    expect(mostOfOne).toBeLessThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(64);
    expect(most).toBeGreaterThan(4);
  });

  test('one flooding tenant delays nobody: the quiet ones are done before its second visit', async () => {
    const order: string[] = [];
    const { work } = testWork(await freshTables(), ({ operation: { tenantId } }) => {
      order.push(tenantId);
      return Promise.resolve({ outcome: 'Done' });
    });
    await flood(work, 'flooding', 200);
    for (let i = 0; i < 30; i += 1) await flood(work, `quiet-${i}`, 1);
    expect((await work.drain('actions', pass)).carried).toBe(230);
    const lastQuiet = order.findLastIndex((tenantId) => tenantId !== 'flooding');
    const before = order.slice(0, lastQuiet).filter((tenantId) => tenantId === 'flooding').length;
    expect(before).toBeLessThanOrEqual(20);
  });

  test('starts nothing after its budget, and says what is left', async () => {
    const { work, clock } = testWork(await freshTables(), () => {
      clock.move(20_000);
      return Promise.resolve({ outcome: 'Done' });
    });
    const startMs = clock.now();
    await flood(work, contoso, 20);
    const { carried } = await work.drain('actions', pass);
    expect(carried).toBeLessThanOrEqual(6); // 4 in hand when it is over, 2 before them
    expect(carried).toBeGreaterThanOrEqual(1);
    expect(await work.oldestDue(['actions'])).toBe(startMs);
  });

  test('waits for what becomes due while it runs, when it is told to', async () => {
    const { work, clock } = testWork(
      await freshTables(),
      carryOf({ outcome: 'Later', dueAtMs: 0, stage: 'Pending' }, { outcome: 'Done' }),
    );
    const startMs = clock.now();
    await accepted(work, { isLeftToTimer: true, dueAtMs: startMs + 12_000 });
    await accepted(work, { isLeftToTimer: true, dueAtMs: startMs + 40_000 });
    expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
    expect(await work.drain('actions', { ...pass, waitsForMs: 30_000 })).toEqual({ carried: 1 });
    expect(clock.now()).toBe(startMs + 12_000);
  });

  test('a limit that said no to one of a tenant stops its others, until it lets them through', async () => {
    const limit = { left: 15, againAtMs: Infinity, asked: 0 };
    const carry: Carry = (_carried, { now }) => {
      limit.asked += 1;
      if (now() >= limit.againAtMs) Object.assign(limit, { left: 15, againAtMs: Infinity });
      limit.left -= 1;
      if (limit.left >= 0) return Promise.resolve({ outcome: 'Done' });
      limit.againAtMs = Math.min(limit.againAtMs, now() + 20_000);
      return Promise.resolve({ outcome: 'Later', dueAtMs: limit.againAtMs, stage: 'Creating', isThrottled: true });
    };
    const { work, clock } = testWork(await freshTables(), carry);
    const startMs = clock.now();
    await flood(work, contoso, 60);
    expect((await work.drain('actions', pass)).carried).toBe(20);
    expect(limit.asked).toBe(20);
    await work.drain('actions', { ...pass, waitsForMs: 30_000 });
    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 20_000);
    expect((await work.list(contoso, { status: 'Succeeded' }, { limit: 100 }))?.operations.length).toBe(30);
  });

  test('side by side with another of the same lane carries everything once', async () => {
    const times = new Map<string, number>();
    const carry: Carry = async ({ operation: { id } }, tools) => {
      await tools.saveIntent({});
      times.set(id, (times.get(id) ?? 0) + 1);
      return { outcome: 'Done' };
    };
    const { work, again } = testWork(await freshTables(), carry);
    for (let i = 0; i < 10; i += 1) await flood(work, `tenant-${i}`, 20);
    const other = again({});
    const passes = await Promise.all([work.drain('actions', pass), other.drain('actions', pass)]);
    await work.drain('actions', pass);
    expect(passes.reduce((sum, { carried }) => sum + carried, 0)).toBeLessThanOrEqual(200);
    expect([...times.values()].filter((count) => count !== 1)).toEqual([]);
    expect(times.size).toBe(200);
  });

  test('takes only its shard’s tenants', async () => {
    const seen: string[] = [];
    const { work } = testWork(await freshTables(), ({ operation: { tenantId } }) => {
      seen.push(tenantId);
      return Promise.resolve({ outcome: 'Done' });
    });
    const tenants = Array.from({ length: 12 }, (_, i) => `tenant-${i}`);
    for (const tenantId of tenants) await flood(work, tenantId, 1);
    await work.drain('actions', { ...pass, shard: { index: 0, count: 3 } });
    expect(seen.sort()).toEqual(tenants.filter((tenantId) => shardOf(tenantId, 3) === 0).sort());
    for (const index of [1, 2]) await work.drain('actions', { ...pass, shard: { index, count: 3 } });
    expect(seen).toHaveLength(12);
  });

  test('goes on with the others when one operation’s row is damaged', async () => {
    const tables = await freshTables();
    const { work, lines } = testWork(tables, done);
    const { operation } = await accepted(work, { isLeftToTimer: true });
    await flood(work, contoso, 3);
    const broken = { partitionKey: contoso, rowKey: `o|${operation.id}`, facts0: new Uint8Array([1, 2, 3]) };
    await tables('work').updateEntity(broken, 'Merge');
    expect((await work.drain('actions', pass)).carried).toBe(3);
    expect(lines.map(({ event }) => event).toSorted()).toEqual([
      'item.failed',
      ...Array<string>(3).fill('operation.ended'),
    ]);
  });
});

describe('the ready table', () => {
  test('a tenant with nothing but a release in four hours costs nothing until then', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, carryOf({ outcome: 'Done' }));
    await accepted(work, { dueAtMs: clock.now() + 4 * hourMs });
    await flood(work, contoso, 1);
    await work.drain('actions', pass);
    clock.move(3 * minuteMs);
    await work.drain('actions', pass); // nothing is on its way any more: the row moves to the release
    const row = await tables('ready').getEntity('actions', contoso);
    expect(Number(row['nextDue'])).toBe(clock.now() - 3 * minuteMs + 4 * hourMs);
    clock.move(4 * hourMs);
    expect((await work.drain('actions', pass)).carried).toBe(1);
    clock.move(3 * minuteMs);
    await work.drain('actions', pass);
    await expect(tables('ready').getEntity('actions', contoso)).rejects.toMatchObject({ statusCode: 404 });
  });

  test('the age of a busy tenant’s oldest work is not that of its first', async () => {
    const { work, clock } = testWork(await freshTables(), done);
    for (let i = 0; i < 40; i += 1) {
      await flood(work, contoso, 1);
      clock.move(minuteMs);
      await work.drain('actions', pass);
      expect(await work.oldestDue(['actions'])).toBeUndefined();
    }
    await flood(work, contoso, 1);
    clock.move(20 * minuteMs);
    expect(clock.now() - ((await work.oldestDue(['actions', 'alerts', 'sync', 'callbacks'])) ?? 0)).toBe(20 * minuteMs);
  });
});
