import { expect, test } from 'vitest';
import { until } from '../../builders/until.ts';
import { setUpControl } from './test-control.ts';
import { getToken, homeTenantId, identityClientId, tenantId } from './test-world.ts';

const bench = setUpControl();

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
  await bench.control('POST', 'faults', { fault, match: { method: 'POST', path: '/API/indi*', tenantId }, times: 1 });
  const answer = await bench.submit().catch((error: unknown) => error);
  if (status === null || status === 200) expect(answer).toBeInstanceOf(Error);
  else expect(answer).toMatchObject({ status });
  expect(bench.simulator().control.log.entries()).toMatchObject([{ status, fault, applied: rows === 1 }]);
  expect(await bench.held()).toHaveLength(rows);
  expect((await bench.submit()).status).toBe(200);
});

test('throttle says for how long', async () => {
  await bench.control('POST', 'faults', { fault: 'throttle', retryAfterSeconds: 3 });
  expect((await bench.submit()).headers.get('retry-after')).toBe('3');
});

test('hang ends when the faults are cleared; delay answers late', async () => {
  await bench.control('POST', 'faults', { fault: 'hang' });
  const hanging = bench.submit();
  await until(() => bench.simulator().control.log.entries().length === 1);
  await bench.control('DELETE', 'faults');
  await expect(hanging).rejects.toThrow();
  await bench.control('POST', 'faults', { fault: 'delay', delayMs: 1 });
  expect((await bench.submit()).status).toBe(200);
});

test('skip lets some through; other requests are spared', async () => {
  await bench.control('POST', 'faults', { fault: 'http-503', match: { path: '/api/indicators' }, skip: 1, times: 1 });
  expect([(await bench.submit()).status, (await bench.submit()).status, (await bench.submit()).status]).toEqual([
    200, 503, 200,
  ]);
  await bench.control('POST', 'faults', { fault: 'http-503', match: { tenantId: homeTenantId } });
  expect((await bench.submit()).status).toBe(200);
  expect((await bench.control('GET', 'faults')).body['faults']).toMatchObject([{ struck: 1 }, { struck: 0 }]);
  expect((await bench.control('POST', 'faults', { fault: 'flood' })).status).toBe(400);
});

test('strike the managed identity and Entra too', async () => {
  await bench.control('POST', 'faults', { fault: 'http-500', match: { path: '/msi' }, times: 1 });
  const query = `api-version=2019-08-01&resource=https://vault.azure.net&client_id=${identityClientId}`;
  const response = await fetch(`${bench.simulator().identityEndpoint}?${query}`, {
    headers: { 'x-identity-header': bench.simulator().identityHeader },
  });
  expect(response.status).toBe(500);
  await bench.control('POST', 'faults', { fault: 'http-503', match: { path: `/${tenantId}/oauth2` }, times: 1 });
  await expect(getToken(bench.simulator())).rejects.toThrow('No token');
});
