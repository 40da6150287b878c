import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTenantCredentials } from '../../../shared/auth/tenant-credentials.client.ts';
import type { TenantCredentialsOptions } from '../../../shared/auth/tenant-credentials.client.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import { createServerIdentity } from '../../local/simulator/certificates.ts';
import type { ServerIdentity } from '../../local/simulator/certificates.ts';
import { sendJson, startHttpsServer } from '../../builders/http-server.ts';
import { until } from '../../builders/until.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const otherTenantId = '6f1c0000-0000-4000-8000-00000000a002';
const clientId = '0b7c0000-0000-4000-8000-0000000000aa';
const scope = 'https://api.securitycenter.microsoft.com/.default';

let identity: ServerIdentity;
beforeAll(async () => {
  identity = await createServerIdentity();
  setDefaultCACertificates([...getCACertificates('default'), identity.caPem]);
});

/** Entra as far as it is asked here: its metadata, and the answers to sign-ins, one each, the last one for all that follow. */
async function startEntra(...answers: readonly ((response: ServerResponse) => void)[]) {
  let next = 0;
  const server = await startHttpsServer(
    { key: identity.keyPem, cert: identity.certificatePem },
    ({ method, url }, response) => {
      if (method === 'POST') return answers[Math.min(next++, answers.length - 1)]?.(response);
      const issuer = `${server.url}${url.split('/.well-known')[0]}`;
      const endpoint = `${server.url}/${url.split('/')[1]}/oauth2/v2.0`;
      sendJson(response, 200, {
        issuer,
        token_endpoint: `${endpoint}/token`,
        authorization_endpoint: `${endpoint}/authorize`,
        end_session_endpoint: `${endpoint}/logout`,
        jwks_uri: `${endpoint}/keys`,
      });
    },
  );
  return {
    url: server.url,
    signIns: () => server.requests.filter(({ method }) => method === 'POST'),
    requests: server.requests,
  };
}

let issued = 0;
const token = (response: ServerResponse) =>
  sendJson(response, 200, {
    token_type: 'Bearer',
    expires_in: 3599,
    ext_expires_in: 3599,
    access_token: `token-${++issued}`,
  });
const refuse =
  (code: number, status = 400, more: Record<string, unknown> = { error_codes: [code] }) =>
  (response: ServerResponse) =>
    sendJson(response, status, {
      error: 'invalid_client',
      error_description: `AADSTS${code}: text. Trace ID: t`,
      ...more,
    });

const ownCredential: TokenCredential = {
  getToken: (asked) =>
    Promise.resolve({ token: `assertion for ${String(asked)}`, expiresOnTimestamp: Date.now() + 3_600_000 }),
};

