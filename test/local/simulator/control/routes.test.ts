import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asApp, toSubmission } from '../test-defender.ts';
import { clientId, getToken, homeTenantId, identityClientId, startTestSimulator, tenantId } from '../test-world.ts';
import type { TestDefender } from '../test-defender.ts';
import type { Simulator } from '../simulator.ts';

let simulator: Simulator;
let defender: TestDefender;

beforeAll(async () => {
  simulator = await startTestSimulator();
  defender = asApp(simulator, await getToken(simulator));
});
afterAll(() => simulator.stop());
beforeEach(() => simulator.control.log.clear());
afterEach(async () => {
  for (const what of ['faults', 'switches', 'quotas', `tenants/${tenantId}/indicators`]) await control('DELETE', what);
  await control('PUT', 'clock', {});
});

async function control(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${simulator.origin}/_simulator/${path}`, init);
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const submit = (): ReturnType<TestDefender['call']> => defender.call('POST', '/api/indicators', toSubmission());
const held = async (): Promise<readonly unknown[]> =>
  (await control('GET', `tenants/${tenantId}/indicators`)).body['indicators'] as readonly unknown[];

describe('faults', () => {
  test.each([
    ['http-500', 500, 0],
    ['http-503', 503, 0],
    ['throttle', 429, 0],
    ['expired-token-401', 401, 0],
    ['drop-before', null, 0],
    ['drop-after', null, 1],
    ['bad-json', 200, 1],
    ['truncated', 200, 1],
  ])('%s strikes once: status %s, %s rows', async (fault, status, rows) => {
    await control('POST', 'faults', { fault, match: { method: 'POST', path: '/API/indi*', tenantId }, times: 1 });
    const answer = await submit().catch((error: unknown) => error);
    if (status === null || status === 200) expect(answer).toBeInstanceOf(Error);
    else expect(answer).toMatchObject({ status });
    expect(simulator.control.log.entries()).toMatchObject([{ status, fault, applied: rows === 1 }]);
    expect(await held()).toHaveLength(rows);
    expect((await submit()).status).toBe(200);
  });

  test('throttle says for how long', async () => {
    await control('POST', 'faults', { fault: 'throttle', retryAfterSeconds: 3 });
    expect((await submit()).headers.get('retry-after')).toBe('3');
  });

  test('hang ends when the faults are cleared; delay answers late', async () => {
    await control('POST', 'faults', { fault: 'hang' });
    const hanging = submit();
    await expect.poll(() => simulator.control.log.entries().length).toBe(1);
    await control('DELETE', 'faults');
    await expect(hanging).rejects.toThrow();
    await control('POST', 'faults', { fault: 'delay', delayMs: 1 });
    expect((await submit()).status).toBe(200);
  });

  test('skip lets some through; other requests are spared', async () => {
    await control('POST', 'faults', { fault: 'http-503', match: { path: '/api/indicators' }, skip: 1, times: 1 });
    expect([(await submit()).status, (await submit()).status, (await submit()).status]).toEqual([200, 503, 200]);
    await control('POST', 'faults', { fault: 'http-503', match: { tenantId: homeTenantId } });
    expect((await submit()).status).toBe(200);
    expect((await control('GET', 'faults')).body['faults']).toMatchObject([{ struck: 1 }, { struck: 0 }]);
    expect((await control('POST', 'faults', { fault: 'flood' })).status).toBe(400);
  });

  test('strike the managed identity and Entra too', async () => {
    await control('POST', 'faults', { fault: 'http-500', match: { path: '/msi' }, times: 1 });
    const query = `api-version=2019-08-01&resource=https://vault.azure.net&client_id=${identityClientId}`;
    const response = await fetch(`${simulator.identityEndpoint}?${query}`, {
      headers: { 'x-identity-header': simulator.identityHeader },
    });
    expect(response.status).toBe(500);
    await control('POST', 'faults', { fault: 'http-503', match: { path: `/${tenantId}/oauth2` }, times: 1 });
    await expect(getToken(simulator)).rejects.toThrow('No token');
  });
});

test('the log knows who asked for what, in order, and what it changed', async () => {
  await submit();
  await defender.call('GET', '/api/indicators?$top=1');
  await defender.call('DELETE', '/api/indicators/1');
  const { body } = await control('GET', `log?tenantId=${tenantId}&path=/api`);
  expect(body['counts']).toEqual({
    ...{ total: 3, applied: 1, byStatus: { 200: 2, 404: 1 } },
    calls: { 'POST /api/indicators': 1, 'GET /api/indicators': 1, 'DELETE /api/indicators/{id}': 1 },
  });
  expect(body['entries']).toMatchObject([
    {
      method: 'POST',
      path: '/api/indicators',
      status: 200,
      applied: true,
      clientId,
      userAgent: 'MdePartner-Contoso-Test/1.0.0',
    },
    { method: 'GET', query: '%24top=1', status: 200, applied: false },
    { method: 'DELETE', status: 404, applied: false },
  ]);
  expect((await control('GET', 'log?applied=true&limit=1')).body['entries']).toHaveLength(1);
  await control('DELETE', 'log');
  expect((await control('GET', 'log')).body['entries']).toEqual([]);
});

