import { describe, expect, test } from 'vitest';
import type { CallbackCarry, CallbackOutcome, DueCallback } from '../../../shared/work/carry.ts';
import type { CallbacksOf } from '../../../shared/work/events.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, dayMs, minuteMs, newOperation, pass, testWork } from '../../builders/work.ts';

/** Two callers hear of every end. */
const callbacksOf: CallbacksOf = (before, after) =>
  Promise.resolve(
    before.status !== after.status && after.status !== 'Running'
      ? ['soar', 'siem'].map((caller) => ({
          id: `${after.id}_${after.version}_${caller}`,
          payload: { caller, status: after.status, version: after.version },
        }))
      : [],
  );

function receiver(...outcomes: readonly CallbackOutcome['outcome'][]) {
  const received: DueCallback[] = [];
  const carryCallback: CallbackCarry = (callback, { now }) => {
    const outcome = outcomes[Math.min(received.length, outcomes.length - 1)] ?? 'Done';
    received.push(callback);
    if (outcome === 'Later') return Promise.resolve({ outcome, dueAtMs: now() + 5_000, isAttemptFailed: true });
    return Promise.resolve(outcome === 'Failed' ? { outcome, code: 'endpoint_disabled' } : { outcome });
  };
  return { received, carryCallback };
}

describe('callbacks', () => {
  test('are written with the end they tell of, and tried at once by whoever ended it', async () => {
    const { received, carryCallback } = receiver('Done');
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { callbacksOf, carryCallback });
    const { id } = await work.perform(await accepted(work));
    expect(received).toEqual(
      ['soar', 'siem'].map((caller) => ({
        ...{ tenantId: contoso, id: `${id}_2_${caller}`, attempts: 1, createdAtMs: clock.now() },
        payload: { caller, status: 'Succeeded', version: 2 },
      })),
    );
    clock.move(2 * minuteMs);
    expect(await work.drain('callbacks', pass)).toEqual({ carried: 0 });
  });

  test('are tried once more after 5 s by a drain that ended the operation; then they are the timer’s', async () => {
    const { received, carryCallback } = receiver('Later');
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { callbacksOf, carryCallback });
    await accepted(work, { isLeftToTimer: true });
    await work.drain('actions', pass);
    expect(received.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 2]);
    clock.move(minuteMs);
    await work.drain('callbacks', { budgetMs: 5_000 });
    expect(received.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test('in a request are tried while it waits, and not again', async () => {
    const { received, carryCallback } = receiver('Later', 'Later', 'Done');
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { callbacksOf, carryCallback });
    await work.perform(await accepted(work));
    expect(received).toHaveLength(2);
    clock.move(minuteMs);
    expect((await work.drain('callbacks', pass)).carried).toBe(2);
    expect(received).toHaveLength(4);
  });

  test('of a cancel wait for their timer', async () => {
    const { received, carryCallback } = receiver('Done');
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { callbacksOf, carryCallback });
    const { operation } = await accepted(work);
    await work.cancel(contoso, operation.id);
    await work.cancel(contoso, operation.id);
    expect((await work.drain('callbacks', pass)).carried).toBe(2);
    expect(received.map(({ payload }) => payload['status'])).toEqual(['Canceled', 'Canceled']);
  });

  test('that belong to no operation go the same way, also while the tenant is suspended', async () => {
    const { received, carryCallback } = receiver('Done');
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      carryCallback,
      gate: () => Promise.resolve('Suspended'),
    });
    await work.addCallbacks(contoso, [{ id: 'tenant_1', payload: { type: 'tenant.suspended' } }]);
    await work.addCallbacks('feed|phishing', [{ id: 'feed_1', payload: { type: 'indicators.held' } }]);
    expect((await work.drain('callbacks', pass)).carried).toBe(2);
    expect(received.map(({ tenantId, id }) => [tenantId, id]).sort()).toEqual([
      [contoso, 'tenant_1'],
      ['feed|phishing', 'feed_1'],
    ]);
  });

  test('a fault of ours in delivering is no attempt of theirs', async () => {
    const attempts: number[] = [];
    const { work, clock, lines } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      carryCallback: (callback) => {
        attempts.push(callback.attempts);
        return Promise.reject(new TypeError('a bug'));
      },
    });
    await work.addCallbacks(contoso, [{ id: 'x', payload: {} }]);
    for (let i = 0; i < 3; i += 1) {
      await work.drain('callbacks', pass);
      clock.move(minuteMs);
    }
    expect(attempts).toEqual([1, 1, 1]);
    expect(lines.map(({ event }) => event)).toEqual(['delivery.crashed', 'delivery.crashed', 'delivery.crashed']);
  });
});