function credentialsOf(authorityHost: string, more: Partial<TenantCredentialsOptions> = {}) {
  return createTenantCredentials({
    settings: { authorityHost, clientId, credential: 'federated' },
    isKnownTenant: () => Promise.resolve(true),
    ownCredential,
    readSecret: () => Promise.reject(new Error('No secret is needed here.')),
    ...more,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('signing in', () => {
  it('shows the managed identity as our assertion, in the tenant of the customer, and asks nobody else', async () => {
    const entra = await startEntra(token);
    const got = await credentialsOf(entra.url).getToken(tenantId, scope);
    expect(got).toBe(`token-${issued}`);
    const [signIn] = entra.signIns();
    expect(signIn?.url).toContain(`/${tenantId}/oauth2/v2.0/token`);
    const form = new URLSearchParams(signIn?.body);
    expect(form.get('client_id')).toBe(clientId);
    expect(form.get('scope')).toContain(scope);
    expect(form.get('client_assertion')).toBe('assertion for api://AzureADTokenExchange/.default');
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  });

  it('keeps a token, per tenant and scope', async () => {
    const entra = await startEntra(token);
    const credentials = credentialsOf(entra.url);
    const first = await credentials.getToken(tenantId, scope);
    expect(await credentials.getToken(tenantId, scope)).toBe(first);
    expect(await credentials.getToken(tenantId, 'https://graph.microsoft.com/.default')).not.toBe(first);
    expect(await credentials.getToken(otherTenantId, scope)).not.toBe(first);
    expect(entra.signIns()).toHaveLength(3);
  });

  it('signs in once for all who ask at the same time', async () => {
    const entra = await startEntra(token);
    const credentials = credentialsOf(entra.url);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => credentials.getToken(tenantId, scope)));
    expect(new Set(tokens).size).toBe(1);
    expect(entra.signIns()).toHaveLength(1);
  });

  it('signs in anew after a failure that many shared', async () => {
    const entra = await startEntra(refuse(700016), token);
    const credentials = credentialsOf(entra.url);
    const failures = await Promise.all(
      Array.from({ length: 5 }, () => failureOf(credentials.getToken(tenantId, scope))),
    );
    expect(failures.every((failure) => failure instanceof TenantSuspended)).toBe(true);
    expect(await credentials.getToken(tenantId, scope)).toBe(`token-${issued}`);
  });

  it('signs in anew once it was told to forget, and gives nobody the answer of before', async () => {
    const held: ServerResponse[] = [];
    const entra = await startEntra((response) => held.push(response), token);
    const credentials = credentialsOf(entra.url);
    const before = failureOf(credentials.getToken(tenantId, scope));
    await until(() => held.length === 1);
    credentials.forget(tenantId);
    const after = await credentials.getToken(tenantId, scope);
    expect(after).toBe(`token-${issued}`);
    for (const response of held) token(response);
    await before;
    expect(await credentials.getToken(tenantId, scope)).toBe(after);
    credentials.forget(tenantId);
    expect(await credentials.getToken(tenantId, scope)).not.toBe(after);
  });

  it('never signs in for a tenant that is not in the registry, even with a token kept', async () => {
    const entra = await startEntra(token);
    const known = new Set([tenantId]);
    const credentials = credentialsOf(entra.url, { isKnownTenant: (id) => Promise.resolve(known.has(id)) });
    expect(await failureOf(credentials.getToken(otherTenantId, scope))).toMatchObject({ reason: 'unknown_tenant' });
    expect(entra.requests).toHaveLength(0);
    await credentials.getToken(tenantId, scope);
    known.delete(tenantId);
    expect(await failureOf(credentials.getToken(tenantId, scope))).toBeInstanceOf(TenantSuspended);
  });

  it('with a secret, and with a new one after the old one is refused', async () => {
    const entra = await startEntra(refuse(7000222, 401), token);
    const secrets = ['old', 'new'];
    const names: string[] = [];
    const credentials = credentialsOf(entra.url, {
      settings: { authorityHost: entra.url, clientId, credential: 'secret' },
      readSecret: (name) => {
        names.push(name);
        return Promise.resolve(secrets.shift());
      },
    });
    expect(await failureOf(credentials.getToken(tenantId, scope))).toBeInstanceOf(UpstreamUnavailable);
    await credentials.getToken(tenantId, scope);
    const sent = entra.signIns().map(({ body }) => new URLSearchParams(body).get('client_secret'));
    expect(sent).toEqual(['old', 'new']);
    expect(names).toEqual(['entra-app-secret', 'entra-app-secret']);
  });

  it.each([
    ['is not there yet', undefined],
    ['is a PKCS #12 certificate', 'MIIKYwIBAzCCCh8GCSqGSIb3DQEHAaCCChAEggoM'],
  ])('waits while the secret %s, and names it', async (_, value) => {
    const credentials = credentialsOf('https://127.0.0.1:1', {
      settings: { authorityHost: 'https://127.0.0.1:1', clientId, credential: 'certificate' },
      readSecret: () => Promise.resolve(value),
    });
    const failure = await failureOf(credentials.getToken(tenantId, scope));
    expect(failure).toBeInstanceOf(UpstreamUnavailable);
    expect((failure as Error).message).toContain('entra-app-certificate');
  });
});

describe('a refused sign-in', () => {
  const suspended: readonly [number, string][] = [
    [700016, 'consent_withdrawn'],
    [7000229, 'consent_withdrawn'],
    [65001, 'consent_withdrawn'],
    [500011, 'not_licensed'],
    [650052, 'not_licensed'],
    [90002, 'unknown_tenant'],
  ];
  it.each(suspended)('AADSTS%i suspends the tenant: %s', async (code, reason) => {
    const entra = await startEntra(refuse(code));
    const failure = await failureOf(credentialsOf(entra.url).getToken(tenantId, scope));
    expect(failure).toBeInstanceOf(TenantSuspended);
    expect(failure).toMatchObject({ tenantId, reason, signInCode: code });
  });

  it('is understood without error_codes as well', async () => {
    const entra = await startEntra(refuse(700016, 400, {}));
    const failure = await failureOf(credentialsOf(entra.url).getToken(tenantId, scope));
    expect(failure).toMatchObject({ reason: 'consent_withdrawn', signInCode: 700016 });
  });

  it.each([700211, 700213, 7000215, 700024, 53003, 50196])('AADSTS%i is not the fault of the tenant', async (code) => {
    const entra = await startEntra(refuse(code, 401));
    const failure = await failureOf(credentialsOf(entra.url).getToken(tenantId, scope));
    expect(failure).toBeInstanceOf(UpstreamUnavailable);
    expect((failure as Error).message).toContain(`AADSTS${code}`);
  });

  it('a service that is down, unreachable, or answers nonsense is asked again later', async () => {
    const down = await startEntra((response) => response.writeHead(503, { 'retry-after': '0' }).end());
    expect(await failureOf(credentialsOf(down.url).getToken(tenantId, scope))).toBeInstanceOf(UpstreamUnavailable);
    const nonsense = await startEntra((response) => response.writeHead(200).end('<html>'));
    expect(await failureOf(credentialsOf(nonsense.url).getToken(tenantId, scope))).toBeInstanceOf(UpstreamUnavailable);
    expect(await failureOf(credentialsOf('https://127.0.0.1:1').getToken(tenantId, scope))).toBeInstanceOf(
      UpstreamUnavailable,
    );
  });

  it('a managed identity that fails is asked again later', async () => {
    const entra = await startEntra(token);
    const credentials = credentialsOf(entra.url, {
      ownCredential: { getToken: () => Promise.reject(new Error('no identity')) },
    });
    expect(await failureOf(credentials.getToken(tenantId, scope))).toBeInstanceOf(UpstreamUnavailable);
  });

  it('names no token, assertion or secret', async () => {
    const entra = await startEntra(refuse(700213, 401));
    const failure = await failureOf(credentialsOf(entra.url).getToken(tenantId, scope));
    expect((failure as Error).message).not.toContain('assertion for');
  });
});