test('the clock can be moved and frozen', async () => {
  await control('PUT', 'clock', { now: '2030-01-01T00:00:00Z' });
  expect((await submit()).status).toBe(401); // the token is from long ago
  expect((await control('PUT', 'clock', { advanceMs: 1_000 })).body).toEqual({ now: '2030-01-01T00:00:01.000Z' });
  await control('PUT', 'clock', { offsetMs: -60_000 });
  expect(Math.abs(simulator.control.clock.now() + 60_000 - Date.now())).toBeLessThan(10_000);
  expect((await control('PUT', 'clock', { now: 'soon' })).status).toBe(400);
});

test('tenants, consents, applications and tokens', async () => {
  const path = `tenants/77770000-0000-4000-8000-000000000007`;
  const form = { tenantId: '77770000-0000-4000-8000-000000000007' };
  await control('PUT', path, { displayName: 'New' });
  await expect(getToken(simulator, form)).rejects.toThrow('AADSTS7000229');
  expect((await control('PUT', `${path}/consents/${clientId}`, { defender: ['Ti.ReadWrite.All'] })).status).toBe(204);
  const fresh = asApp(simulator, await getToken(simulator, form));
  expect((await fresh.call('GET', '/api/indicators')).status).toBe(200);
  await control('DELETE', `${path}/consents/${clientId}`);
  await expect(getToken(simulator, form)).rejects.toThrow('AADSTS7000229');
  await control('DELETE', path);
  await expect(getToken(simulator, form)).rejects.toThrow('AADSTS90002');
  await control('PUT', `applications/${form.tenantId}`, { secrets: ['s'], appRoles: ['machines:read'] });
  const fields = { client_id: form.tenantId, client_secret: 's', scope: `${clientId}/.default` };
  const token = await getToken(simulator, { tenantId: homeTenantId, fields });
  expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    roles: ['machines:read'],
  });
  expect((await control('POST', 'tokens', { roles: ['admin'] })).body['access_token']).toMatch(/^ey/);
  expect((await control('PUT', `tenants/${clientId}/consents/x`, {})).status).toBe(400);
});

test('indicators of others, switches, secrets, quotas', async () => {
  const seeds = [
    { indicatorValue: 'one.example', indicatorType: 'DomainName', action: 'Allowed' },
    { indicatorValue: 'gambling', indicatorType: 'WebCategory', sourceType: 'AadApp', createdBy: homeTenantId },
  ];
  await control('POST', `tenants/${tenantId}/indicators`, { indicators: seeds });
  expect(await held()).toMatchObject([
    { indicatorValue: 'one.example', createdBy: 'ana@example.test', sourceType: 'User', createdBySource: 'Portal' },
    { indicatorType: 'WebCategory', createdBy: homeTenantId, sourceType: 'AadApp', createdBySource: 'PublicApi' },
  ]);
  const [first] = (await held()) as readonly { readonly id: string }[];
  expect((await control('DELETE', `tenants/${tenantId}/indicators/${first?.id}`)).status).toBe(204);
  expect(await held()).toHaveLength(1);

  expect((await control('PATCH', 'switches', { indicatorLimit: 1 })).body).toMatchObject({
    indicatorLimit: 1,
    rejectMd5: false,
  });
  for (const wrong of [{ indicatorLimit: 'x' }, { nothing: 1 }, { indicatorKey: 'x' }]) {
    expect((await control('PATCH', 'switches', wrong)).status).toBe(400);
  }
  expect((await submit()).status).toBe(400);
  expect((await control('GET', 'quotas')).body['quotas']).toMatchObject([{ tenantId, clientId, quota: 'indicators' }]);

  await control('PUT', 'secrets/s', { versions: [{ value: 'v', version: '1' }] });
  expect((await control('PATCH', 'secrets/s/versions/1', { isEnabled: false })).body).toMatchObject({
    isEnabled: false,
  });
  expect((await control('PATCH', 'secrets/s/versions/2', { isEnabled: false })).status).toBe(404);
});

test('the command starts from a file, says where it listens, writes its CA and stops', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  const [config, caFile] = [join(folder, 'simulator.json'), join(folder, 'ca.pem')];
  const managedIdentity = { clientId: identityClientId, principalId: identityClientId };
  await writeFile(config, JSON.stringify({ homeTenantId, application: { clientId }, managedIdentity }));
  const script = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--config', config, '--ca-file', caFile, '--identity-header', 'h']);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ event: 'simulator.started', identityHeader: 'h' });
  expect(await readFile(caFile, 'utf8')).toContain('BEGIN CERTIFICATE');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await rm(folder, { recursive: true });
});
