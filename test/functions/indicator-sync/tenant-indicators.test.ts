import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFindRejected } from '../../../functions/indicator-sync/answers/find-rejected.client.ts';
import { createTenantIndicatorHandlers } from '../../../functions/indicator-sync/tenant-indicators.http.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import {
  indicatorAnswerSchema,
  indicatorPlanSchema,
  tenantIndicatorsSchema,
} from '../../../shared/contract/indicator.ts';
import { operationSchema } from '../../../shared/contract/operation.ts';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import { createAcceptOperation } from '../../../shared/http/accept-operation.http.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { names, syncOnce, tenantId, tick } from '../../builders/indicator-sync.ts';
import type { InstanceChanges } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { callerWith, serveAs } from '../../builders/serve.ts';
import { changeTenant, setPolicy, setUpIndicatorSync } from '../../builders/sync-world.ts';
import { dayMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const both: Caller = { ...callerWith('indicators:read'), scopes: ['indicators:read', 'indicators:write'] };

/** The routes of a tenant's indicators over the real scenario. */
async function setUp(changes: InstanceChanges = {}) {
  const world = await setUpIndicatorSync(simulator, changes);
  const { tenants, feeds, planTenant, work, now } = world.instance;
  const findRejected = createFindRejected({ feeds, readRejects: (feedId) => world.server.runs.readRejects(feedId) });
  const acceptOperation = createAcceptOperation({ work, publicUrl: 'https://app.contoso.example', now });
  const send = (
    name: 'getTenantIndicators' | 'getIndicatorPlan' | 'syncTenantIndicators',
    request: TestRequest = {},
    as = both,
  ) => {
    const options = { tenants, planTenant, findRejected, acceptOperation, newId: randomUUID };
    const handlers = createTenantIndicatorHandlers(serveAs(as), options);
    return call(handlers[name], { params: { tenantId }, ...request });
  };
  const value = async (text: string, more = '') => {
    const url = `/api/v1/tenants/${tenantId}/indicators?value=${encodeURIComponent(text)}${more}`;
    return indicatorAnswerSchema.parse((await send('getTenantIndicators', { url })).json);
  };
  const plan = async () => indicatorPlanSchema.parse((await send('getIndicatorPlan')).json);
  const sync = (body?: object) =>
    send('syncTenantIndicators', { method: 'POST', ...(body === undefined ? {} : { json: body }) });
  return { ...world, send, value, plan, sync };
}

const refusedHash = 'd41d8cd98f00b204e9800998ecf8427e';

describe('GET …/indicators', () => {
  it('tells how the tenant’s rows are spent, without a call to Defender', async () => {
    const { instance, server, control, send, calls } = await setUp();
    expect(tenantIndicatorsSchema.parse((await send('getTenantIndicators')).json)).toEqual({
      ...{ limit: 15_000, others: 0, reserve: 0, ours: {}, drift: { missing: 0, changed: 0 } },
      leftOut: { over_capacity: 0, below_policy: 0, held_by_customer: 0, defender_refused: 0 },
    });
    expect(calls()).toEqual([]);
    control.switches.change({ rejectMd5: true });
    control.indicators.seed(tenantId, [
      { indicatorType: 'DomainName', indicatorValue: 'n0.bad.example' },
      { indicatorType: 'DomainName', indicatorValue: 'theirs.example' },
    ]);
    await server.put('phishing');
    await server.put('mixed', { select: { types: ['DomainName', 'FileMd5'] } }, { kind: 'List' });
    await server.publish('phishing', names(3));
    await server.publish('mixed', ['n2.bad.example', 'n3.bad.example', refusedHash, '203.0.113.9']);
    await setPolicy(instance, { mode: 'Live', reserve: 14_995 });
    await syncOnce(instance);
    control.log.clear();
    expect(tenantIndicatorsSchema.parse((await send('getTenantIndicators')).json)).toEqual({
      ...{
        limit: 15_000,
        others: 2,
        reserve: 14_995,
        ours: { phishing: 1, mixed: 2 },
        drift: { missing: 0, changed: 0 },
      },
      ...{ lastSyncAt: '2025-03-03T04:00:00Z', lastReconciledAt: '2025-03-03T04:00:00Z' },
      leftOut: { over_capacity: 1, below_policy: 1, held_by_customer: 1, defender_refused: 1 },
    });
    expect(calls()).toEqual([]);
  });

  it('is refused to strangers, and unknown for tenants that are', async () => {
    const { send } = await setUp();
    for (const name of ['getTenantIndicators', 'getIndicatorPlan'] as const) {
      expect((await send(name, {}, callerWith('indicators:write'))).status).toBe(403);
      expect((await send(name, {}, callerWith('indicators:read', { tenants: [] }))).status).toBe(404);
      expect((await send(name, { params: { tenantId: '6f1c0000-0000-4000-8000-00000000ffff' } })).status).toBe(404);
      expect((await send(name, { params: { tenantId: 'nonsense' } })).status).toBe(404);
    }
    expect((await send('syncTenantIndicators', { method: 'POST' }, callerWith('indicators:read'))).status).toBe(403);
  });
});

describe('GET …/indicators?value=', () => {
  it('says why a value is there, in whatever form it is asked for', async () => {
    const { instance, server, rows, value } = await setUp();
    await server.put('phishing', { apply: { action: 'Block' } });
    await server.put('second', { apply: { action: 'Audit' } });
    await server.publish('phishing', names(2));
    await server.publish('second', names(1));
    await syncOnce(instance);
    const [row] = rows();
    const expected = {
      ...{ indicatorType: 'DomainName', indicatorValue: 'n0.bad.example', state: 'Present', action: 'Block' },
      ...{ indicatorId: row?.id, owners: ['phishing', 'second'], since: '2025-03-03T04:00:00Z' },
      expirationTime: '2025-04-02T04:00:00Z',
      why: 'phishing: item n0.bad.example, version 1; action Block by the feed',
    };
    for (const text of ['n0.bad.example', ' N0[.]bad[.]EXAMPLE ', 'n0.bad.example.'])
      expect(await value(text)).toEqual(expected);
    expect(await value('n0.bad.example', '&indicatorType=DomainName')).toEqual(expected);
    expect(await value('n0.bad.example', '&indicatorType=Url')).toMatchObject({
      state: 'Unknown',
      indicatorType: 'Url',
    });
  });

  it('is Planned before it is sent, and again when it has expired', async () => {
    const { instance, server, control, value } = await setUp();
    await server.put('phishing', { apply: { expiresAfter: 'PT1H' } });
    await server.publish('phishing', names(1));
    const planned = { state: 'Planned', action: 'Audit', owners: ['phishing'] };
    expect(await value('n0.bad.example')).toMatchObject({ ...planned, expirationTime: '2025-03-03T05:00:00Z' });
    await syncOnce(instance);
    expect(await value('n0.bad.example')).toMatchObject({ state: 'Present' });
    control.clock.advance(2 * 60 * minuteMs);
    expect(await value('n0.bad.example')).toMatchObject({ ...planned, expirationTime: '2025-03-03T07:00:00Z' });
  });

  it('is Unknown with the reason when a feed of the tenant names it and it was rejected', async () => {
    const { instance, server, value } = await setUp();
    await server.put('mixed', {}, { kind: 'List' });
    await server.publish('mixed', ['n0.bad.example', 'hxxp://www[.]contoso[.]example/', 'WWW.contoso.example.']);
    const answer = await value('www[.]contoso.example');
    expect(answer).toMatchObject({
      indicatorType: 'DomainName',
      indicatorValue: 'www.contoso.example',
      state: 'Unknown',
    });
    expect(answer.why).toMatch(/^mixed names it at line \d, and it was rejected: protected_name: /);
    await setPolicy(instance, { feeds: { mixed: { subscribed: false } } });
    expect((await value('www.contoso.example')).why).toBe('no feed of this tenant names it');
  });

  it('is LeftOut with the reason: policy, room, the customer’s own row, Defender', async () => {
    const { instance, server, control, value } = await setUp();
    control.switches.change({ rejectMd5: true });
    control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'held.bad.example' }]);
    await server.put('mixed', { select: { types: ['DomainName', 'FileMd5'] } }, { kind: 'List' });
    await server.put('high', { apply: { severity: 'High' } });
    await server.publish('mixed', [refusedHash, '203.0.113.9', 'held.bad.example', 'room.bad.example']);
    await server.publish('high', ['high.bad.example']);
    await syncOnce(instance);
    expect(await value('203.0.113.9')).toMatchObject({ state: 'LeftOut', code: 'below_policy', owners: ['mixed'] });
    expect(await value('held.bad.example')).toMatchObject({ state: 'LeftOut', code: 'held_by_customer' });
    expect(await value(refusedHash)).toMatchObject({
      ...{ state: 'LeftOut', code: 'defender_refused', owners: ['mixed'] },
      failureReason: expect.stringContaining('FileMd5') as string,
    });
    await setPolicy(instance, { mode: 'Live', reserve: 14_998 });
    await syncOnce(instance);
    expect(await value('high.bad.example')).toMatchObject({ state: 'Present' });
    expect(await value('room.bad.example')).toMatchObject({ state: 'LeftOut', code: 'over_capacity' });
  });

  it('is Excepted with the administrator’s reason; what still stands says that it goes', async () => {
    const { instance, server, value } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(2));
    await syncOnce(instance);
    const exceptions = [{ indicatorValue: 'n0.bad.example', reason: 'Our own shop.' }];
    await setPolicy(instance, { mode: 'Live', reserve: 0, exceptions });
    expect(await value('n0.bad.example')).toMatchObject({
      state: 'Present',
      why: 'goes at the next sync: excepted: Our own shop.',
    });
    await syncOnce(instance);
    expect(await value('n0.bad.example')).toEqual({
      ...{ indicatorType: 'DomainName', indicatorValue: 'n0.bad.example', state: 'Excepted', why: 'Our own shop.' },
    });
  });

  it('is Unknown otherwise, and remembers for a day why it went', async () => {
    const { instance, server, value } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(2));
    await syncOnce(instance);
    await server.publish('phishing', names(1));
    expect(await value('n1.bad.example')).toMatchObject({
      state: 'Present',
      why: 'goes at the next sync: gone from phishing since 2025-03-03',
    });
    await syncOnce(instance);
    expect(await value('n1.bad.example')).toMatchObject({
      state: 'Unknown',
      why: 'gone from phishing since 2025-03-03',
    });
    expect(await value('good.example')).toMatchObject({ state: 'Unknown', why: 'no feed of this tenant names it' });
  });

  it('is found under any type that it can have; one may be chosen', async () => {
    const { instance, server, value } = await setUp();
    const thumbprint = 'a'.repeat(40);
    const types = ['CertificateThumbprint', 'Url', 'DomainName'];
    const source = { kind: 'Csv', columns: { value: 0, type: 1 } };
    await server.put(
      'mixed',
      { select: { types }, apply: { rules: [{ types: ['CertificateThumbprint'], action: 'BlockAndRemediate' }] } },
      source,
    );
    server.serve(
      'mixed',
      `${thumbprint},CertificateThumbprint\nboth.bad.example,DomainName\nhttp://both.bad.example/,Url\n`,
    );
    await server.runs.refresh('mixed');
    await syncOnce(instance);
    expect(await value(thumbprint)).toMatchObject({ state: 'Present', indicatorType: 'CertificateThumbprint' });
    expect(await value('both.bad.example')).toMatchObject({ state: 'Present', indicatorType: 'DomainName' });
    expect(await value('both.bad.example', '&indicatorType=Url')).toMatchObject({
      ...{ state: 'Present', indicatorType: 'Url', indicatorValue: 'http://both.bad.example/' },
    });
  });

  it('says why no tenant ever holds a value', async () => {
    const { value } = await setUp();
    const why = '10.0.0.1 is a private address; Defender takes external addresses only.';
    const address = { indicatorType: 'IpAddress', indicatorValue: '10.0.0.1', state: 'Unknown', why };
    expect(await value('10.0.0.1')).toEqual(address);
    expect(await value('203.0.113.0/24', '&indicatorType=IpAddress')).toMatchObject({ state: 'Unknown' });
  });

  it.each([
    ['value=', 'value'],
    ['value=%20', 'value'],
    ['value=nonsense', 'value'],
    ['value=a.example&indicatorType=domain', 'indicatorType'],
    ['value=a.example&indicatorType=FileMd5', 'value'],
  ])('refuses ?%s', async (query, parameter) => {
    const { send } = await setUp();
    const answer = await send('getTenantIndicators', { url: `/api/v1/tenants/${tenantId}/indicators?${query}` });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'invalid_field', errors: [{ parameter, code: 'invalid_value' }] },
    });
  });
});

