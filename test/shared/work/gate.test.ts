import { describe, expect, test } from 'vitest';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Gate } from '../../../shared/work/carry.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, fabrikam, hourMs, minuteMs, pass, testWork } from '../../builders/work.ts';

const done = carryOf({ outcome: 'Done' });

async function flood(work: Work, tenantId: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => accepted(work, { tenantId, isLeftToTimer: true })));
}

describe('a gate', () => {
  test.each(['Suspended', 'Paused'] as const)(
    '%s: the work waits, shows it, costs no attempt, and goes on after a wake',
    async (closed) => {
      let gate: Gate = closed;
      const { work, clock } = testWork(await freshTables(), done, { gate: () => Promise.resolve(gate) });
      const operation = await work.perform(await accepted(work));
      expect(operation).toMatchObject({ status: 'NotStarted', stage: closed, attempts: 0, version: 1 });
      for (let i = 0; i < 3; i += 1) {
        clock.move(hourMs);
        expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
      }
      expect(await work.oldestDue(['actions'])).toBeUndefined();
      gate = 'open';
      expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
      await work.wake(contoso);
      expect(await work.oldestDue(['actions'])).toBe(clock.now());
      expect((await work.drain('actions', pass)).carried).toBe(1);
      expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    },
  );

  test('that opens without anybody saying so is noticed after five minutes', async () => {
    let gate: Gate = 'Paused';
    const { work, clock } = testWork(await freshTables(), done, { gate: () => Promise.resolve(gate) });
    await accepted(work, { isLeftToTimer: true });
    await work.drain('actions', pass);
    gate = 'open';
    clock.move(5 * minuteMs);
    expect((await work.drain('actions', pass)).carried).toBe(1);
  });

  test('does not stop the time: what is too late ends meanwhile, without a step', async () => {
    const { work, clock } = testWork(await freshTables(), done, { gate: () => Promise.resolve('Suspended') });
    const { operation } = await accepted(work, { isLeftToTimer: true, submitByMs: clock.now() + hourMs });
    const { operation: other } = await accepted(work, { isLeftToTimer: true });
    clock.move(hourMs);
    await work.drain('actions', pass);
    expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(await work.read(contoso, other.id)).toMatchObject({ stage: 'Suspended' });
  });

  test('that does not answer makes nothing undone that was written', async () => {
    const away = new UpstreamUnavailable('Storage does not answer.', { retryAfterMs: 5_000 });
    const { work, again } = testWork(await freshTables(), done, { gate: () => Promise.reject(away) });
    const operation = await work.perform(await accepted(work));
    expect(operation).toMatchObject({ status: 'NotStarted', version: 1 });
    await expect(work.read(contoso, operation.id)).rejects.toBe(away);
    expect(await work.cancel(contoso, operation.id)).toMatchObject({ outcome: 'done' });
    const open = again({ gate: () => Promise.resolve('open') });
    expect(await open.read(contoso, operation.id)).toMatchObject({ status: 'Canceled' });
  });

  test('of one tenant is no other’s', async () => {
    const { work } = testWork(await freshTables(), done, {
      gate: (tenantId) => Promise.resolve(tenantId === contoso ? 'Paused' : 'open'),
    });
    await flood(work, contoso, 3);
    await flood(work, fabrikam, 3);
    expect(await work.drain('actions', pass)).toEqual({ carried: 3 });
  });
});
