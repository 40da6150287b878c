import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import { carryOn, names, syncOnce, tenantId } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setPolicy, setUpIndicatorSync, shown } from '../../builders/sync-world.ts';
import { dayMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('calls to Defender', () => {
  it('are 32 for a first 15,000, none when nothing changed, and 3 for 1 %', async () => {
    const { instance, server, control, rows, calls } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(15_000));
    expect(await syncOnce(instance)).toMatchObject({
      status: 'Succeeded',
      attempts: 0,
      result: { added: 15_000, changed: 0, renewed: 0, removed: 0, rejected: 0, cut: 0 },
    });
    expect(rows()).toHaveLength(15_000);
    expect(calls().slice(0, 2)).toEqual(['POST /oauth2/v2.0/token?', 'GET /api/indicators']);
    expect(calls().slice(2)).toEqual(Array.from({ length: 30 }, () => 'POST /api/indicators/import'));

    control.log.clear();
    control.clock.advance(10 * minuteMs);
    await server.publish('blocklist', names(15_000).reverse());
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 0, removed: 0 } });
    expect(calls()).toEqual([]);

    await server.publish('blocklist', names(15_000, 75));
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 75, removed: 75 } });
    expect(calls()).toEqual([
      'GET /api/indicators?',
      'POST /api/indicators/BatchDelete',
      'POST /api/indicators/import',
    ]);
    expect(new Set(rows().map(({ indicatorValue }) => indicatorValue))).toEqual(new Set(names(15_000, 75)));
  });

  it('are no more when each of them takes so long that the sync needs many steps', async () => {
    const slow = (real: DefenderIndicators): DefenderIndicators => ({
      ...real,
      importIndicators: (...call) => {
        simulator.control.clock.advance(3_000);
        return real.importIndicators(...call);
      },
    });
    const { instance, server, rows, calls } = await setUpIndicatorSync(simulator, { indicators: slow });
    await server.put('blocklist');
    await server.publish('blocklist', names(6_000));
    let operation = await syncOnce(instance);
    expect(operation).toMatchObject({ status: 'Succeeded', attempts: 0, result: { added: 6_000 } });
    expect(operation.version).toBeGreaterThan(5);
    expect(calls()).toHaveLength(2 + 12);
    operation = await syncOnce(instance);
    expect([rows().length, calls().length]).toEqual([6_000, 14]);
  });

  it('renew a row once half of its life has passed, and look at others’ rows before', async () => {
    const { instance, server, control, rows, calls } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', { apply: { expiresAfter: 'P10D' } });
    await server.publish('blocklist', names(3));
    await syncOnce(instance);
    const [before] = rows();
    control.clock.advance(5 * dayMs);
    control.log.clear();
    expect(await syncOnce(instance)).toMatchObject({ result: { added: 0, renewed: 3 } });
    expect(calls().filter((call) => call.includes('/api/'))).toEqual([
      'GET /api/indicators',
      'POST /api/indicators/import',
    ]);
    expect(rows()).toHaveLength(3);
    expect(Date.parse(String(rows()[0]?.expirationTime)) - Date.parse(String(before?.expirationTime))).toBe(5 * dayMs);
  });
});

describe('a sync of nothing', () => {
  it('succeeds for a tenant without feeds, and is asked for once', async () => {
    const { instance, calls } = await setUpIndicatorSync(simulator);
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 0, cut: 0 } });
    expect(calls()).toEqual(['POST /oauth2/v2.0/token?', 'GET /api/indicators']);
    await syncOnce(instance);
    expect(calls()).toHaveLength(2);
  });

  it('is canceled when the tenant is on its way out', async () => {
    const { instance, server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await instance.tenants.change(tenantId, (current) => ({ ...current!, connection: 'Removing' }));
    expect(await syncOnce(instance)).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
  });
});

