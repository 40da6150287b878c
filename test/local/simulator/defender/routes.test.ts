import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asApp } from '../test-defender.ts';
import { clientId, defenderResource, getToken, startTestSimulator, tenantId } from '../test-world.ts';
import type { TokenOrder } from '../control/mint.ts';
import type { Simulator } from '../simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.stop());
beforeEach(() => {
  simulator.control.switches.reset();
  simulator.control.clock.reset();
  simulator.control.quotas.clear();
  simulator.control.log.clear();
});

const valid: TokenOrder = {
  tenantId,
  version: '1.0',
  audience: defenderResource,
  clientId,
  roles: ['Ti.ReadWrite.All'],
};

describe('a token', () => {
  test.each<[string, TokenOrder, number, string | undefined]>([
    ['that is valid', valid, 200, undefined],
    [
      'for the older audience',
      { ...valid, audience: 'https://securitycenter.onmicrosoft.com/windowsatpservice' },
      200,
      undefined,
    ],
    ['that only reads', { ...valid, roles: ['Ti.Read.All'] }, 200, undefined],
    ['that has expired', { ...valid, lifetimeSeconds: -1 }, 401, 'Unauthorized'],
    ['of another key', { ...valid, isForged: true }, 401, 'Unauthorized'],
    ['for the new host’s audience', { ...valid, audience: 'https://api.security.microsoft.com' }, 403, 'Forbidden'],
    ['for Graph', { ...valid, audience: 'https://graph.microsoft.com' }, 401, 'Unauthorized'],
    ['of the other format', { ...valid, version: '2.0' }, 401, 'Unauthorized'],
    ['of a tenant that is gone', { ...valid, tenantId: clientId }, 401, 'Unauthorized'],
    ['without roles', { ...valid, roles: [] }, 403, 'Forbidden'],
    ['with other roles', { ...valid, roles: ['Alert.ReadWrite.All'] }, 403, 'Forbidden'],
  ])('%s', async (_name, order, status, code) => {
    const answer = await asApp(simulator, await simulator.control.mintToken(order)).call('GET', '/api/indicators');
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('that is missing', async () => {
    const response = await fetch(`${simulator.origin}/api/indicators`);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

test('what does not exist is 404, another method 405', async () => {
  const defender = asApp(simulator, await getToken(simulator));
  expect((await defender.call('GET', '/api/nothing')).status).toBe(404);
  expect((await defender.call('PATCH', '/api/indicators')).status).toBe(405);
});

test('requests beyond the quota are refused until the window ends', async () => {
  simulator.control.clock.freeze(Math.ceil(Date.now() / 60_000) * 60_000 + 45_000);
  const defender = asApp(simulator, await getToken(simulator));
  const statuses: number[] = [];
  for (let i = 0; i < 30; i++) statuses.push((await defender.call('POST', '/api/indicators/import', {})).status);
  expect(new Set(statuses)).toEqual(new Set([400]));
  const refused = await defender.call('POST', '/api/indicators/import', {});
  expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([429, 'TooManyRequests', '15']);
  expect((await defender.call('GET', '/api/indicators')).status).toBe(200);
  simulator.control.clock.advance(15_000);
  expect((await defender.call('POST', '/api/indicators/import', {})).status).toBe(400);
  const counts = simulator.control.quotas.counts();
  expect(counts.find(({ quota }) => quota === 'indicatorsImport')).toMatchObject({
    ...{ tenantId, clientId, requests: 32, rejected: 1, minute: { limit: 30, highestFixed: 31, highestSliding: 32 } },
  });
});

test('a User-Agent of another form is logged, and refused only when asked for', async () => {
  const ask = async (userAgent: string): Promise<number> => {
    const authorization = `Bearer ${await getToken(simulator)}`;
    const headers = { authorization, 'user-agent': userAgent };
    return (await fetch(`${simulator.origin}/api/indicators`, { headers })).status;
  };
  expect(await ask('curl/8')).toBe(200);
  expect(simulator.control.log.entries({ path: '/api' })).toMatchObject([{ userAgent: 'curl/8', tenantId, clientId }]);
  simulator.control.switches.change({ requirePartnerUserAgent: true });
  expect(await ask('curl/8')).toBe(400);
  expect(await ask('MdePartner-Contoso-Cognito/1.0.0')).toBe(200);
});
