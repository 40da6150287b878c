import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dryRunAnswerSchema } from '../../../shared/contract/dry-run.ts';
import { problemSchema } from '../../../shared/contract/problem.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const indicator = { indicatorType: 'IpAddress', indicatorValue: '203.0.113.9', action: 'Block' };
const submission = (more: object) => ({
  ...{ action: 'SubmitIndicator', comment: 'Case 17' },
  indicator: { ...indicator, ...more },
});
const deletion = {
  action: 'DeleteIndicator',
  comment: 'c',
  indicator: { indicatorType: 'IpAddress', indicatorValue: '203.0.113.9' },
};

/** With a policy for indicators too. */
async function setUp(indicators: object = {}) {
  const world = await setUpResponseAction(simulator);
  const { policy } = tenantInputSchema.parse({ policy: { actions: { mode: 'Live' }, indicators } });
  await world.change({ policy });
  return world;
}

describe('an indicator that is refused at once', () => {
  it.each([
    [submission({ indicatorValue: '10.0.0.1' }), 'indicatorValue', 'private_address'],
    [submission({ indicatorValue: '203.0.113.0/24' }), 'indicatorValue', 'address_range'],
    [submission({ indicatorValue: 'nothing' }), 'indicatorValue', 'invalid_value'],
    [submission({ action: 'BlockAndRemediate' }), 'action', 'action_not_allowed'],
    [submission({ expirationTime: '2020-01-01T00:00:00Z' }), 'expirationTime', 'expired'],
    [submission({ expirationTime: '2099-01-01T00:00:00Z' }), 'expirationTime', 'invalid_value'],
    [
      submission({ indicatorType: 'DomainName', indicatorValue: 'a.fabrikam.example' }),
      'indicatorValue',
      'protected_name',
    ],
    [deletion, 'indicatorValue', 'invalid_value'],
  ])('%j', async (data, field, code) => {
    const { send, work, calls } = await setUp({ protectedNames: ['fabrikam.example'] });
    for (const envelope of [{}, { dryRun: true }]) {
      const answer = await send({ data, envelope });
      expect(answer.status).toBe(422);
      expect(problemSchema.parse(answer.json)).toMatchObject({
        code: 'indicator_refused',
        errors: [{ pointer: `#/data/indicator/${field}`, code }],
      });
    }
    expect(calls('GET')).toEqual([]);
    expect((await work.list(tenantId, {}, { limit: 1 }))?.operations).toEqual([]);
  });

  it('for its form is 400', async () => {
    const { send } = await setUp();
    for (const [more, pointer] of [
      [{ action: undefined }, '#/data/indicator/action'],
      [{ severity: 'Critical' }, '#/data/indicator/severity'],
      [{ expirationTime: 'soon' }, '#/data/indicator/expirationTime'],
    ] as const) {
      const answer = await send({ data: submission(more) });
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_field', errors: [{ pointer }] } });
    }
  });

  it('because the tenant excepted it, or allows no action Allowed, names the rule', async () => {
    const { send } = await setUp({ exceptions: [{ indicatorValue: '203.0.113.9', reason: 'a partner' }] });
    expect(await send({ data: submission({}) })).toMatchObject({
      status: 422,
      json: { code: 'refused_by_policy', rule: '#/policy/indicators/exceptions' },
    });
    expect(await send({ data: submission({ action: 'Allowed', indicatorValue: '203.0.113.10' }) })).toMatchObject({
      status: 422,
      json: { code: 'refused_by_policy', rule: '#/policy/indicators/allowAllowed' },
    });
  });

  it('because the tenant excepted it: a dry run shows the call that is not allowed', async () => {
    const { send } = await setUp({ exceptions: [{ indicatorValue: '203.0.113[.]9', reason: 'a partner' }] });
    const answer = await send({ data: submission({}), envelope: { dryRun: true } });
    expect([answer.status, dryRunAnswerSchema.parse(answer.json)]).toMatchObject([
      200,
      {
        policy: { allowed: false, needsApproval: false, rule: '#/policy/indicators/exceptions' },
        request: { path: '/api/indicators/import', body: { Indicators: [{ indicatorValue: '203.0.113.9' }] } },
      },
    ]);
  });
});
