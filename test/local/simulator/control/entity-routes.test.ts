import { expect, test } from 'vitest';
import { setUpControl } from '../test-control.ts';
import { pc1, srv1 } from '../test-machines.ts';
import { startTestSimulator, tenantId } from '../test-world.ts';

const bench = setUpControl();
const sightings = [{ machineId: pc1.id, lastSeen: '2026-11-20T09:00:00Z' }];

test.each([
  ['files', { sha1: '1'.repeat(40), sightings }, { file: { sha1: '1'.repeat(40) } }, { sha1: 'short' }],
  ['domains', { host: 'bad.example', sightings }, { host: 'bad.example' }, { host: 1 }],
  ['ips', { ipAddress: '203.0.113.9', sightings }, { ipAddress: '203.0.113.9' }, { ipAddress: 'x' }],
  ['vulnerabilities', { id: 'CVE-2026-0001', machines: sightings }, { vulnerability: { exposedMachines: 1 } }, {}],
])('%s are dumped, replaced, added and cleared', async (name, seed, stored, wrong) => {
  const path = `tenants/${tenantId}/${name}`;
  expect((await bench.control('PUT', path, { [name]: [seed] })).body).toMatchObject({ [name]: [stored] });
  expect((await bench.control('POST', path, { [name]: [seed] })).status).toBe(200);
  expect((await bench.control('GET', path)).body[name]).toMatchObject([stored]);
  expect((await bench.control('POST', path, { [name]: [wrong] })).status).toBe(400);
  expect((await bench.control('POST', path, {})).status).toBe(400);
  expect((await bench.control('DELETE', path)).status).toBe(204);
  expect((await bench.control('GET', path)).body[name]).toEqual([]);
});

test('users log on to machines that are there', async () => {
  const path = `tenants/${tenantId}/users`;
  await bench.control('PUT', `tenants/${tenantId}/machines`, { machines: [pc1, srv1] });
  const ana = { accountName: 'ana', accountDomain: 'EXAMPLE', isDomainAdmin: true };
  const logons = [pc1.id, srv1.id].map((machineId) => ({ machineId, id: 'EXAMPLE\\ana', ...ana }));
  expect((await bench.control('PUT', path, { users: [{ ...ana, machineIds: [pc1.id, srv1.id] }] })).body).toMatchObject(
    {
      users: logons,
    },
  );
  await bench.control('POST', path, { users: [{ ...ana, isDomainAdmin: false, machineIds: [pc1.id] }] });
  expect((await bench.control('GET', path)).body['users']).toHaveLength(2);
  expect((await bench.control('POST', path, { users: [{ ...ana, machineIds: ['c'] }] })).status).toBe(400);
  expect((await bench.control('POST', path, { users: [ana] })).status).toBe(400);
  await bench.control('DELETE', path);
  expect((await bench.control('GET', path)).body['users']).toEqual([]);
});

test('entities of the options', async () => {
  const other = await startTestSimulator({
    tenants: [
      {
        ...{ tenantId, machines: [pc1], files: [{ sha1: '1'.repeat(40) }], domains: [{ host: 'bad.example' }] },
        ...{ ips: [{ ipAddress: '203.0.113.9' }], users: [{ accountName: 'ana', machineIds: [pc1.id] }] },
        vulnerabilities: [{ id: 'CVE-2026-0001' }],
      },
    ],
  });
  const { files, domains, ips, users, vulnerabilities } = other.control;
  for (const part of [files, domains, ips, users, vulnerabilities]) expect(part.list(tenantId)).toHaveLength(1);
  await other.stop();
});
