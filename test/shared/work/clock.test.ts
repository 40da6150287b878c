import { describe, expect, test } from 'vitest';
import { createTenantGate } from '../../../shared/registry/tenant-gate.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { tenantsWith } from '../../builders/tenants.ts';
import { accepted, carryOf, contoso, hourMs, movedClock, pass, testWork } from '../../builders/work.ts';

const done = carryOf({ outcome: 'Done' });

describe('a clock that is put back', () => {
  test('announces work again: what it remembers of later is not believed', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, done);
    await work.perform(await accepted(work));
    clock.move(-hourMs);
    await tables('ready').deleteEntity('actions', contoso);
    await accepted(work, { isLeftToTimer: true });
    expect(await work.drain('actions', pass)).toEqual({ carried: 1 });
  });

  test('counts the backlog anew', async () => {
    const { work, clock } = testWork(await freshTables(), done, { maxBacklog: 1 });
    const { operation } = await accepted(work, { isLeftToTimer: true });
    await work.cancel(contoso, operation.id);
    clock.move(-hourMs);
    expect(
      await work.accept({ ...{ tenantId: contoso, kind: 'Action', dedupeKey: 'b', fingerprint: 'b', request: {} } }),
    ).toMatchObject({ outcome: 'accepted' });
  });

  test('asks anew whether a tenant is open', async () => {
    const clock = movedClock();
    const tenants = await tenantsWith(await freshTables(), contoso);
    const gate = createTenantGate({ tenants, now: clock.now });
    expect(await gate(contoso)).toBe('open');
    clock.move(-hourMs);
    await tenants.change(contoso, (current) => ({ ...current!, paused: true }));
    expect(await gate(contoso)).toBe('Paused');
  });
});
