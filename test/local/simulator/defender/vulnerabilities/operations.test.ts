import { beforeEach, expect, test } from 'vitest';
import { setUpEntities } from '../../test-entities.ts';
import { pc1, srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpEntities();
const get = (path: string) => bench.call('GET', `/api/${path}`);
const product = { productName: 'edge', productVendor: 'microsoft', productVersion: '81.0', fixingKbId: '4561600' };

beforeEach(() => {
  bench.control().vulnerabilities.seed(tenantId, [
    {
      id: 'CVE-2026-0001',
      severity: 'Critical',
      machines: [pc1.id, srv1.id].map((id) => ({ machineId: id, ...product })),
    },
    {
      id: 'CVE-2026-0002',
      severity: 'Low',
      machines: [{ machineId: pc1.id }, { machineId: pc1.id, productName: 'x' }],
    },
    { id: 'CVE-2026-0003' },
  ]);
});

test('of a machine', async () => {
  const { body, value } = await get(`machines/${pc1.id}/vulnerabilities`);
  expect(value).toMatchObject([
    { id: 'CVE-2026-0001', severity: 'Critical', exposedMachines: 2 },
    { id: 'CVE-2026-0002', severity: 'Low', exposedMachines: 1 },
  ]);
  expect(body['@odata.context']).toMatch(/#Vulnerabilities$/);
  expect(await get('machines/nobody/vulnerabilities')).toMatchObject({ status: 404, code: 'ResourceNotFound' });
});

test('of machines and products', async () => {
  const path = 'vulnerabilities/machinesVulnerabilities';
  expect((await get(path)).value).toHaveLength(4);
  expect((await get(`${path}?$filter=machineId eq '${srv1.id}' and severity eq 'Critical'`)).value).toMatchObject([
    { id: `${srv1.id}-_-CVE-2026-0001-_-microsoft-_-edge-_-81.0-_-4561600`, cveId: 'CVE-2026-0001', ...product },
  ]);
  expect((await get(`${path}?$filter=machineId eq '${pc1.id}'&$top=1&$skip=2`)).value).toHaveLength(1);
  expect((await get(`${path}?$filter=name eq 'x'`)).code).toBe('ODataError');
});

test('by themselves', async () => {
  expect((await get('vulnerabilities')).value).toHaveLength(3);
  expect((await get('vulnerabilities/cve-2026-0003')).body).toMatchObject({ id: 'CVE-2026-0003', exposedMachines: 0 });
  expect(await get('vulnerabilities/CVE-2026-0009')).toMatchObject({ status: 404, code: 'ResourceNotFound' });
});

test('need their own role', async () => {
  await bench.use(['Machine.Read.All']);
  for (const path of [
    'vulnerabilities',
    'vulnerabilities/machinesVulnerabilities',
    `machines/${pc1.id}/vulnerabilities`,
  ]) {
    expect(await get(path)).toMatchObject({ status: 403, code: 'Forbidden' });
  }
});
