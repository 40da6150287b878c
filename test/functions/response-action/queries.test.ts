import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryAnswerSchema } from '../../../shared/contract/machine.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { allRoles, pc1, setUpQuestions, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const allowed = { queries: { allowed: true } };
const event = { DeviceId: pc1.id, DeviceName: pc1.computerDnsName, ReportId: 20_776, RemoteIP: '203.0.113.9' };
const events = {
  table: 'DeviceNetworkEvents',
  rows: [
    { ...event, Timestamp: '2026-11-20T09:59:05.7654399Z' },
    { ...event, Timestamp: '2026-11-10T09:59:05.7654399Z' },
  ],
};
const query = 'DeviceNetworkEvents | project Timestamp, DeviceId, ReportId | top 10 by Timestamp desc';

describe('POST …/queries', () => {
  it('gives columns and rows as Microsoft does', async () => {
    const { ask, control, calls } = await setUpQuestions(simulator, allowed);
    control.events.add(tenantId, events);
    const answer = await ask('queries', { json: { query } });
    expect([answer.status, queryAnswerSchema.parse(answer.json)]).toEqual([
      200,
      {
        schema: [
          { name: 'Timestamp', type: 'DateTime' },
          { name: 'DeviceId', type: 'String' },
          { name: 'ReportId', type: 'Int64' },
        ],
        results: events.rows.map(({ Timestamp, DeviceId, ReportId }) => ({ Timestamp, DeviceId, ReportId })),
      },
    ]);
    expect(calls().map(({ path }) => path)).toEqual(['/v1.0/security/runHuntingQuery']);
  });

  it('hands the timespan on', async () => {
    const { ask, control } = await setUpQuestions(simulator, allowed);
    control.events.add(tenantId, events);
    const answer = await ask('queries', { json: { query, timespan: 'P1D' } });
    expect(queryAnswerSchema.parse(answer.json).results).toHaveLength(1);
  });

  it('is off unless the tenant allows it', async () => {
    const { ask, calls } = await setUpQuestions(simulator);
    expect(await ask('queries', { json: { query } })).toMatchObject({
      ...{ status: 422, json: { code: 'refused_by_policy', rule: '#/policy/queries/allowed' } },
    });
    expect(calls()).toEqual([]);
  });

  it.each([
    ['is no query', 'DeviceNetworkEvents | whre 1', /./],
    ['names what is not there', 'DeviceNetworkEvents | where Nothing == 1', /Nothing/],
  ])('a query that %s: Microsoft says so', async (_what, wrong, words) => {
    const { ask, lines } = await setUpQuestions(simulator, allowed);
    const answer = await ask('queries', { json: { query: wrong } });
    expect([answer.status, answer.json]).toMatchObject([422, { code: 'query_invalid' }]);
    expect((answer.json as { detail: string }).detail).toMatch(words);
    expect(lines.join('\n')).not.toContain('Nothing');
  });

  it('a result too large for Microsoft, too', async () => {
    const { ask, control } = await setUpQuestions(simulator, allowed);
    control.switches.change({ huntingLimit: 'size' });
    expect(await ask('queries', { json: { query } })).toMatchObject({
      status: 422,
      json: { code: 'query_invalid', detail: 'Query execution has exceeded the allowed result size.' },
    });
  });

  it('gives 10,000 rows of a longer result', async () => {
    const { ask, control } = await setUpQuestions(simulator, allowed);
    const many = Array.from({ length: 10_001 }, () => ({ ...event, Timestamp: '2026-11-20T09:59:05.7654399Z' }));
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: many });
    const answer = await ask('queries', { json: { query: 'DeviceNetworkEvents | project ReportId' } });
    expect([answer.status, queryAnswerSchema.parse(answer.json).results.length]).toEqual([200, 10_000]);
  });

  it.each([
    [{ query: '' }, 'too_short', '#/query'],
    [{ query: 'DeviceInfo', timespan: '1 day' }, 'invalid_format', '#/timespan'],
    [{ query: 'DeviceInfo', Timespan: 'P1D' }, 'unknown_field', '#/Timespan'],
    [{}, 'required', '#/query'],
  ])('%j is refused', async (json, code, pointer) => {
    const { ask } = await setUpQuestions(simulator, allowed);
    expect(await ask('queries', { json })).toMatchObject({ status: 400, json: { errors: [{ code, pointer }] } });
  });

  it('limits: 429 from us, and from Microsoft', async () => {
    const { ask, budgets, control, calls } = await setUpQuestions(simulator, allowed);
    control.switches.change({ huntingLimit: 'cpu' });
    const theirs = await ask('queries', { json: { query } });
    expect([theirs.status, theirs.headers.get('retry-after')]).toEqual([429, '900']);
    expect((await ask('queries', { json: { query } })).status).toBe(429);
    expect(calls()).toHaveLength(1);
    expect((await budgets.take(tenantId, 'hunting')).granted).toBe(false);
  });

  it('the role is named', async () => {
    const { ask, control } = await setUpQuestions(simulator, allowed);
    control.tenants.consent(tenantId, world.clientId, { defender: allRoles });
    expect(await ask('queries', { json: { query } })).toMatchObject({
      ...{ status: 422, json: { code: 'role_missing', detail: 'Needs ThreatHunting.Read.All.' } },
    });
  });
});
