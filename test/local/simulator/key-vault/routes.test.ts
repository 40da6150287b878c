import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import * as world from '../test-world.ts';
import type { Simulator } from '../simulator.ts';

let simulator: Simulator;
let reader: SecretClient;
let officer: SecretClient;

beforeAll(async () => {
  const versions = [
    { value: 'first', version: 'a'.repeat(32), created: '2026-01-01T00:00:00Z', isEnabled: false },
    { value: 'second', version: 'b'.repeat(32), created: '2026-02-01T00:00:00Z', expires: '2027-01-01T00:00:00Z' },
  ];
  simulator = await world.startTestSimulator({
    secrets: [{ name: 'caller-soar', versions }],
    vaultOfficers: [world.otherClientId],
  });
  vi.stubEnv('IDENTITY_ENDPOINT', simulator.identityEndpoint);
  vi.stubEnv('IDENTITY_HEADER', simulator.identityHeader);
  const options = { disableChallengeResourceVerification: true };
  reader = new SecretClient(
    simulator.origin,
    new ManagedIdentityCredential({ clientId: world.identityClientId }),
    options,
  );
  const authority = { authorityHost: simulator.origin, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(world.homeTenantId, world.otherClientId, world.clientSecret, authority);
  officer = new SecretClient(simulator.origin, credential, options);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator.stop();
});

test('the managed identity reads the current version', async () => {
  const secret = await reader.getSecret('caller-soar');
  expect(secret).toMatchObject({ value: 'second', properties: { version: 'b'.repeat(32), enabled: true } });
  expect(secret.properties.expiresOn).toEqual(new Date('2027-01-01T00:00:00Z'));
  expect(secret.properties.createdOn).toEqual(new Date('2026-02-01T00:00:00Z'));
  expect(simulator.control.log.entries({ path: '/secrets' }).map(({ status }) => status)).toEqual([401, 200]);
});

test('a disabled version, an unknown one, and an unknown secret', async () => {
  await expect(reader.getSecret('caller-soar', { version: 'a'.repeat(32) })).rejects.toMatchObject({ statusCode: 403 });
  await expect(reader.getSecret('caller-soar', { version: 'c'.repeat(32) })).rejects.toMatchObject({
    statusCode: 404,
    code: 'SecretNotFound',
  });
  await expect(reader.getSecret('nothing')).rejects.toMatchObject({ statusCode: 404, code: 'SecretNotFound' });
});

test('versions are listed over several pages', async () => {
  for (let i = 0; i < 60; i++) simulator.control.secrets.add('many', { value: String(i) });
  const pages: number[] = [];
  for await (const page of reader.listPropertiesOfSecretVersions('many').byPage()) pages.push(page.length);
  expect(pages).toEqual([25, 25, 10]);
  const names: string[] = [];
  for await (const { name } of reader.listPropertiesOfSecrets()) names.push(name);
  expect(names).toEqual(['caller-soar', 'many']);
});

test('an officer adds and disables versions; the managed identity may not', async () => {
  await officer.setSecret('caller-new', 'one', { tags: { by: 'test' }, contentType: 'text/plain' });
  const { properties } = await officer.setSecret('caller-new', 'two');
  expect((await reader.getSecret('caller-new')).value).toBe('two');
  await officer.updateSecretProperties('caller-new', properties.version ?? '', { enabled: false });
  await expect(reader.getSecret('caller-new')).rejects.toMatchObject({ statusCode: 403 });
  const enabled: (boolean | undefined)[] = [];
  for await (const version of reader.listPropertiesOfSecretVersions('caller-new')) enabled.push(version.enabled);
  expect(enabled).toEqual([true, false]);
  await expect(reader.setSecret('caller-new', 'three')).rejects.toMatchObject({ statusCode: 403, code: 'Forbidden' });
});

test('a soft-deleted name cannot be used until it is recovered or purged', async () => {
  await officer.setSecret('gone', 'x');
  await (await officer.beginDeleteSecret('gone', { intervalInMs: 1 })).pollUntilDone();
  await expect(reader.getSecret('gone')).rejects.toMatchObject({ statusCode: 404 });
  await expect(officer.setSecret('gone', 'y')).rejects.toMatchObject({ statusCode: 409, code: 'Conflict' });
  await (await officer.beginRecoverDeletedSecret('gone', { intervalInMs: 1 })).pollUntilDone();
  expect((await reader.getSecret('gone')).value).toBe('x');
  await (await officer.beginDeleteSecret('gone', { intervalInMs: 1 })).pollUntilDone();
  await officer.purgeDeletedSecret('gone');
  expect((await officer.setSecret('gone', 'y')).value).toBe('y');
});
