import { describe, expect, it } from 'vitest';
import { RestError } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { createBudgets } from '../../../shared/defender/budgets.store.ts';
import type { Budgets } from '../../../shared/defender/budgets.store.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { freshTables } from '../../builders/storage.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const start = 1_760_000_000_000;

function open(table: TableClient, now = () => start): Budgets {
  let ids = 0;
  const mark = crypto.randomUUID();
  return createBudgets({
    table,
    now,
    random: Math.random,
    sleep: () => Promise.resolve(),
    newId: () => `${mark}-${ids++}`,
  });
}

/** The table, with the answer to chosen writes lost after (or before) they were carried out. */
function losing(table: TableClient, isLost: (write: number) => 'after' | 'before' | undefined): TableClient {
  let writes = 0;
  const lose = async (write: () => Promise<unknown>) => {
    const lost = isLost(++writes);
    if (lost === 'before') throw new DOMException('The call was given up.', 'AbortError');
    const result = await write();
    if (lost === 'after') throw new DOMException('The call was given up.', 'AbortError');
    return result;
  };
  return {
    getEntity: (...args: Parameters<TableClient['getEntity']>) => table.getEntity(...args),
    createEntity: (...args: Parameters<TableClient['createEntity']>) => lose(() => table.createEntity(...args)),
    updateEntity: (...args: Parameters<TableClient['updateEntity']>) => lose(() => table.updateEntity(...args)),
  } as unknown as TableClient;
}

async function takeMany(budgets: readonly Budgets[], count: number): Promise<number> {
  const asked = Array.from({ length: Math.ceil(count / budgets.length) }, () => budgets).flat();
  const results = await Promise.all(
    asked.slice(0, count).map((instance) => instance.take(tenantId, 'indicatorsImport')),
  );
  return results.filter((result) => result.granted).length;
}

describe('createBudgets', () => {
  it('grants the limit and no more, side by side', async () => {
    const table = (await freshTables())('budgets');
    expect(await takeMany([open(table)], 60)).toBe(30);
    const after = await open(table).take(tenantId, 'indicatorsImport');
    expect(after).toEqual({ granted: false, retryAtMs: start + 64_000 });
  });

  it('shares the budget with other instances', async () => {
    const table = (await freshTables())('budgets');
    const instances = [open(table), open(table), open(table)];
    let granted = 0;
    for (let round = 0; round < 8; round += 1) granted += await takeMany(instances, 15);
    expect(granted).toBe(30);
  });

  it('keeps tenants and API rows apart', async () => {
    const budgets = open((await freshTables())('budgets'));
    expect(await takeMany([budgets], 40)).toBe(30);
    expect((await budgets.take(tenantId, 'indicators')).granted).toBe(true);
    expect((await budgets.take('6f1c0000-0000-4000-8000-00000000a002', 'indicatorsImport')).granted).toBe(true);
  });

  it('takes several at once or none', async () => {
    const budgets = open((await freshTables())('budgets'));
    expect((await budgets.take(tenantId, 'indicatorsImport', 29)).granted).toBe(true);
    expect((await budgets.take(tenantId, 'indicatorsImport', 2)).granted).toBe(false);
    expect((await budgets.take(tenantId, 'indicatorsImport', 1)).granted).toBe(true);
  });

  it('counts once a call whose write was carried out and whose reply was lost', async () => {
    const table = (await freshTables())('budgets');
    const budgets = open(losing(table, (write) => (write % 2 === 1 ? 'after' : undefined)));
    let granted = 0;
    for (let i = 0; i < 40; i += 1) granted += (await budgets.take(tenantId, 'indicatorsImport')).granted ? 1 : 0;
    expect(granted).toBe(30);
  });

  it('never grants what it could not write down', async () => {
    const table = (await freshTables())('budgets');
    const result = await open(losing(table, () => 'before')).take(tenantId, 'indicatorsImport');
    expect(result.granted).toBe(false);
    expect(result).toMatchObject({ retryAtMs: expect.any(Number) as number });
    expect(await takeMany([open(table)], 31)).toBe(30);
  });

  it('with replies lost in two instances at once grants at most the limit', async () => {
    const table = (await freshTables())('budgets');
    const instances = [
      open(losing(table, (write) => (write % 3 === 0 ? 'after' : undefined))),
      open(losing(table, (write) => (write % 4 === 0 ? 'after' : undefined))),
    ];
    let granted = 0;
    for (let round = 0; round < 10; round += 1) granted += await takeMany(instances, 8);
    expect(granted).toBeLessThanOrEqual(30);
    expect(granted).toBeGreaterThan(0);
  });

  it('blocks every instance until the time that was said, and never shortens a block', async () => {
    const table = (await freshTables())('budgets');
    let nowMs = start;
    const [one, other] = [open(table, () => nowMs), open(table, () => nowMs)];
    expect((await other.take(tenantId, 'hunting')).granted).toBe(true);
    await one.block(tenantId, 'hunting', start + 120_000);
    await other.block(tenantId, 'hunting', start + 5_000);
    expect(await other.take(tenantId, 'hunting')).toEqual({ granted: false, retryAtMs: start + 120_000 });
    nowMs = start + 120_000;
    expect((await other.take(tenantId, 'hunting')).granted).toBe(true);
  });

  it('says later when storage does not answer, and nothing of a failure that it does not know', async () => {
    const table = (await freshTables())('budgets');
    const failing = (error: Error) =>
      open({ ...losing(table, () => undefined), getEntity: () => Promise.reject(error) } as unknown as TableClient);
    const busy = failing(new RestError('ServerBusy', { statusCode: 503 }));
    await expect(busy.take(tenantId, 'alerts')).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(busy.block(tenantId, 'alerts', start)).rejects.toBeInstanceOf(UpstreamUnavailable);
    const broken = failing(new Error('a bug'));
    await expect(broken.take(tenantId, 'alerts')).rejects.toThrow('a bug');
    await expect(broken.take(tenantId, 'alerts')).rejects.toThrow('a bug');
  });
});
