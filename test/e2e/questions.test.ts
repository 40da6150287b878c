import { beforeAll, expect, test } from 'vitest';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import { problemOf, sendTo } from '../builders/wire.ts';
import { world } from '../local/demo-world.ts';

const stack = freshStack();
const [{ tenantId }] = world.tenants;
const base = `/api/v1/tenants/${tenantId}`;

beforeAll(async () => {
  const { api, simulator } = stack();
  await api.expect('PUT', base, { displayName: 'Fabrikam' });
  await api.expect('POST', `${base}/check`);
  const machine = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test' };
  const sightings = [{ machineId: machine.id, seenMs: simulator.control.clock.now() }];
  simulator.control.machines.seed(tenantId, [machine]);
  simulator.control.ips.seed(tenantId, [{ ipAddress: '2001:db8::5', sightings }]);
  simulator.control.domains.seed(tenantId, [{ host: 'xn--mnchen-3ya.example', sightings }]);
});

/** What a path leads to: the status, and of a success the first field, which names the thing. */
async function ask(path: string): Promise<readonly unknown[]> {
  const { status, json } = await sendTo(stack(), `GET ${base}/${path}`);
  return [status, status === 200 ? Object.values(json as object)[0] : undefined];
}

test('what a path names comes through the host as it was meant', async () => {
  for (const spelling of ['2001:db8::5', '2001%3Adb8%3A%3A5', '2001%3a0DB8:0:0:0:0:0:5']) {
    expect(await ask(`ips/${spelling}`), spelling).toEqual([200, '2001:db8::5']);
  }
  expect(await ask('domains/m%C3%BCnchen.example.')).toEqual([200, 'xn--mnchen-3ya.example']);
  expect(await ask('machines/PC1')).toMatchObject([200, { computerDnsName: 'pc1.example.test' }]);
  expect(await ask('machines/PC1.example.test')).toMatchObject([200, { computerDnsName: 'pc1.example.test' }]);
  expect(await ask(`files/${'d'.repeat(64)}`)).toEqual([404, undefined]);
});

test('what names nothing is told by its parameter', async () => {
  for (const [path, parameter] of [
    ['ips/10.0.0.0%2F8', 'address'],
    ['ips/%25', 'address'],
    ['domains/a..b', 'name'],
    ['files/17', 'hash'],
    ['machines/a%20b', 'machine'],
    ['machines/a%2Fb', 'machine'],
  ] as const) {
    const problem = problemOf(await sendTo(stack(), `GET ${base}/${path}`));
    expect(problem, path).toMatchObject({ status: 400, code: 'invalid_field', errors: [{ parameter }] });
  }
});

testUserAgent(stack);
