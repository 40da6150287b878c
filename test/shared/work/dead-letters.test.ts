import { describe, expect, test } from 'vitest';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, dayMs, minuteMs, pass, receiver, testWork } from '../../builders/work.ts';

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
