import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import type { DefenderIndicatorSubmission } from '../../../shared/defender/indicator-rows.ts';
import { quoteText } from '../../../shared/defender/odata.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';

const tenant = { tenantId: world.tenantId, cloud: 'Commercial' } as const;
const { tenantId, clientId } = world;

let simulator: Simulator;
let indicators: DefenderIndicators;

beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  simulator.control.indicators.clear(tenantId);
  simulator.control.switches.reset();
  simulator.control.faults.clear();
  simulator.control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
  indicators = createDefenderIndicators(defenderAt(simulator, await freshTables()));
  simulator.control.quotas.clear();
  simulator.control.log.clear();
});

const rowOf = (i: number | string, more: Partial<DefenderIndicatorSubmission> = {}): DefenderIndicatorSubmission => ({
  indicatorValue: `n${i}.bad.example`,
  indicatorType: 'DomainName',
  action: 'Block',
  title: 'Threat feed',
  description: 'Seen in a feed',
  ...more,
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, i) => rowOf(i));

/** Calls to an API of the tenant since the test began. */
const calls = (path: string) => simulator.control.log.entries({ path, tenantId }).length;

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('listIndicators', () => {
  it('lists everything, over pages, others’ rows included', async () => {
    simulator.control.switches.change({ pageSize: 7 });
    await indicators.importIndicators(tenant, rowsOf(18));
    simulator.control.indicators.seed(tenantId, [{ ...rowOf('customer'), createdBy: 'ana@example.test' }]);
    const rows = await indicators.listIndicators(tenant);
    expect(rows).toHaveLength(19);
    expect(rows.filter(({ createdBy }) => createdBy === clientId)).toHaveLength(18);
    expect(calls('/api/indicators')).toBe(1 + 3);
  });

  it('filters by text of any kind', async () => {
    await indicators.importIndicators(tenant, [rowOf(1, { title: "O'Neil & co # 1" }), rowOf(2)]);
    const found = await indicators.listIndicators(tenant, { filter: `title eq ${quoteText("O'Neil & co # 1")}` });
    expect(found.map(({ indicatorValue }) => indicatorValue)).toEqual(['n1.bad.example']);
    expect(await indicators.listIndicators(tenant, { filter: `createdBy eq ${quoteText('nobody')}` })).toEqual([]);
  });

  it('throws when a page does not come', async () => {
    simulator.control.switches.change({ pageSize: 5 });
    await indicators.importIndicators(tenant, rowsOf(12));
    simulator.control.faults.add({ fault: 'truncated', match: { path: '/api/indicators', method: 'GET' }, skip: 1 });
    expect(await failureOf(indicators.listIndicators(tenant))).toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('importIndicators', () => {
  it('gives each row its result', async () => {
    const results = await indicators.importIndicators(tenant, [
      rowOf(1),
      rowOf(2, { indicatorValue: '127.0.0.1', indicatorType: 'IpAddress' }),
      rowOf(3),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(['imported', 'failed', 'imported']);
    expect(results[1]).toMatchObject({ failureReason: expect.stringContaining('127.0.0.1') as string });
    const held = simulator.control.indicators.list(tenantId);
    expect(results.flatMap((result) => (result.kind === 'imported' ? [result.id] : []))).toEqual(
      held.map(({ id }) => id),
    );
  });

  it('sends nothing for nothing, and never more than a batch', async () => {
    expect(await indicators.importIndicators(tenant, [])).toEqual([]);
    await expect(indicators.importIndicators(tenant, rowsOf(501))).rejects.toThrow(RangeError);
    expect(calls('/api')).toBe(0);
  });

  it('is repeated after a lost answer, and is the same then', async () => {
    simulator.control.faults.add({ fault: 'drop-after', match: { path: '/api/indicators/import' }, times: 1 });
    const results = await indicators.importIndicators(tenant, rowsOf(10));
    expect(results.every(({ kind }) => kind === 'imported')).toBe(true);
    expect(simulator.control.indicators.list(tenantId)).toHaveLength(10);
    expect(calls('/api/indicators/import')).toBe(2);
  });

  it('finds the row for which the whole call is refused', async () => {
    simulator.control.switches.change({ importFailure: 'whole-body' });
    const rows = rowsOf(100).with(37, rowOf('x', { indicatorValue: 'not a name' }));
    const results = await indicators.importIndicators(tenant, rows);
    expect(results.map(({ kind }, i) => (kind === 'failed' ? i : -1)).filter((i) => i >= 0)).toEqual([37]);
    expect(simulator.control.indicators.list(tenantId)).toHaveLength(99);
    expect(calls('/api/indicators/import')).toBeLessThan(16);
  });

  it('postpones what the budget does not reach', async () => {
    simulator.control.switches.change({ importFailure: 'whole-body' });
    const rows = rowsOf(64).map((row, i) => (i % 4 === 3 ? { ...row, indicatorValue: 'not a name' } : row));
    const results = await indicators.importIndicators(tenant, rows);
    const kinds = new Set(results.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['imported', 'failed', 'postponed']));
    expect(results).toHaveLength(64);
    expect(calls('/api/indicators/import')).toBe(30);
    const importedCount = results.filter(({ kind }) => kind === 'imported').length;
    expect(simulator.control.indicators.list(tenantId)).toHaveLength(importedCount);
  });

  it('names the role that is missing', async () => {
    simulator.control.tenants.consent(tenantId, clientId, { defender: ['Alert.Read.All'] });
    const failure = await failureOf(indicators.importIndicators(tenant, rowsOf(2)));
    expect(failure).toBeInstanceOf(UpstreamRefused);
    expect(failure).toMatchObject({ code: 'role_missing', missingRole: 'Ti.ReadWrite.All' });
    simulator.control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
    expect(await indicators.importIndicators(tenant, rowsOf(2))).toHaveLength(2);
  });
});

describe('deleteIndicators', () => {
  async function importIds(count: number): Promise<string[]> {
    const results = await indicators.importIndicators(tenant, rowsOf(count));
    return results.flatMap((result) => (result.kind === 'imported' ? [result.id] : []));
  }

  it('deletes a batch with one call', async () => {
    const ids = await importIds(500);
    await indicators.deleteIndicators(tenant, ids);
    expect(simulator.control.indicators.list(tenantId)).toEqual([]);
    expect(calls('/api/indicators/BatchDelete')).toBe(1);
  });

  it.each(['atomic', 'known-then-404', 'known-then-204'] as const)(
    'takes unknown ids as gone: %s',
    async (batchDelete) => {
      simulator.control.switches.change({ batchDelete });
      const ids = await importIds(60);
      simulator.control.indicators.delete(
        tenantId,
        ids.filter((_, i) => i % 3 === 0),
      );
      simulator.control.indicators.seed(tenantId, [rowOf('customer')]);
      await indicators.deleteIndicators(tenant, ids);
      expect(simulator.control.indicators.list(tenantId).map(({ indicatorValue }) => indicatorValue)).toEqual([
        'ncustomer.bad.example',
      ]);
      expect(calls('/api/indicators')).toBeLessThanOrEqual(1 + 3);
    },
  );

  it('can be repeated as a whole after its answer was lost', async () => {
    const ids = await importIds(200);
    simulator.control.faults.add({ fault: 'drop-after', match: { path: '/api/indicators/BatchDelete' }, times: 1 });
    await indicators.deleteIndicators(tenant, ids);
    await indicators.deleteIndicators(tenant, ids);
    expect(simulator.control.indicators.list(tenantId)).toEqual([]);
    expect(calls('/api/indicators/BatchDelete')).toBe(3);
  });

  it('deletes nothing for nothing, one id that is unknown, and never more than a batch', async () => {
    await indicators.deleteIndicators(tenant, []);
    await indicators.deleteIndicators(tenant, ['999999']);
    await expect(
      indicators.deleteIndicators(
        tenant,
        Array.from({ length: 501 }, (_, i) => `${i}`),
      ),
    ).rejects.toThrow(RangeError);
    expect(calls('/api')).toBe(1);
  });
});
