import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import { decodeJwt } from 'jose';
import {
  clientId,
  clientSecret,
  defenderScope,
  homeTenantId,
  identityClientId,
  identityPrincipalId,
  otherClientId,
  startTestSimulator,
  tenantId,
} from '../test-world.ts';
import type { Simulator } from '../simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestSimulator();
  vi.stubEnv('IDENTITY_ENDPOINT', simulator.identityEndpoint);
  vi.stubEnv('IDENTITY_HEADER', simulator.identityHeader);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator.stop();
});

const authority = (): { authorityHost: string; disableInstanceDiscovery: boolean } => ({
  authorityHost: simulator.origin,
  disableInstanceDiscovery: true,
});

describe('the real credentials', () => {
  test('managed identity, as a federated credential, to a token of the customer tenant', async () => {
    const identity = new ManagedIdentityCredential({ clientId: identityClientId });
    const assertion = async (): Promise<string> =>
      (await identity.getToken('api://AzureADTokenExchange/.default')).token;
    expect(decodeJwt(await assertion())).toMatchObject({
      iss: `${simulator.origin}/${homeTenantId}/v2.0`,
      sub: identityPrincipalId,
      aud: 'api://AzureADTokenExchange',
    });

    const credential = new ClientAssertionCredential(tenantId, clientId, assertion, authority());
    const claims = decodeJwt((await credential.getToken(defenderScope)).token);

    expect(claims).toMatchObject({
      aud: 'https://api.securitycenter.microsoft.com',
      iss: `https://sts.windows.net/${tenantId}/`,
      appid: clientId,
      appidacr: '2',
      tid: tenantId,
      roles: ['Ti.ReadWrite.All', 'Alert.Read.All'],
      ver: '1.0',
    });
    expect(claims.sub).toBe(claims['oid']);
    expect(claims).not.toHaveProperty('scp');
  });

  test('each resource gets the roles consented for it', async () => {
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, authority());
    const graph = decodeJwt((await credential.getToken('https://graph.microsoft.com/.default')).token);
    const xdr = decodeJwt((await credential.getToken('https://api.security.microsoft.com/.default')).token);
    expect(graph).toMatchObject({
      aud: 'https://graph.microsoft.com',
      roles: ['ThreatHunting.Read.All'],
      appidacr: '1',
    });
    expect(xdr).not.toHaveProperty('roles');
  });

  test('a registered certificate', async () => {
    const { certificate, key } = await createCertificate();
    simulator.control.applications.put({ clientId, secrets: [clientSecret], certificates: [certificate] });
    const credential = new ClientCertificateCredential(
      tenantId,
      clientId,
      { certificate: `${certificate}\n${key}` },
      authority(),
    );
    expect(decodeJwt((await credential.getToken(defenderScope)).token)).toMatchObject({
      appidacr: '2',
      appid: clientId,
    });
  });

  test('a certificate that nobody registered', async () => {
    const { certificate, key } = await createCertificate();
    const credential = new ClientCertificateCredential(
      tenantId,
      clientId,
      { certificate: `${certificate}\n${key}` },
      authority(),
    );
    await expect(credential.getToken(defenderScope)).rejects.toThrow('AADSTS700027');
  });

  test('a caller of the partner app: v2.0 format with its app roles', async () => {
    const credential = new ClientSecretCredential(homeTenantId, otherClientId, clientSecret, authority());
    for (const scope of [`${clientId}/.default`, `api://${clientId}/.default`]) {
      expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject({
        aud: clientId,
        iss: `${simulator.origin}/${homeTenantId}/v2.0`,
        azp: otherClientId,
        roles: ['admin'],
        ver: '2.0',
      });
    }
  });

  test('the managed identity endpoint wants its header and a known client id', async () => {
    const query = `api-version=2019-08-01&resource=https://vault.azure.net&client_id=${identityClientId}`;
    const ask = (search: string, header: string): Promise<Response> =>
      fetch(`${simulator.identityEndpoint}?${search}`, { headers: { 'x-identity-header': header } });
    const right = await ask(query, simulator.identityHeader);
    expect(right.status).toBe(200);
    const body = (await right.json()) as Record<string, string>;
    expect(body).toMatchObject({
      client_id: identityClientId,
      resource: 'https://vault.azure.net',
      token_type: 'Bearer',
    });
    expect(Number(body['expires_on'])).toBe(decodeJwt(body['access_token'] ?? '').exp);
    expect((await ask(query, 'wrong')).status).toBe(401);
    expect((await ask(query.replace(identityClientId, clientId), simulator.identityHeader)).status).toBe(400);
    expect((await ask(query.replace('vault', 'nowhere'), simulator.identityHeader)).status).toBe(400);
  });
});

async function createCertificate(): Promise<{ readonly certificate: string; readonly key: string }> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const usable = { name: algorithm.name, hash: algorithm.hash };
  const keys = {
    privateKey: await crypto.subtle.importKey(
      'pkcs8',
      privateKey.export({ type: 'pkcs8', format: 'der' }),
      usable,
      true,
      ['sign'],
    ),
    publicKey: await crypto.subtle.importKey('spki', publicKey.export({ type: 'spki', format: 'der' }), usable, true, [
      'verify',
    ]),
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Partner',
    keys,
    signingAlgorithm: usable,
  });
  return {
    certificate: certificate.toString('pem'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
