import { describe, expect, test } from 'vitest';
import type { CallbacksOf } from '../../../shared/work/events.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, dayMs, minuteMs, pass, receiver, testWork } from '../../builders/work.ts';

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

  test('of a cancel are tried at once, and told once', async () => {
    const { received, carryCallback } = receiver('Done');
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), { callbacksOf, carryCallback });
    const { operation } = await accepted(work);
    await work.cancel(contoso, operation.id);
    await work.cancel(contoso, operation.id);
    expect(received.map(({ payload }) => payload['status'])).toEqual(['Canceled', 'Canceled']);
    expect((await work.drain('callbacks', pass)).carried).toBe(0);
  });

  test('of what expired while its tenant was suspended are tried by the drain that ended it', async () => {
    const { received, carryCallback } = receiver('Done');
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      ...{ callbacksOf, carryCallback, gate: () => Promise.resolve('Suspended' as const) },
    });
    await accepted(work, { isLeftToTimer: true, submitByMs: clock.now() + minuteMs });
    clock.move(minuteMs);
    await work.drain('actions', pass);
    expect(received.map(({ payload }) => payload['status'])).toEqual(['Failed', 'Failed']);
  });

  test('of what expired there wait for their timer when the drain’s time is over', async () => {
    const received: string[] = [];
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      ...{ callbacksOf, gate: () => Promise.resolve('Suspended' as const) },
      carryCallback: ({ id }) => {
        received.push(id);
        clock.move(15_000); // nobody answers there
        return Promise.resolve({ outcome: 'Done' });
      },
    });
    for (let i = 0; i < 5; i += 1) await accepted(work, { isLeftToTimer: true, submitByMs: clock.now() + minuteMs });
    clock.move(minuteMs);
    await work.drain('actions', pass);
    expect(received).toHaveLength(3);
    await work.drain('actions', { budgetMs: 10 * minuteMs });
    expect((await work.list(contoso, { status: 'Failed' }, { limit: 10 }))?.operations).toHaveLength(5);
  });

  test('that are too many for one transaction are told all the same, each once', async () => {
    const { received, carryCallback } = receiver('Done');
    const many = Array.from({ length: 250 }, (_, i) => `caller-${i}`);
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      carryCallback,
      callbacksOf: (before, after) =>
        Promise.resolve(before.status === after.status ? [] : many.map((id) => ({ id, payload: { caller: id } }))),
    });
    expect(await work.perform(await accepted(work))).toMatchObject({ status: 'Succeeded' });
    expect((await work.drain('callbacks', pass)).carried).toBe(250);
    expect(received.map(({ id }) => id).sort()).toEqual(many.toSorted());
  });

  test('whose row is damaged are given up, and are in nobody’s way', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, carryOf({ outcome: 'Done' }), {
      carryCallback: ({ payload }) =>
        Promise.resolve(payload['fine'] === true ? { outcome: 'Done' } : { outcome: 'Failed', code: 'not_sent' }),
    });
    await work.addCallbacks(contoso, [
      { id: 'a', payload: { fine: false } },
      { id: 'b', payload: { fine: true } },
    ]);
    const rowKey = `q|callbacks|${String(clock.now()).padStart(13, '0')}|a`;
    await tables('work').updateEntity({ partitionKey: contoso, rowKey, payload0: new Uint8Array([1, 2, 3]) }, 'Merge');
    expect((await work.drain('callbacks', pass)).carried).toBe(2);
    const dead = await work.listDeadLetters(contoso, { limit: 10 });
    expect(dead?.value).toMatchObject([{ id: 'a', code: 'not_sent' }]);
  });

  test('that a fault of ours keeps back for five days become dead letters', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }), {
      carryCallback: () => Promise.reject(new TypeError('a bug')),
    });
    await work.addCallbacks(contoso, [{ id: 'x', payload: {} }]);
    clock.move(5 * dayMs - 1);
    await work.drain('callbacks', pass);
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toEqual([]);
    clock.move(minuteMs);
    await work.drain('callbacks', pass);
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toMatchObject([{ id: 'x', code: 'not_sent' }]);
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
