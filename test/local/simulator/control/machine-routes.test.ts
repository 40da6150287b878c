import { expect, test } from 'vitest';
import { pc1, setUpMachines, srv1 } from '../test-machines.ts';
import { startTestSimulator, tenantId } from '../test-world.ts';

const bench = setUpMachines();

test('machines of the options, and behind the API’s back', async () => {
  const machinesOf = `${bench.simulator().origin}/_simulator/tenants/${tenantId}/machines`;
  const send = async (method: string, url: string, body?: unknown) => {
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  expect(await send('PUT', machinesOf, { machines: [pc1] })).toMatchObject({ body: { machines: [pc1] } });
  expect(await send('POST', machinesOf, { machines: [srv1] })).toMatchObject({ status: 200 });
  expect(await send('PATCH', `${machinesOf}/${pc1.id}`, { healthStatus: 'Inactive' })).toMatchObject({
    body: { healthStatus: 'Inactive' },
  });
  expect((await send('PATCH', `${machinesOf}/none`, {})).status).toBe(400);
  expect((await send('PUT', machinesOf, { machines: [{ id: 'short' }] })).status).toBe(400);
  expect((await send('PUT', machinesOf, {})).status).toBe(400);
  expect((await send('DELETE', machinesOf)).status).toBe(204);
  expect(await send('GET', machinesOf)).toMatchObject({ body: { machines: [] } });
  bench.control().tenants.put({ tenantId: '77770000-0000-4000-8000-000000000007', machines: [pc1] });
  expect(bench.control().machines.list('77770000-0000-4000-8000-000000000007')).toHaveLength(1);
  const other = await startTestSimulator({ tenants: [{ tenantId, machines: [pc1, srv1] }] });
  expect(other.control.machines.list(tenantId)).toHaveLength(2);
  await other.stop();
});
