import { expect, test } from 'vitest';
import { join } from 'node:path';
import type { Operation } from '../../shared/contract/operation.ts';
import { createCertificate } from '../builders/certificate.ts';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import type { Instance } from '../builders/stack.ts';
import { syncTenant, untilEnded } from '../builders/sync.ts';
import { world } from '../local/demo-world.ts';
import { toSimulatorOptions } from '../local/world-options.ts';

const stack = freshStack();
const folder = freshFolder();
const [fabrikam, northwind] = world.tenants;
const contoso = { tenantId: '6f1c0000-0000-4000-8000-00000000a003', displayName: 'Third' };
const consents = toSimulatorOptions().tenants?.[0]?.consents ?? {};
const live = { policy: { indicators: { mode: 'Live' } } };

/** A feed of one value. */
async function putFeed({ api }: Instance, feedId: string): Promise<void> {
  writeFiles(folder, { [feedId]: `${feedId}.example.com\n` });
  const url = stack().feeds.serve(feedId, join(folder, feedId));
  await api.expect('PUT', `/api/v1/feeds/${feedId}`, {
    displayName: feedId,
    source: { kind: 'List', url, type: 'DomainName' },
  });
  await api.expect('POST', `/api/v1/feeds/${feedId}/refresh`);
}

function valuesIn(tenantId: string): readonly string[] {
  return stack()
    .simulator.control.indicators.list(tenantId)
    .map(({ indicatorValue }) => indicatorValue);
}

test.each([
  ['certificate', fabrikam.tenantId, 'entra-app-certificate'],
  ['secret', northwind.tenantId, 'entra-app-secret'],
])('ENTRA_CREDENTIAL=%s signs in with what the vault has, and syncs', async (credential, tenantId, secretName) => {
  const { control } = stack().simulator;
  const { certificate, key } = await createCertificate();
  control.applications.put({ clientId: world.appClientId, certificates: [certificate], secrets: ['not-for-logs'] });
  const value = credential === 'secret' ? 'not-for-logs' : `${certificate}\n${key}`;
  control.secrets.put({ name: secretName, versions: [{ value }] });

  const instance = await stack().startInstance({ settings: { ENTRA_CREDENTIAL: credential } });
  expect(await instance.api.expect('PUT', `/api/v1/tenants/${tenantId}`, live)).toMatchObject({
    status: 'Connected',
    check: { indicatorSync: 'Works', missingRoles: [] },
  });
  await putFeed(instance, credential);
  expect(await syncTenant(instance, tenantId)).toMatchObject({ status: 'Succeeded' });
  expect(valuesIn(tenantId)).toContain(`${credential}.example.com`);

  const log = control.log.entries();
  expect(log.filter(({ path, status }) => path.startsWith(`/secrets/${secretName}`) && status === 200)).toHaveLength(1);
  for (const text of ['not-for-logs', 'PRIVATE KEY']) expect(instance.host.output()).not.toContain(text);
  await instance.host.stop();
});

test('a tenant that withdraws its consent is suspended, and goes on from there when it consents again', async () => {
  const { api, simulator } = stack();
  const { control } = simulator;
  const base = `/api/v1/tenants/${contoso.tenantId}`;
  control.tenants.put({ ...contoso, consents });
  await putFeed(stack(), 'first');
  expect(await api.expect('PUT', base, live)).toMatchObject({ status: 'Connected' });
  await syncTenant(stack(), contoso.tenantId);
  const held = valuesIn(contoso.tenantId);

  await putFeed(stack(), 'second');
  control.tenants.withdrawConsent(contoso.tenantId, world.appClientId);
  // Tokens already issued live on: Microsoft takes the last one back.
  control.faults.add({ fault: 'expired-token-401', times: 1, match: { path: '/api/', tenantId: contoso.tenantId } });
  const { id } = await api.expect<Operation>('POST', `${base}/indicators/sync`);
  expect(await api.expect('GET', base)).toMatchObject({ status: 'Suspended' });
  await stack().runTimer('syncTenants');
  expect(valuesIn(contoso.tenantId)).toEqual(held);
  expect(await api.expect('POST', `${base}/check`)).toMatchObject({ status: 'Suspended' });

  for (const [clientId, roles] of Object.entries(consents)) control.tenants.consent(contoso.tenantId, clientId, roles);
  expect(await api.expect('POST', `${base}/check`)).toMatchObject({ status: 'Connected' });
  // What met the closed door waits a few seconds before it knocks again.
  const later = await stack().startInstance({ aheadMs: 10_000 });
  const operation = await untilEnded(later, `${base}/operations/${id}`);
  expect(operation).toMatchObject({ status: 'Succeeded', attempts: 0 });
  expect(valuesIn(contoso.tenantId)).toEqual(expect.arrayContaining([...held, 'second.example.com']));
});

testUserAgent(stack);