describe('mode Observe', () => {
  it('writes nothing to the tenant or the ledger, keeps the plan, and shows the request', async () => {
    const { instance, server, rows, calls } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(40));
    await syncOnce(instance);
    await setPolicy(instance, { mode: 'Observe', reserve: 0 });
    await server.publish('blocklist', names(40, 20));
    const before = await instance.ledgers.read(tenantId);
    const held = shown(rows());

    const operation = await syncOnce(instance);
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: {
        ...{ observed: true, added: 20, changed: 0, renewed: 0, removed: 20, rejected: 0, cut: 0 },
        request: { method: 'POST', path: '/api/indicators/import' },
      },
    });
    const { Indicators } = operation.result?.request?.body as { Indicators: Record<string, unknown>[] };
    expect(Indicators).toHaveLength(10);
    expect(Indicators[0]).toEqual({
      ...{ indicatorType: 'DomainName', indicatorValue: 'n40.bad.example', action: 'Audit', severity: 'Medium' },
      ...{ title: 'blocklist: n40.bad.example', description: 'Reported by blocklist.', generateAlert: true },
      expirationTime: '2025-04-02T04:00:00Z',
    });
    expect(shown(rows())).toEqual(held);
    expect(await instance.ledgers.read(tenantId)).toEqual(before);
    expect(calls().filter((call) => call.includes('import'))).toHaveLength(1);
    expect(await instance.states.read(tenantId)).toMatchObject({ observed: true, lastSyncAt: '2025-03-03T04:00:00Z' });
  });

  it('shows what it would take out when that is all', async () => {
    const { instance, server, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(3));
    await syncOnce(instance);
    await setPolicy(instance, { mode: 'Observe' });
    await server.publish('blocklist', names(2));
    const [gone] = rows().filter(({ indicatorValue }) => indicatorValue === 'n2.bad.example');
    expect((await syncOnce(instance)).result).toMatchObject({
      removed: 1,
      request: { method: 'POST', path: '/api/indicators/BatchDelete', body: { IndicatorIds: [gone?.id] } },
    });
    expect(rows()).toHaveLength(3);
  });

  it('goes live with the plan that it showed', async () => {
    const { instance, server, rows } = await setUpIndicatorSync(simulator);
    await setPolicy(instance, { mode: 'Observe' });
    await server.put('blocklist');
    await server.publish('blocklist', names(3));
    await syncOnce(instance);
    expect(rows()).toEqual([]);
    await setPolicy(instance, { mode: 'Live' });
    expect(await syncOnce(instance)).toMatchObject({ result: { added: 3 } });
    expect(shown(rows())).toEqual(names(3).map((name) => `DomainName|${name} Audit ours`));
  });
});

describe('throttling in the middle of a plan', () => {
  it.each([
    ['Microsoft’s 429', 10],
    ['our own budget', 0],
  ])('%s costs no attempt, and the rest follows', async (_, throttledForSeconds) => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(3_000));
    if (throttledForSeconds > 0) {
      const match = { path: '/api/indicators/import' };
      control.faults.add({ fault: 'throttle', match, skip: 2, times: 1, retryAfterSeconds: throttledForSeconds });
    } else {
      // Others of this deployment have used most of the minute.
      for (let i = 0; i < 28; i += 1)
        await instance.indicators.importIndicators({ tenantId, cloud: 'Commercial' }, [one]);
    }
    const operation = await syncOnce(instance);
    expect(operation).toMatchObject({ status: 'Running', stage: 'Applying', attempts: 0, result: { added: 1_000 } });
    control.clock.advance(2 * minuteMs);
    expect(await carryOn(instance, operation)).toMatchObject({
      status: 'Succeeded',
      attempts: 0,
      result: { added: 3_000 },
    });
    expect(shown(rows())).toEqual(
      names(3_000)
        .map((name) => `DomainName|${name} Audit ours`)
        .sort(),
    );
  });
});

const one = {
  ...({
    indicatorType: 'DomainName',
    indicatorValue: 'left.bad.example',
    action: 'Audit',
    generateAlert: true,
  } as const),
  ...{ title: 'Before', description: 'Before' },
};
