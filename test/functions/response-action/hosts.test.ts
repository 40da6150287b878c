import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressViewSchema, domainViewSchema } from '../../../shared/contract/machine.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { alerts, held, indicator, machines, notFound, organization, seenByBoth, setUpKnown } from './known-entities.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('GET …/domains/{name}', () => {
  it.each(['bad.example', 'BAD.example'])('%s: who met it', async (name) => {
    const { ask, hold } = await setUpKnown(simulator);
    await hold(held('DomainName', 'bad.example'));
    const answer = await ask(`domains/${name}`);
    expect(domainViewSchema.parse(answer.json)).toEqual({
      ...{ domain: 'bad.example', organization, machines, alerts, indicator, errors: [] },
    });
  });

  it('takes a name in any letters', async () => {
    const { ask, control } = await setUpKnown(simulator);
    control.domains.seed(tenantId, [{ host: 'xn--bcher-kva.example', sightings: seenByBoth }]);
    const answer = await ask(`domains/${encodeURIComponent('Bücher.example.')}`);
    expect(answer.json).toMatchObject({ domain: 'xn--bcher-kva.example', organization: { prevalence: 2 } });
  });

  it('shows at most 100 machines, those last seen', async () => {
    const { ask, control } = await setUpKnown(simulator);
    const many = Array.from({ length: 120 }, (_, i) => ({
      id: i.toString(16).padStart(40, '0'),
      lastSeen: new Date(Date.parse('2026-11-01T00:00:00Z') + i * 60_000).toISOString(),
    }));
    control.machines.seed(tenantId, many);
    control.domains.seed(tenantId, [{ host: 'cdn.example', sightings: many.map(({ id }) => ({ machineId: id })) }]);
    const view = domainViewSchema.parse((await ask('domains/cdn.example')).json);
    expect(view.organization?.prevalence).toBe(120);
    expect(view.machines?.map(({ id }) => id)).toEqual(
      many
        .slice(20)
        .map(({ id }) => id)
        .toReversed(),
    );
  });

  it('404 when Defender knows nothing; an indicator that is there is something, one that is not is nothing', async () => {
    const { ask, hold } = await setUpKnown(simulator);
    expect(await ask('domains/unheard.example')).toMatchObject(notFound);
    await hold(held('DomainName', 'unheard.example'));
    expect(domainViewSchema.parse((await ask('domains/unheard.example')).json).indicator).toEqual(indicator);
    const { indicatorId: _id, ...refused } = held('DomainName', 'refused.example');
    await hold({ ...refused, refused: { reason: 'No.', at: '2026-11-20T09:00:00Z' } });
    expect(await ask('domains/refused.example')).toMatchObject(notFound);
  });

  it('"nothing" is not said while a part could not be read', async () => {
    const { ask, control } = await setUpKnown(simulator);
    control.faults.add({ fault: 'http-503', match: { path: '/api/domains/unheard.example/alerts' } });
    const view = domainViewSchema.parse((await ask('domains/unheard.example')).json);
    expect(view).toMatchObject({ organization: { prevalence: 0 }, machines: [], indicator: { state: 'Unknown' } });
    expect(view.errors).toEqual([expect.objectContaining({ pointer: '#/alerts', code: 'temporarily_unavailable' })]);
  });

  it('when no part can be read, that is the answer', async () => {
    const { ask, control, budgets, without } = await setUpKnown(simulator);
    control.faults.add({ fault: 'http-503', match: { path: '/api/domains' } });
    expect(await ask('domains/bad.example')).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
    control.faults.clear();
    while ((await budgets.take(tenantId, 'entities')).granted);
    expect(await ask('domains/bad.example')).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
    const other = await setUpKnown(simulator);
    without('Url.Read.All', 'Alert.ReadWrite.All', 'Machine.Read.All', 'Machine.ReadWrite.All');
    expect(await other.ask('domains/bad.example')).toMatchObject({ status: 422, json: { code: 'role_missing' } });
  });
});

describe('GET …/ips/{address}', () => {
  it('who met it is a query, which a tenant has to allow', async () => {
    const { ask, hold, setPolicy, calls } = await setUpKnown(simulator);
    await hold(held('IpAddress', '203.0.113.9'));
    const off = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(off).toEqual({
      ...{ ipAddress: '203.0.113.9', organization, alerts, indicator },
      errors: [{ pointer: '#/machines', code: 'refused_by_policy', detail: expect.any(String) }],
    });
    expect(calls().filter(({ method }) => method === 'POST')).toEqual([]);
    await setPolicy({ queries: { allowed: true } });
    const on = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(on).toEqual({ ipAddress: '203.0.113.9', organization, machines, alerts, indicator, errors: [] });
  });

  it.each([{ allowed: true }, { allowed: false }])('404 when Defender knows nothing, queries: %j', async (queries) => {
    const { ask } = await setUpKnown(simulator, { queries });
    for (const address of ['198.51.100.7', '10.0.0.99', '2001:db8::7']) {
      expect(await ask(`ips/${encodeURIComponent(address)}`)).toMatchObject(notFound);
    }
  });

  it('an IPv6 address is one in every spelling, in our records too', async () => {
    const { ask, hold, control } = await setUpKnown(simulator);
    control.ips.seed(tenantId, [{ ipAddress: '2001:db8::9', sightings: seenByBoth }]);
    await hold(held('IpAddress', '2001:0db8:0000:0000:0000:0000:0000:0009'));
    const answer = await ask(`ips/${encodeURIComponent('2001:DB8:0::9')}`);
    expect(answer.json).toMatchObject({ ipAddress: '2001:db8::9', organization: { prevalence: 2 }, indicator });
  });

  it('a query that fails is named', async () => {
    const { ask, control } = await setUpKnown(simulator, { queries: { allowed: true } });
    control.switches.change({ huntingLimit: 'cpu' });
    const view = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(view.errors).toEqual([expect.objectContaining({ pointer: '#/machines', code: 'too_many_requests' })]);
  });
});
