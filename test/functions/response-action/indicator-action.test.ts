import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { DirectRows } from '../../../shared/indicators/direct/direct-rows.store.ts';
import { later, remove, setPolicies, setUpDirect, submit } from '../../builders/direct-indicators.ts';
import { clientId, syncOnce, tenantId, tick } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { shown } from '../../builders/sync-world.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const key = 'DomainName|bad.example';
const dayMs = 86_400_000;

describe('SubmitIndicator', () => {
  it('ends within the request with the row in Defender, which says who asked and why', async () => {
    const { instance, rows, calls, control } = await setUpDirect(simulator);
    const operation = await submit(instance);
    const [row] = rows();
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: {
        action: 'SubmitIndicator',
        indicator: {
          indicatorType: 'DomainName',
          indicatorValue: 'bad.example',
          indicatorId: row?.id,
          action: 'Block',
        },
      },
    });
    expect(row).toMatchObject({
      title: 'Case 17',
      description: `Case 17 [${operation.id}]`,
      severity: 'High',
      generateAlert: true,
    });
    const endsAtMs = Date.parse(row?.expirationTime ?? '');
    expect(endsAtMs).toBe(Math.floor((Date.parse(operation.createdAt) + 30 * dayMs) / 1000) * 1000);
    control.log.clear();
    expect((await syncOnce(instance)).result).toMatchObject({ added: 0, changed: 0, renewed: 0, removed: 0 });
    expect(calls()).toEqual([]);
  });

  it('costs two calls in a tenant that was synced before', async () => {
    const { instance, control, calls } = await setUpDirect(simulator);
    await syncOnce(instance);
    control.log.clear();
    expect(await submit(instance)).toMatchObject({ status: 'Succeeded' });
    expect(calls()).toEqual(['GET /api/indicators?', 'POST /api/indicators/import']);
  });

  it('says its own words, in the form in which values are kept', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    const expirationTime = '2025-03-10T00:00:00.1234567Z';
    const said = { title: 'Kit', description: 'Seen in mail.', externalId: 'ioc-1', mitreTechniques: ['T1566'] };
    const { id } = await submit(instance, { indicatorValue: 'Bad[.]Example.', expirationTime, ...said });
    expect(rows()).toMatchObject([
      {
        indicatorValue: 'bad.example',
        expirationTime: expect.stringContaining('2025-03-10T00:00:00') as string,
        ...said,
        description: `Seen in mail. Case 17 [${id}]`,
      },
    ]);
  });

  it('is not renewed beyond its end, and then forgotten', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    await submit(instance, { expirationTime: '2025-03-05T04:00:00Z' });
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect(rows()).toMatchObject([{ expirationTime: expect.stringContaining('2025-03-05T04:00:00') as string }]);
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect(rows()).toEqual([]);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
    expect((await instance.ledgers.read(tenantId)).ledger.size).toBe(0);
  });

  it('takes the place of an earlier one', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await submit(instance, { action: 'Block' });
    expect(await submit(instance, { action: 'Warn' })).toMatchObject({
      status: 'Succeeded',
      result: { indicator: { action: 'Warn' } },
    });
    expect(shown(rows())).toEqual([`${key} Warn ours`]);
  });

  it('shares a row with a feed: the strictest action wins, and both let go before it goes', async () => {
    const { instance, server, rows } = await setUpDirect(simulator);
    await server.put('blocklist', { apply: { action: 'Block', severity: 'High' } });
    await server.publish('blocklist', ['bad.example']);
    await syncOnce(instance);
    expect(await submit(instance, { action: 'Warn' })).toMatchObject({ result: { indicator: { action: 'Block' } } });
    expect((await instance.ledgers.read(tenantId)).ledger.get(key)?.owners).toEqual(['actions', 'blocklist']);
    await server.publish('blocklist', ['other.example']);
    await syncOnce(instance);
    expect(shown(rows())).toContain(`${key} Warn ours`);
    expect(await remove(instance)).toMatchObject({ status: 'Succeeded' });
    expect(shown(rows())).toEqual(['DomainName|other.example Block ours']);
  });

  it('leaves alone what others hold, and what was noted is forgotten', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'bad.example' }]);
    expect(await submit(instance)).toMatchObject({ status: 'Failed', error: { code: 'held_by_customer' } });
    expect(rows()).toHaveLength(1);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
    // What was believed then is no answer when somebody asks again.
    control.indicators.clear(tenantId);
    expect(await submit(instance)).toMatchObject({ status: 'Succeeded' });
  });

  it('keeps the reserve: over_capacity, and what held before holds on', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await submit(instance);
    await setPolicies(instance, { indicators: { mode: 'Live', reserve: 14_999 } });
    const full = await submit(instance, { indicatorValue: 'other.example', severity: 'Low' });
    expect(full).toMatchObject({ status: 'Failed', error: { code: 'over_capacity' } });
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual([`${key} Block ours`]);
  });

  it('comes before what feeds say when room is short', async () => {
    const { instance, server, rows } = await setUpDirect(simulator, {
      indicators: { mode: 'Live', reserve: 14_998 },
    });
    await server.put('blocklist', { apply: { action: 'Block', severity: 'High' } });
    await server.publish('blocklist', ['a.example', 'b.example']);
    await syncOnce(instance);
    expect(await submit(instance, { severity: 'Low' })).toMatchObject({ status: 'Succeeded' });
    expect(shown(rows())).toHaveLength(2);
    expect(shown(rows())).toContain(`${key} Block ours`);
  });

  it('tells why Defender refused it, and what held before holds again', async () => {
    const { instance, control, rows } = await setUpDirect(simulator);
    const hash = { indicatorType: 'FileMd5', indicatorValue: 'd41d8cd98f00b204e9800998ecf8427e' };
    await submit(instance, { ...hash, action: 'Warn' });
    control.switches.change({ rejectMd5: true });
    expect(await submit(instance, hash)).toMatchObject({
      status: 'Failed',
      error: { code: 'defender_refused', defenderCode: expect.stringContaining('FileMd5') as string },
    });
    control.switches.change({ rejectMd5: false });
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual([`FileMd5|${hash.indicatorValue} Warn ours`]);
  });

  it('fails when the role is missing', async () => {
    const { instance, control } = await setUpDirect(simulator);
    control.tenants.consent(tenantId, clientId, { defender: ['Machine.Read.All'] });
    expect(await submit(instance)).toMatchObject({ status: 'Failed', error: { code: 'role_missing' } });
  });

  it('waits while Defender is away, and goes on with the timer', async () => {
    const world = await setUpDirect(simulator);
    const { instance, control, rows } = world;
    control.faults.add({ fault: 'http-503', match: { path: '/api/indicators' } });
    const waiting = await submit(instance);
    expect(waiting).toMatchObject({ status: 'Running', stage: 'Applying' });
    control.faults.clear();
    let operation = waiting;
    for (let i = 0; i < 5 && operation.status === 'Running'; i += 1) operation = await later(world, operation);
    expect(operation).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect(rows()).toHaveLength(1);
  });

  it('outlasts an outage of our own storage, which is no attempt', async () => {
    let isAway = true;
    const away = () => Promise.reject(new UpstreamUnavailable('Storage does not answer.', { retryAfterMs: 5_000 }));
    const direct = (real: DirectRows): DirectRows => ({
      ...real,
      find: (...call) => (isAway ? away() : real.find(...call)),
    });
    const world = await setUpDirect(simulator, {}, { direct });
    let operation = await submit(world.instance);
    for (let i = 0; i < 12; i += 1) operation = await later(world, operation);
    expect(operation).toMatchObject({ status: 'Running', attempts: 0 });
    isAway = false;
    expect(await later(world, operation)).toMatchObject({ status: 'Succeeded' });
  });

  it('is given up when it is canceled or late before Defender has it, and nothing of it stays', async () => {
    const world = await setUpDirect(simulator);
    const { instance, control, rows } = world;
    control.faults.add({ fault: 'http-503', match: { path: '/api/indicators' } });
    const canceled = await submit(instance);
    const late = await submit(instance, { indicatorValue: 'late.example' });
    await instance.work.cancel(tenantId, canceled.id);
    expect(await later(world, canceled)).toMatchObject({ status: 'Canceled' });
    control.clock.advance(4 * 3_600_000);
    expect(await later(world, late)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    control.faults.clear();
    control.clock.advance(3_600_000);
    await tick(instance.syncTenants);
    expect(rows()).toEqual([]);
  });
});
