import { expect, test } from 'vitest';
import { setUpControl } from '../test-control.ts';
import { asApp } from '../test-defender.ts';
import { clientId, getToken, homeTenantId, tenantId } from '../test-world.ts';

const bench = setUpControl();

test('the log knows who asked for what, in order, and what it changed', async () => {
  await bench.submit();
  await bench.call('GET', '/api/indicators?$top=1');
  await bench.call('DELETE', '/api/indicators/1');
  const { body } = await bench.control('GET', `log?tenantId=${tenantId}&path=/api`);
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
  expect((await bench.control('GET', 'log?applied=true&limit=1')).body['entries']).toHaveLength(1);
  await bench.control('DELETE', 'log');
  expect((await bench.control('GET', 'log')).body['entries']).toEqual([]);
});

test('the clock can be moved and frozen', async () => {
  await bench.control('PUT', 'clock', { now: '2030-01-01T00:00:00Z' });
  expect((await bench.submit()).status).toBe(401); // the token is from long ago
  expect((await bench.control('PUT', 'clock', { advanceMs: 1_000 })).body).toEqual({ now: '2030-01-01T00:00:01.000Z' });
  await bench.control('PUT', 'clock', { offsetMs: -60_000 });
  expect(Math.abs(bench.simulator().control.clock.now() + 60_000 - Date.now())).toBeLessThan(50_000);
  expect((await bench.control('PUT', 'clock', { now: 'soon' })).status).toBe(400);
});

test('tenants, consents, applications and tokens', async () => {
  const path = `tenants/77770000-0000-4000-8000-000000000007`;
  const form = { tenantId: '77770000-0000-4000-8000-000000000007' };
  await bench.control('PUT', path, { displayName: 'New' });
  await expect(getToken(bench.simulator(), form)).rejects.toThrow('AADSTS7000229');
  expect((await bench.control('PUT', `${path}/consents/${clientId}`, { defender: ['Ti.ReadWrite.All'] })).status).toBe(
    204,
  );
  const fresh = asApp(bench.simulator(), await getToken(bench.simulator(), form));
  expect((await fresh.call('GET', '/api/indicators')).status).toBe(200);
  await bench.control('DELETE', `${path}/consents/${clientId}`);
  await expect(getToken(bench.simulator(), form)).rejects.toThrow('AADSTS7000229');
  await bench.control('DELETE', path);
  await expect(getToken(bench.simulator(), form)).rejects.toThrow('AADSTS90002');
  await bench.control('PUT', `applications/${form.tenantId}`, { secrets: ['s'], appRoles: ['machines:read'] });
  const fields = { client_id: form.tenantId, client_secret: 's', scope: `${clientId}/.default` };
  const token = await getToken(bench.simulator(), { tenantId: homeTenantId, fields });
  expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    roles: ['machines:read'],
  });
  expect((await bench.control('POST', 'tokens', { roles: ['admin'] })).body['access_token']).toMatch(/^ey/);
  expect((await bench.control('PUT', `tenants/${clientId}/consents/x`, {})).status).toBe(400);
});

test('indicators of others, switches, secrets, quotas', async () => {
  const seeds = [
    { indicatorValue: 'one.example', indicatorType: 'DomainName', action: 'Allowed' },
    { indicatorValue: 'gambling', indicatorType: 'WebCategory', sourceType: 'AadApp', createdBy: homeTenantId },
  ];
  await bench.control('POST', `tenants/${tenantId}/indicators`, { indicators: seeds });
  expect(await bench.held()).toMatchObject([
    { indicatorValue: 'one.example', createdBy: 'ana@example.test', sourceType: 'User', createdBySource: 'Portal' },
    { indicatorType: 'WebCategory', createdBy: homeTenantId, sourceType: 'AadApp', createdBySource: 'PublicApi' },
  ]);
  const [first] = (await bench.held()) as readonly { readonly id: string }[];
  expect((await bench.control('DELETE', `tenants/${tenantId}/indicators/${first?.id}`)).status).toBe(204);
  expect(await bench.held()).toHaveLength(1);

  expect((await bench.control('PATCH', 'switches', { indicatorLimit: 1 })).body).toMatchObject({
    indicatorLimit: 1,
    rejectMd5: false,
  });
  for (const wrong of [{ indicatorLimit: 'x' }, { nothing: 1 }, { indicatorKey: 'x' }]) {
    expect((await bench.control('PATCH', 'switches', wrong)).status).toBe(400);
  }
  expect((await bench.submit()).status).toBe(400);
  expect((await bench.control('GET', 'quotas')).body['quotas']).toMatchObject([
    { tenantId, clientId, quota: 'indicators' },
  ]);

  await bench.control('PUT', 'secrets/s', { versions: [{ value: 'v', version: '1' }] });
  expect((await bench.control('PATCH', 'secrets/s/versions/1', { isEnabled: false })).body).toMatchObject({
    isEnabled: false,
  });
  expect((await bench.control('PATCH', 'secrets/s/versions/2', { isEnabled: false })).status).toBe(404);
});
