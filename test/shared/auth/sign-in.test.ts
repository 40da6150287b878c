import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { z } from 'zod';
import { credentialSecretNames } from '../../../shared/auth/tenant-credentials.client.ts';
import { createDefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { credentialsAt, defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';

const { tenantId, clientId, defenderScope } = world;
const tenant = { tenantId, cloud: 'Commercial' } as const;

let simulator: Simulator;
let pem: { readonly certificate: string; readonly privateKey: string };

beforeAll(async () => {
  pem = await createCertificate();
  simulator = await startMicrosoft({
    application: { clientId, secrets: ['s3cret'], certificates: [pem.certificate] },
    secrets: [
      { name: credentialSecretNames.secret, versions: [{ value: 's3cret' }] },
      { name: credentialSecretNames.certificate, versions: [{ value: `${pem.privateKey}\n${pem.certificate}` }] },
    ],
  });
});
afterAll(() => simulator.stop());
beforeEach(() => {
  simulator.control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
  simulator.control.faults.clear();
  simulator.control.log.clear();
});

async function createCertificate() {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const { subtle } = webcrypto;
  const keys = {
    privateKey: await subtle.importKey('pkcs8', privateKey, algorithm, true, ['sign']),
    publicKey: await subtle.importKey('spki', publicKey, algorithm, true, ['verify']),
  };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Contoso Cognito',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
  });
  const body = privateKey.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    certificate: certificate.toString('pem'),
    privateKey: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
  };
}

const claimsSchema = z.object({ tid: z.string(), aud: z.string(), roles: z.array(z.string()), appid: z.string() });

function claimsOf(token: string) {
  return claimsSchema.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
}

describe('a sign-in in the customer’s tenant', () => {
  it.each(['federated', 'certificate', 'secret'] as const)('with %s', async (credential) => {
    const token = await credentialsAt(simulator, credential).getToken(tenantId, defenderScope);
    expect(claimsOf(token)).toMatchObject({
      tid: tenantId,
      aud: 'https://api.securitycenter.microsoft.com',
      roles: ['Ti.ReadWrite.All'],
      appid: clientId,
    });
  });

  it('reads the vault once for all tenants', async () => {
    const credentials = credentialsAt(simulator, 'secret');
    await Promise.all([tenantId, world.otherTenantId].map((id) => credentials.getToken(id, defenderScope)));
    const reads = simulator.control.log.entries({ path: '/secrets/', status: 200 });
    expect(reads).toHaveLength(1);
  });

  it('gives nothing in a tenant that does not exist', async () => {
    const unknown = '6f1c0000-0000-4000-8000-00000000ffff';
    const failure = await credentialsAt(simulator)
      .getToken(unknown, defenderScope)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'TenantSuspended', reason: 'unknown_tenant', signInCode: 90002 });
  });

  it('is tried again when Entra is away, also where it had no tenant before', async () => {
    const unknown = '6f1c0000-0000-4000-8000-00000000ffff';
    const credentials = credentialsAt(simulator);
    await expect(credentials.getToken(unknown, defenderScope)).rejects.toThrow(TenantSuspended);
    simulator.control.faults.add({ fault: 'http-503', match: { path: '/*/.well-known' } });
    await expect(credentials.getToken(unknown, defenderScope)).rejects.toThrow(UpstreamUnavailable);
    await expect(credentials.getToken(tenantId, defenderScope)).rejects.toThrow(UpstreamUnavailable);
  });

  it.each(['AADSTS7000229', 'AADSTS700016'] as const)('without consent: %s', async (missingServicePrincipal) => {
    simulator.control.switches.change({ missingServicePrincipal });
    simulator.control.tenants.withdrawConsent(tenantId, clientId);
    const failure = await credentialsAt(simulator)
      .getToken(tenantId, defenderScope)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ tenantId, reason: 'consent_withdrawn' });
  });

  it('without a licence for Defender', async () => {
    const unlicensed = '6f1c0000-0000-4000-8000-00000000a003';
    const consents = { [clientId]: { defender: ['Ti.ReadWrite.All'] } };
    simulator.control.tenants.put({ tenantId: unlicensed, isDefenderLicensed: false, consents });
    const failure = await credentialsAt(simulator)
      .getToken(unlicensed, defenderScope)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ tenantId: unlicensed, reason: 'not_licensed' });
  });
});

describe('calls with it', () => {
  it('are made with one sign-in, and our User-Agent on every one', async () => {
    const indicators = createDefenderIndicators(defenderAt(simulator, await freshTables()));
    await Promise.all(Array.from({ length: 10 }, () => indicators.listIndicators(tenant)));
    expect(simulator.control.log.entries({ method: 'POST', path: `/${tenantId}/oauth2` })).toHaveLength(1);
    const calls = simulator.control.log.entries({ path: '/api/' });
    expect(calls).toHaveLength(10);
    expect(new Set(calls.map(({ userAgent }) => userAgent))).toEqual(new Set([world.userAgent]));
  });

  it('sign in anew after a 401', async () => {
    const indicators = createDefenderIndicators(defenderAt(simulator, await freshTables()));
    await indicators.listIndicators(tenant);
    simulator.control.faults.add({ fault: 'expired-token-401', match: { path: '/api/' }, times: 1 });
    expect(await indicators.listIndicators(tenant)).toEqual([]);
    expect(simulator.control.log.entries({ method: 'POST', path: `/${tenantId}/oauth2` })).toHaveLength(2);
  });

  it('suspend the tenant when the consent is gone', async () => {
    const indicators = createDefenderIndicators(defenderAt(simulator, await freshTables()));
    await indicators.listIndicators(tenant);
    simulator.control.tenants.withdrawConsent(tenantId, clientId);
    simulator.control.faults.add({ fault: 'expired-token-401', match: { path: '/api/' } });
    const failure = await indicators.listIndicators(tenant).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'TenantSuspended', reason: 'consent_withdrawn', signInCode: 700016 });
  });

  it('block all instances for as long as a 429 says', async () => {
    const tables = await freshTables();
    const [one, other] = [defenderAt(simulator, tables), defenderAt(simulator, tables)].map(createDefenderIndicators);
    simulator.control.faults.add({ fault: 'throttle', match: { path: '/api/' }, retryAfterSeconds: 40, times: 1 });
    const failure = await one?.listIndicators(tenant).catch((error: unknown) => error);
    expect(failure).toMatchObject({ throttled: true, retryAfterMs: 40_000 });
    const second = await other?.listIndicators(tenant).catch((error: unknown) => error);
    expect(second).toMatchObject({ throttled: true });
    expect(simulator.control.log.entries({ path: '/api/' })).toHaveLength(1);
  });
});
