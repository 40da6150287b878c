import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as world from '../test-world.ts';
import type { TokenForm } from '../test-world.ts';
import type { Simulator } from '../simulator.ts';

const { clientId, homeTenantId, tenantId, unlicensedTenantId } = world;
const unknownId = '99990000-0000-4000-8000-000000000009';
let simulator: Simulator;

beforeAll(async () => {
  simulator = await world.startTestSimulator();
});
afterAll(() => simulator.stop());
afterEach(() => {
  simulator.control.switches.reset();
  simulator.control.clock.reset();
});

/** A request with an assertion in place of the secret. */
function withAssertion(assertion: string, form: TokenForm = {}): TokenForm {
  const fields = {
    client_secret: null,
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  };
  return { ...form, fields: { ...fields, ...form.fields } };
}

function mintAssertion(order: Parameters<Simulator['control']['mintToken']>[0] = {}): Promise<string> {
  const claims = { sub: world.identityPrincipalId, ...order.claims };
  return simulator.control.mintToken({ audience: 'api://AzureADTokenExchange', ...order, claims });
}

async function failureOf(form: TokenForm): Promise<readonly [number, unknown, unknown]> {
  const response = await world.requestToken(simulator, form);
  const body = (await response.json()) as Record<string, unknown>;
  expect(body['error_description']).toMatch(/^AADSTS\d+: .+ Trace ID: \S+ Correlation ID: \S+ Timestamp: \d{4}-/);
  return [response.status, body['error'], (body['error_codes'] as readonly unknown[])[0]];
}

