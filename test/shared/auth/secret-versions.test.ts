import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { RestError } from '@azure/keyvault-secrets';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSecretVersions, openVault } from '../../../shared/auth/key-vault.client.ts';
import { sendJson, startHttpsServer } from '../../builders/http-server.ts';
import { createServerIdentity } from '../../local/simulator/certificates.ts';
import type { ServerIdentity } from '../../local/simulator/certificates.ts';

const vaultUrl = 'https://vault.example.test';
const challenge = 'Bearer authorization="https://login.example.test/t", resource="https://vault.example.test"';

let identity: ServerIdentity;
beforeAll(async () => {
  identity = await createServerIdentity();
  setDefaultCACertificates([...getCACertificates('default'), identity.caPem]);
});

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** The real client over a real server that answers by path; `{vault}` in an answer becomes the server's address. */
async function vaultOf(answers: Readonly<Record<string, Answer>>) {
  const tls = { key: identity.keyPem, cert: identity.certificatePem };
  const server = await startHttpsServer(tls, (request, response) => {
    if (request.headers.authorization === undefined) {
      return sendJson(response, 401, {}, { 'www-authenticate': challenge });
    }
    const url = new URL(request.url, server.url);
    url.searchParams.delete('api-version');
    const { status = 200, body } = answers[url.pathname + url.search] ?? { status: 404, body: notFound };
    sendJson(response, status, JSON.parse(JSON.stringify(body).replaceAll('{vault}', server.url)));
  });
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: 9e15 }) };
  return createSecretVersions(openVault(server.url, credential));
}

const notFound = { error: { code: 'SecretNotFound', message: 'Not found.' } };

const item = (version: string, attributes: object) => ({
  id: `${vaultUrl}/secrets/caller-soar/${version}`,
  attributes,
});

describe('list', () => {
  test('every version over all pages', async () => {
    const versions = await vaultOf({
      '/secrets/caller-soar/versions': {
        body: {
          value: [item('aa', { enabled: true, created: 100 }), item('bb', { enabled: false, created: 200 })],
          nextLink: '{vault}/secrets/caller-soar/versions?page=2',
        },
      },
      '/secrets/caller-soar/versions?page=2': { body: { value: [item('cc', { enabled: true, created: 300 })] } },
    });
    expect(await versions.list('caller-soar')).toEqual([
      { version: 'aa', isEnabled: true, createdAtMs: 100_000 },
      { version: 'bb', isEnabled: false, createdAtMs: 200_000 },
      { version: 'cc', isEnabled: true, createdAtMs: 300_000 },
    ]);
  });

  test('none when there is no such secret, whichever way the vault says so', async () => {
    const versions = await vaultOf({ '/secrets/caller-soar/versions': { body: { value: [] } } });
    expect(await versions.list('caller-soar')).toEqual([]);
    expect(await versions.list('caller-siem')).toEqual([]);
  });

  test('a refusal is no missing secret', async () => {
    const refused = { status: 403, body: { error: { code: 'Forbidden', message: 'No.' } } };
    const versions = await vaultOf({ '/secrets/caller-soar/versions': refused });
    await expect(versions.list('caller-soar')).rejects.toBeInstanceOf(RestError);
  });
});

describe('read', () => {
  test('the value of that version', async () => {
    const body = { value: 'whsec_x', ...item('aa', { enabled: true }) };
    const versions = await vaultOf({ '/secrets/caller-soar/aa': { body } });
    expect(await versions.read('caller-soar', 'aa')).toBe('whsec_x');
  });

  test('nothing when it is gone; a refusal is a failure', async () => {
    const versions = await vaultOf({
      '/secrets/caller-soar/bb': { status: 403, body: { error: { code: 'Forbidden' } } },
    });
    expect(await versions.read('caller-soar', 'aa')).toBeUndefined();
    await expect(versions.read('caller-soar', 'bb')).rejects.toBeInstanceOf(RestError);
  });
});