describe('dead letters', () => {
  const failed = { outcome: 'Failed', error: { code: 'event_not_found', message: 'None fits.' } } as const;

  test('are failed alerts with their request, not failed actions; newest first, page by page', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf(failed));
    await work.perform(await accepted(work, { kind: 'Action' }));
    const first = await work.perform(await accepted(work, { kind: 'Alert', request: { id: 'finding-1' } }));
    clock.move(minuteMs);
    const second = await work.perform(await accepted(work, { kind: 'AlertUpdate', request: { id: 'finding-2' } }));
    const page = await work.listDeadLetters(contoso, { limit: 1 });
    expect(page?.value).toEqual([
      {
        ...{ id: second.id, kind: 'AlertUpdate', code: 'event_not_found', request: { id: 'finding-2' } },
        failedAt: second.lastUpdatedAt,
      },
    ]);
    const next = await work.listDeadLetters(contoso, { limit: 1, cursor: page?.cursor ?? '' });
    expect(next).toMatchObject({ value: [{ id: first.id, request: { id: 'finding-1' } }] });
    expect(next).not.toHaveProperty('cursor');
    expect(await work.listDeadLetters(contoso, { limit: 1, cursor: 'abc' })).toBeUndefined();
  });

  test('are carried on as the same operation', async () => {
    const { work } = testWork(await freshTables(), carryOf(failed, { outcome: 'Done' }));
    const { id, version } = await work.perform(await accepted(work, { kind: 'Alert' }));
    expect(await work.redrive(contoso, { ids: [id], dryRun: true })).toBe(1);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Failed' });
    expect(await work.redrive(contoso, { ids: [id] })).toBe(1);
    const redriven = await work.read(contoso, id);
    expect(redriven).toMatchObject({ status: 'NotStarted', version: version + 1, attempts: 0 });
    expect(redriven).not.toHaveProperty('error');
    expect(await work.listDeadLetters(contoso, { limit: 10 })).toEqual({ value: [] });
    expect(await work.redrive(contoso, { ids: [id] })).toBe(0);
    await work.drain('alerts', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Succeeded' });
  });

  test('of a kind, all at once; unknown ids and actions are not there', async () => {
    const { work } = testWork(await freshTables(), carryOf(failed));
    const action = await work.perform(await accepted(work));
    for (const kind of ['Alert', 'Alert', 'AlertUpdate'] as const) await work.perform(await accepted(work, { kind }));
    expect(await work.redrive(contoso, { ids: [action.id, 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa'] })).toBe(0);
    expect(await work.redrive(contoso, { kind: 'Alert', dryRun: true })).toBe(2);
    const counts = await Promise.all([
      work.redrive(contoso, { kind: 'Alert' }),
      work.redrive(contoso, { kind: 'Alert' }),
    ]);
    expect(counts.reduce((a, b) => a + b)).toBe(2); // two at once: each letter goes once
  });

  test('that are too late by now end again', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf(failed, { outcome: 'Done' }));
    const { id } = await work.perform(await accepted(work, { kind: 'Alert', submitByMs: clock.now() + 2 * dayMs }));
    clock.move(3 * dayMs);
    await work.redrive(contoso, { kind: 'Alert' });
    await work.drain('alerts', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toMatchObject([{ id, code: 'expired' }]);
  });

  test('of callbacks keep what was to be told, and the same id when redriven', async () => {
    const { received, carryCallback } = receiver('Failed', 'Done');
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { carryCallback });
    await work.addCallbacks(contoso, [{ id: 'cb_1', payload: { type: 'tenant.connected' } }]);
    await work.drain('callbacks', pass);
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toMatchObject([
      { id: 'cb_1', kind: 'Callback', code: 'endpoint_disabled', request: { type: 'tenant.connected' } },
    ]);
    expect(await work.redrive(contoso, { kind: 'Callback' })).toBe(1);
    await work.drain('callbacks', pass);
    expect(received.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['cb_1', 1],
      ['cb_1', 1],
    ]);
  });
});

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