describe('token endpoint', () => {
  test('v2 answers with seconds as numbers, v1 as text with the resource', async () => {
    const v2 = (await (await world.requestToken(simulator)).json()) as Record<string, unknown>;
    expect(v2).toEqual({
      token_type: 'Bearer',
      expires_in: 3_899,
      ext_expires_in: 3_899,
      access_token: expect.any(String),
    });
    const v1 = (await (await world.requestToken(simulator, { version: 'v1' })).json()) as Record<string, unknown>;
    expect(v1).toMatchObject({ token_type: 'Bearer', expires_in: '3899', resource: world.defenderResource });
    expect(decodeJwt(String(v1['access_token']))).toMatchObject({ aud: world.defenderResource, ver: '1.0' });
  });

  test.each<[string, TokenForm, readonly [number, string, number]]>([
    ['an unknown tenant', { tenantId: unknownId }, [400, 'invalid_request', 90002]],
    ['an unknown app', { fields: { client_id: unknownId } }, [400, 'unauthorized_client', 700016]],
    [
      'an app without consent',
      { tenantId: unlicensedTenantId, fields: { client_id: world.otherClientId } },
      [401, 'unauthorized_client', 7000229],
    ],
    ['a wrong secret', { fields: { client_secret: 'x' } }, [401, 'invalid_client', 7000215]],
    ['no proof', { fields: { client_secret: null } }, [401, 'invalid_client', 7000218]],
    ['another grant', { fields: { grant_type: 'password' } }, [400, 'unsupported_grant_type', 70003]],
    ['no scope', { fields: { scope: null } }, [400, 'invalid_request', 900144]],
    [
      'a scope without .default',
      { fields: { scope: `${world.defenderResource}/Ti.ReadWrite.All` } },
      [400, 'invalid_scope', 70011],
    ],
    [
      'two scopes',
      { fields: { scope: `${world.defenderScope} https://graph.microsoft.com/.default` } },
      [400, 'invalid_scope', 70011],
    ],
    [
      'an unknown resource',
      { fields: { scope: 'https://nowhere.example/.default' } },
      [400, 'invalid_resource', 500011],
    ],
    ['Defender without a licence', { tenantId: unlicensedTenantId }, [400, 'invalid_resource', 500011]],
    ['resource on v2', { fields: { resource: world.defenderResource } }, [400, 'invalid_request', 901002]],
    [
      'a scope as resource on v1',
      { version: 'v1', fields: { resource: world.defenderScope } },
      [400, 'invalid_resource', 500011],
    ],
  ])('refuses %s', async (_name, form, expected) => {
    expect(await failureOf(form)).toEqual(expected);
  });

  test('without consent, as the older text says it', async () => {
    simulator.control.switches.change({ missingServicePrincipal: 'AADSTS700016' });
    const form = { tenantId: unlicensedTenantId, fields: { client_id: world.otherClientId } };
    expect(await failureOf(form)).toEqual([400, 'unauthorized_client', 700016]);
  });

  test('an unlicensed tenant still gives tokens for Graph', async () => {
    const fields = { scope: 'https://graph.microsoft.com/.default' };
    expect((await world.requestToken(simulator, { tenantId: unlicensedTenantId, fields })).status).toBe(200);
  });

  test('withdrawn consent ends new tokens', async () => {
    simulator.control.tenants.withdrawConsent(world.otherTenantId, clientId);
    expect(await failureOf({ tenantId: world.otherTenantId })).toEqual([401, 'unauthorized_client', 7000229]);
    simulator.control.tenants.consent(world.otherTenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
    expect(decodeJwt(await world.getToken(simulator, { tenantId: world.otherTenantId }))['roles']).toEqual([
      'Ti.ReadWrite.All',
    ]);
  });
});

describe('federated credential', () => {
  test('takes a token of the home tenant for the identity', async () => {
    expect(decodeJwt(await world.getToken(simulator, withAssertion(await mintAssertion())))['tid']).toBe(tenantId);
  });

  test.each<[string, Parameters<typeof mintAssertion>[0], number]>([
    ['issuer', { tenantId }, 700211],
    ['subject', { claims: { sub: unknownId } }, 700213],
    ['case of the subject', { claims: { sub: world.identityPrincipalId.toUpperCase() } }, 7002138],
    ['audience', { audience: 'https://vault.azure.net' }, 700212],
    ['time', { lifetimeSeconds: -301 }, 700024],
    ['signature', { isForged: true }, 5000131],
  ])('refuses another %s', async (_name, order, code) => {
    expect(await failureOf(withAssertion(await mintAssertion(order)))).toEqual([401, 'invalid_client', code]);
  });

  test('refuses what is no token, and another assertion type', async () => {
    expect(await failureOf(withAssertion('nonsense'))).toEqual([401, 'invalid_client', 50027]);
    const form = withAssertion(await mintAssertion(), { fields: { client_assertion_type: 'saml' } });
    expect(await failureOf(form)).toEqual([400, 'invalid_request', 90023]);
  });
});

describe('discovery', () => {
  const read = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${simulator.origin}${path}`)).json()) as Record<string, unknown>;

  test('leads from the tenant to keys that verify its tokens', async () => {
    const document = await read(`/${homeTenantId}/v2.0/.well-known/openid-configuration`);
    expect(document).toMatchObject({
      issuer: `${simulator.origin}/${homeTenantId}/v2.0`,
      token_endpoint: `${simulator.origin}/${homeTenantId}/oauth2/v2.0/token`,
    });
    const keys = createRemoteJWKSet(new URL(String(document['jwks_uri'])));
    const token = await simulator.control.mintToken({ roles: ['admin'] });
    const { payload } = await jwtVerify(token, keys, { issuer: String(document['issuer']), audience: clientId });
    expect(payload).toMatchObject({ roles: ['admin'], tid: homeTenantId });
    await expect(jwtVerify(await simulator.control.mintToken({ isForged: true }), keys)).rejects.toThrow('signature');
  });

  test('of any tenant carries a template, of v1 the other issuer', async () => {
    for (const name of ['common', 'organizations']) {
      const document = await read(`/${name}/v2.0/.well-known/openid-configuration`);
      expect(document['issuer']).toBe(`${simulator.origin}/{tenantid}/v2.0`);
    }
    const document = await read(`/${tenantId}/.well-known/openid-configuration`);
    expect(document['issuer']).toBe(`https://sts.windows.net/${tenantId}/`);
    const unknown = await fetch(`${simulator.origin}/${unknownId}/v2.0/.well-known/openid-configuration`);
    expect(unknown.status).toBe(400);
  });
});
