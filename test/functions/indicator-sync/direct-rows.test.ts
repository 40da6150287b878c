import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerValue } from '../../../functions/indicator-sync/answers/answer-value.ts';
import { toTenantIndicators } from '../../../functions/indicator-sync/answers/summarise.ts';
import type { BlockPlan } from '../../../shared/indicators/direct/block-plan.ts';
import { createBlockEvidence } from '../../../shared/indicators/direct/block-evidence.store.ts';
import { remove, setPolicies, setUpDirect, submit } from '../../builders/direct-indicators.ts';
import { clientId, syncOnce, tenantId, tick } from '../../builders/indicator-sync.ts';
import type { Instance } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { changeTenant, shown } from '../../builders/sync-world.ts';
import { dayMs, hourMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const bad = { indicatorType: 'DomainName', indicatorValue: 'bad.example' } as const;
const operationId = 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa';
const observing = { mode: 'Observe', reserve: 0 };

/** An alert's response blocks these names for an hour. */
async function blockNames(instance: Instance, names: readonly string[], of = operationId, forMs = hourMs) {
  const tenant = (await instance.tenants.get(tenantId))!.document;
  const blocks = names.map((indicatorValue) => ({ indicatorType: 'DomainName', indicatorValue }) as const);
  const plan: BlockPlan = { blocks, forMs, leftOut: [{ indicatorValue: '10.0.0.1', why: 'private' }] };
  const blockEvidence = createBlockEvidence({
    direct: instance.direct,
    ownNames: ['contoso.example'],
    now: instance.now,
  });
  return blockEvidence(tenant, plan, { operationId: of, title: 'Beacon', severity: 'High' });
}

async function loadPlan({ tenants, planTenant }: Instance) {
  return planTenant((await tenants.get(tenantId))!.document, 'Never');
}

async function answer(instance: Instance, identity: Parameters<typeof answerValue>[0] = bad) {
  const loaded = await loadPlan(instance);
  return answerValue(identity, { ...loaded, ledger: loaded.stored.ledger });
}

describe('rows asked for directly', () => {
  it('are counted as `actions`, and their value says who asked', async () => {
    const { instance } = await setUpDirect(simulator);
    const { id } = await submit(instance);
    const { stored, state } = await loadPlan(instance);
    const { ours } = toTenantIndicators(stored.ledger, state, { limit: 15_000, reserve: 0 });
    expect(ours).toEqual({ actions: 1 });
    expect(await answer(instance)).toMatchObject({
      state: 'Present',
      owners: ['actions'],
      why: `actions: ${id}; action Block by an action`,
    });
  });

  it('are kept: what somebody deletes comes back with the daily look', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    await submit(instance);
    control.indicators.clear(tenantId);
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual(['DomainName|bad.example Block ours']);
  });

  it('are withdrawn when the value is excepted or protected, and come back', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await submit(instance);
    for (const rule of [
      { exceptions: [{ indicatorValue: 'bad.example', reason: 'ours' }] },
      { protectedNames: ['bad.example'] },
    ]) {
      await setPolicies(instance, { indicators: { mode: 'Live', reserve: 0, ...rule } });
      await tick(instance.syncTenants);
      expect(rows()).toEqual([]);
      await setPolicies(instance, {});
      await tick(instance.syncTenants);
      expect(rows()).toHaveLength(1);
    }
  });

  it('go with the tenant', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await submit(instance);
    await blockNames(instance, ['evil.example']);
    await tick(instance.syncTenants);
    expect(rows()).toHaveLength(2);
    await changeTenant(instance, { connection: 'Removing' });
    const request = { dedupeKey: 'removal|1', fingerprint: 'f', request: {}, isLeftToTimer: true };
    await instance.work.accept({ tenantId, kind: 'TenantRemoval', ...request });
    for (let i = 0; i < 3; i += 1) await instance.work.drain('sync', { budgetMs: 45_000 });
    expect(rows()).toEqual([]);
    expect(await instance.direct.read(tenantId)).toEqual({ records: [] });
    expect((await instance.direct.readMarks()).has(tenantId)).toBe(false);
  });
});