describe('GET …/indicators/plan', () => {
  it('shows what the next sync would do, and the sync does just that', async () => {
    const { instance, server, plan, sync, calls } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(30));
    await syncOnce(instance);
    await server.publish('phishing', names(30, 2));
    const before = calls().length;
    const shown = await plan();
    expect(shown).toMatchObject({ add: 2, change: 0, renew: 0, remove: 2 });
    expect(shown.samples).toEqual({
      add: ['n30', 'n31'].map((name) => ({
        ...{ indicatorType: 'DomainName', indicatorValue: `${name}.bad.example` },
        why: `phishing: item ${name}.bad.example, version 2; action Audit by the feed`,
      })),
      remove: ['n0', 'n1'].map((name) => ({
        ...{ indicatorType: 'DomainName', indicatorValue: `${name}.bad.example` },
        why: 'gone from phishing since 2025-03-03',
      })),
    });
    expect(await plan()).toEqual(shown);
    expect(calls()).toHaveLength(before);
    const operation = operationSchema.parse((await sync({ planId: shown.planId })).json);
    expect(operation).toMatchObject({ status: 'Succeeded', result: { added: 2, removed: 2 }, callerId: 'soar' });
    expect(await plan()).toMatchObject({ add: 0, change: 0, renew: 0, remove: 0, samples: {} });
  });

  it('has another name when what would be done is another, and the same one as long as it is not', async () => {
    const { server, control, plan, sync } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(2));
    const { planId } = await plan();
    control.clock.advance(minuteMs);
    await server.publish('phishing', names(2).reverse());
    expect((await plan()).planId).toBe(planId);
    await server.publish('phishing', names(3));
    expect((await plan()).planId).not.toBe(planId);
    expect(await sync({ planId })).toMatchObject({ status: 409, json: { code: 'plan_changed' } });
    expect(await sync({ planId: 'p_nonsense' })).toMatchObject({ status: 409, json: { code: 'plan_changed' } });
  });

  it('shows no more than a few samples of each kind', async () => {
    const { server, plan } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(500));
    const { add, samples } = await plan();
    expect([add, samples.add?.length]).toEqual([500, 20]);
  });
});

