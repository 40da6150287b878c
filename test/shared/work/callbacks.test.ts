import { describe, expect, test } from 'vitest';
import type { CallbacksOf } from '../../../shared/work/events.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, minuteMs, pass, receiver, testWork } from '../../builders/work.ts';

const callbacksOf: CallbacksOf = (before, after) =>
  Promise.resolve(
    before.status !== after.status && after.status !== 'Running'
      ? ['soar', 'siem'].map((caller) => ({
          id: `${after.id}_${after.version}_${caller}`,
          payload: { caller, status: after.status, version: after.version },
        }))
      : [],
  );

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