describe("an alert's evidence", () => {
  it('is blocked at the next tick, through the guard, and let go when its time is over', async () => {
    const { instance, control, rows } = await setUpDirect(simulator, {
      indicators: {
        mode: 'Live',
        reserve: 0,
        protectedNames: ['fabrikam.example'],
        exceptions: [{ indicatorValue: 'good.example', reason: 'a partner' }],
      },
    });
    const names = ['evil.example', 'www.contoso.example', 'fabrikam.example', 'good.example'];
    expect(await blockNames(instance, names)).toEqual({
      blocked: [{ indicatorType: 'DomainName', indicatorValue: 'evil.example' }],
      leftOut: [
        { indicatorValue: '10.0.0.1', why: 'private' },
        { indicatorValue: 'www.contoso.example', why: expect.stringContaining('contoso.example') as string },
        { indicatorValue: 'fabrikam.example', why: expect.stringContaining('fabrikam.example') as string },
        { indicatorValue: 'good.example', why: 'The tenant excepted it: a partner' },
      ],
    });
    await tick(instance.syncTenants);
    expect(rows()).toMatchObject([
      { indicatorValue: 'evil.example', action: 'Block', severity: 'High', title: 'Evidence of: Beacon' },
    ]);
    expect(rows()[0]?.description).toContain(`[${operationId}]`);
    expect(await answer(instance, { ...bad, indicatorValue: 'evil.example' })).toMatchObject({
      why: `actions: ${operationId}; action Block by an alert's response, for its evidence`,
    });
    control.clock.advance(hourMs);
    await tick(instance.syncTenants);
    expect(rows()).toEqual([]);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
  });

  it('is blocked once however often it is asked for, and as long as the last alert wants', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    await blockNames(instance, ['evil.example']);
    const first = await instance.direct.read(tenantId);
    control.clock.advance(minuteMs);
    await blockNames(instance, ['evil.example']);
    expect((await instance.direct.read(tenantId)).records).toEqual(first.records);
    await tick(instance.syncTenants);
    await blockNames(instance, ['evil.example'], 'op_bbbbbbbbbbbbbbbbbbbbbbbbbb', 2 * hourMs);
    await blockNames(instance, ['evil.example'], 'op_cccccccccccccccccccccccccc', hourMs);
    await tick(instance.syncTenants);
    control.clock.advance(hourMs);
    await tick(instance.syncTenants);
    expect(rows()).toHaveLength(1);
  });

  it('can be deleted as what was submitted; what feeds say stays', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await blockNames(instance, ['bad.example']);
    await submit(instance, { action: 'Warn' });
    expect(shown(rows())).toEqual(['DomainName|bad.example Block ours']);
    expect(await remove(instance)).toMatchObject({ status: 'Succeeded' });
    expect(rows()).toEqual([]);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
  });

  it('is only looked at while alerts are observed', async () => {
    const { instance } = await setUpDirect(simulator, { alerts: { mode: 'Observe' } });
    expect((await blockNames(instance, ['evil.example'])).blocked).toHaveLength(1);
    expect(await instance.direct.read(tenantId)).toEqual({ records: [] });
  });
});

describe('modes', () => {
  it('an action that is observed writes nothing, and shows the call', async () => {
    const { instance, rows, calls } = await setUpDirect(simulator, { actions: { mode: 'Observe' } });
    const operation = await submit(instance);
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: {
        observed: true,
        request: {
          method: 'POST',
          path: '/api/indicators/import',
          body: { Indicators: [{ ...bad, action: 'Block', description: `Case 17 [${operation.id}]` }] },
        },
      },
    });
    expect(rows()).toEqual([]);
    expect(calls()).toEqual([]);
    expect(await instance.direct.read(tenantId)).toEqual({ records: [] });
  });

  it('an action is sent although feeds are observed, and of the feeds nothing is', async () => {
    const { instance, server, control, rows } = await setUpDirect(simulator, { indicators: observing });
    control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'theirs.example' }]);
    await server.put('blocklist', { apply: { action: 'Block' } });
    await server.publish('blocklist', ['a.example', 'bad.example']);
    expect(await syncOnce(instance)).toMatchObject({ result: { observed: true, added: 2 } });
    expect(await submit(instance, { action: 'Warn' })).toMatchObject({
      status: 'Succeeded',
      result: { indicator: { action: 'Warn' } },
    });
    const theirs = 'DomainName|theirs.example Block ana@example.test';
    expect(shown(rows())).toEqual(['DomainName|bad.example Warn ours', theirs]);
    expect(await remove(instance)).toMatchObject({ status: 'Succeeded' });
    expect(shown(rows())).toEqual([theirs]);
    expect((await instance.ledgers.read(tenantId)).ledger.size).toBe(0);
  });

  it('what feeds brought stays as it is when they are observed again', async () => {
    const { instance, server, control, rows } = await setUpDirect(simulator);
    await server.put('blocklist', { apply: { action: 'Audit' } });
    await server.publish('blocklist', ['a.example', 'shared.example']);
    await syncOnce(instance);
    await submit(instance, { indicatorValue: 'shared.example' });
    await setPolicies(instance, { indicators: observing });
    await server.publish('blocklist', ['other.example']);
    await submit(instance);
    expect(await remove(instance, { indicatorValue: 'shared.example' })).toMatchObject({
      status: 'Succeeded',
      result: { indicator: { action: 'Block' } },
    });
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual([
      'DomainName|a.example Audit ours',
      'DomainName|bad.example Block ours',
      'DomainName|shared.example Block ours',
    ]);
    await setPolicies(instance, {});
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual(['DomainName|bad.example Block ours', 'DomainName|other.example Audit ours']);
  });

  it('what was sent stays, and nothing is written, when whoever asked is observed too', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    await submit(instance);
    const all = { mode: 'Observe' };
    await setPolicies(instance, { actions: all, alerts: all, indicators: observing });
    control.log.clear();
    await tick(instance.syncTenants);
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect(control.log.entries({ path: '/api/indicators' }).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(rows()).toMatchObject([{ createdBy: clientId }]);
  });
});