describe('POST …/indicators/sync', () => {
  it('takes no body, an empty one, or a plan; and gives the running one to whoever asks meanwhile', async () => {
    const { server, control, sync } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(2));
    expect((await sync({})).status).toBe(200);
    await server.publish('phishing', names(3));
    control.faults.add({ fault: 'throttle', match: { path: '/api' } });
    const first = await sync();
    expect(first.status).toBe(202);
    const { id } = operationSchema.parse(first.json);
    expect(operationSchema.parse((await sync()).json).id).toBe(id);
    expect(first.headers.get('operation-location')).toContain(id);
  });

  it('is waited for no longer than five seconds and the call that runs; the timer does the rest', async () => {
    const slow = (real: DefenderIndicators): DefenderIndicators => ({
      ...real,
      importIndicators: (...batch) => {
        simulator.control.clock.advance(900);
        return real.importIndicators(...batch);
      },
    });
    const { instance, server, control, sync, calls, rows } = await setUp({ indicators: slow });
    await server.put('phishing');
    await server.publish('phishing', names(6_000));
    const startMs = control.clock.now();
    const answer = await sync();
    expect(control.clock.now() - startMs).toBeLessThan(6_000);
    expect(answer).toMatchObject({
      status: 202,
      json: { status: 'Running', stage: 'Applying', attempts: 0, result: { added: 3_000 } },
    });
    control.clock.advance(30_000);
    await tick(instance.syncTenants);
    const { id } = operationSchema.parse(answer.json);
    expect(await instance.work.read(tenantId, id)).toMatchObject({
      status: 'Succeeded',
      attempts: 0,
      result: { added: 6_000 },
    });
    expect([rows().length, calls().length]).toEqual([6_000, 2 + 12]);
  });

  it('refuses what is no request for a sync', async () => {
    const { sync } = await setUp();
    expect(await sync({ planId: 1 })).toMatchObject({ status: 400, json: { errors: [{ pointer: '#/planId' }] } });
    expect(await sync({ plan: 'x' })).toMatchObject({ status: 400, json: { errors: [{ code: 'unknown_field' }] } });
  });

  it.each(['Removing', 'Removed'] as const)('is refused for a tenant that is %s', async (connection) => {
    const { instance, sync } = await setUp();
    await changeTenant(instance, { connection });
    expect(await sync()).toMatchObject({ status: 409, json: { code: 'tenant_removing' } });
  });

  it('waits for a suspended tenant', async () => {
    const { instance, sync } = await setUp();
    await changeTenant(instance, { connection: 'Suspended' });
    expect(await sync()).toMatchObject({ status: 202, json: { stage: 'Suspended', attempts: 0 } });
  });

  it('stands a day later, too', async () => {
    const { instance, server, control, sync, rows } = await setUp();
    await server.put('phishing');
    await server.publish('phishing', names(2));
    await syncOnce(instance);
    control.clock.advance(dayMs);
    expect(await sync()).toMatchObject({ status: 200, json: { status: 'Succeeded', result: { added: 0 } } });
    expect(rows()).toHaveLength(2);
  });
});
