import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decodeJwt } from 'jose';
import * as world from '../test-world.ts';
import type { Simulator } from '../simulator.ts';

const newTenantId = '66660000-0000-4000-8000-000000000006';
const redirectUri = 'https://app.contoso.example/done?x=1';
let simulator: Simulator;

beforeAll(async () => {
  const requiredRoles = { defender: ['Ti.ReadWrite.All'], graph: ['ThreatHunting.Read.All'] };
  const { clientId, clientSecret } = world;
  simulator = await world.startTestSimulator({
    application: { clientId, secrets: [clientSecret], redirectUris: [redirectUri], requiredRoles },
    tenants: [{ tenantId: newTenantId }, { tenantId: world.unlicensedTenantId, isDefenderLicensed: false }],
  });
});
afterAll(() => simulator.stop());
afterEach(() => {
  simulator.control.switches.reset();
  simulator.control.tenants.withdrawConsent(newTenantId, world.clientId);
});

const scope = world.defenderScope;

/** Where the browser is sent; the status when it stays. */
async function visit(
  path: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<number | Record<string, string>> {
  const url = new URL(path, simulator.origin);
  const query = { client_id: world.clientId, redirect_uri: redirectUri, state: 's1', ...changes };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  return location === null ? response.status : Object.fromEntries(new URL(location).searchParams);
}

test('v2: accepted, and the roles are in the next token', async () => {
  expect((await world.requestToken(simulator, { tenantId: newTenantId })).status).toBe(401);
  expect(await visit(`/${newTenantId}/v2.0/adminconsent`, { scope })).toEqual({
    ...{ x: '1', admin_consent: 'True', tenant: newTenantId, scope, state: 's1' },
  });
  expect(decodeJwt(await world.getToken(simulator, { tenantId: newTenantId }))['roles']).toEqual(['Ti.ReadWrite.All']);
  expect(
    simulator.control.log.entries({ path: `/${newTenantId}/v2.0/adminconsent` }).map(({ applied }) => applied),
  ).toEqual([true]);
});

test('v1: common stands for the administrator’s tenant', async () => {
  expect(await visit('/common/adminconsent')).toBe(400);
  simulator.control.switches.change({ consentTenantId: newTenantId });
  expect(await visit('/common/adminconsent')).toEqual({
    x: '1',
    admin_consent: 'True',
    tenant: newTenantId,
    state: 's1',
  });
});

test('declined: v2 says admin_consent all the same', async () => {
  simulator.control.switches.change({ consentOutcome: 'decline' });
  expect(await visit(`/${newTenantId}/v2.0/adminconsent`, { scope })).toEqual({
    ...{ x: '1', admin_consent: 'True', error: 'consent_required', state: 's1' },
    error_description: expect.stringMatching(/^AADSTS65004: /) as string,
  });
  expect(await visit(`/${newTenantId}/adminconsent`)).toEqual({
    ...{ x: '1', error: 'permission_denied', error_description: 'The admin canceled the request', state: 's1' },
  });
  expect((await world.requestToken(simulator, { tenantId: newTenantId })).status).toBe(401);
});

test('without a Defender licence consent fails', async () => {
  const answer = await visit(`/${world.unlicensedTenantId}/v2.0/adminconsent`, { scope });
  expect(answer).toMatchObject({ error_description: expect.stringMatching(/^AADSTS650052: /) as string });
});

test.each([
  ['another address to return to', `/${newTenantId}/adminconsent`, { redirect_uri: 'https://evil.example/' }],
  ['an unknown app', `/${newTenantId}/adminconsent`, { client_id: newTenantId }],
  ['an unknown tenant', `/99990000-0000-4000-8000-000000000009/adminconsent`, {}],
  ['common on v2', '/common/v2.0/adminconsent', { scope }],
  ['no scope on v2', `/${newTenantId}/v2.0/adminconsent`, {}],
])('stays on the page for %s', async (_name, path, changes) => {
  expect(await visit(path, changes)).toBe(400);
});
