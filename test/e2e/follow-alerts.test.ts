import { afterAll, beforeEach, expect, test } from 'vitest';
import type { CallbackEvent } from '../../shared/contract/callback-event.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import type { Instance } from '../builders/stack.ts';
import { until } from '../builders/until.ts';
import { startCallbackReceiver } from '../local/callback-receiver.ts';
import { newWebhookSecret, toSecretName } from '../local/caller-key.ts';
import { connectTenants } from '../local/connect-tenants.ts';
import { world } from '../local/demo-world.ts';
import { toSignedHeaders, toWebhookPath } from '../local/webhook.ts';

const [{ tenantId, displayName, machines }] = world.tenants;
const [pc1] = machines;
const signingSecret = newWebhookSecret();
const callbackSecret = newWebhookSecret();
const receiver = await startCallbackReceiver({ port: 0, secrets: [callbackSecret], print: () => undefined });
afterAll(() => receiver.stop());
const stack = freshStack({ EGRESS_ALLOWED_ORIGINS: receiver.origin });

const attacker = '203.0.113.9';
let sent = 0;

/** Sends a webhook as the partner's product would; gives the operation when it has ended. */
async function send(type: 'alert.created' | 'alert.updated', data: object): Promise<Operation> {
  const envelope = { type, timestamp: new Date().toISOString(), tenantId, data };
  const body = Buffer.from(JSON.stringify(envelope));
  const id = `msg-${(sent += 1)}`;
  const url = `${stack().origin}${toWebhookPath(envelope)}?caller=soar`;
  const headers = toSignedHeaders({ id, body }, signingSecret, Date.now());
  for (let tries = 0; tries < 10; tries += 1) {
    const response = await fetch(url, { method: 'POST', headers, body });
    if (response.status === 200) return (await response.json()) as Operation;
    expect(response.status).toBe(202);
    await stack().runTimer('drainAlerts');
  }
  return expect.fail('It did not end.');
}

/** The timers of an instance, and what was called back then. */
async function follow(by: Instance = stack()): Promise<readonly CallbackEvent[]> {
  await by.runTimer('followAlerts');
  await by.runTimer('deliverCallbacks');
  return receiver.received.map(({ event }) => event as CallbackEvent);
}

beforeEach(() => receiver.clear());

test('what people do with an alert of ours is called back, and what we do is not', async () => {
  const { api, simulator } = stack();
  const { secrets, events, alerts } = simulator.control;
  secrets.add(toSecretName('soar', false), { value: signingSecret });
  secrets.add(toSecretName('soar', true), { value: callbackSecret });
  await connectTenants(api);
  await api.expect('PUT', '/api/v1/callers/soar', {
    ...{ displayName: 'SOAR', authentication: { kind: 'Signature' }, scopes: ['alerts:write'], tenants: 'All' },
    callback: { url: `${receiver.origin}/hooks`, events: ['alert.updated', 'alert.observed'] },
  });
  receiver.clear(); // its address was verified
  const eventTime = new Date(Date.now() - 60_000).toISOString();
  const row = {
    Timestamp: eventTime,
    DeviceId: pc1.id,
    ReportId: 7,
    RemoteIP: attacker,
    ActionType: 'ConnectionSuccess',
  };
  events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [row] });
  const { result } = await send('alert.created', {
    ...{
      id: 'finding-1',
      title: 'Beacon',
      description: 'Every 60 s.',
      severity: 'High',
      category: 'CommandAndControl',
    },
    ...{ eventTime, machine: { id: pc1.id }, evidence: [{ entityType: 'Ip', ipAddress: attacker }] },
  });
  const alertId = result?.alertId ?? expect.fail('It was not made.');
  expect(await follow()).toEqual([]);

  alerts.triage(tenantId, alertId, { status: 'InProgress', assignedTo: 'ana@example.test', comment: 'Mine.' });
  expect(await follow()).toMatchObject([
    {
      ...{ type: 'alert.updated', tenantId },
      data: {
        ...{ id: 'finding-1', alertId, changed: ['status', 'assignedTo', 'comments'], status: 'InProgress' },
        ...{ assignedTo: 'ana@example.test', comments: [{ comment: 'Mine.' }] },
      },
    },
  ]);

  receiver.clear();
  await send('alert.updated', { id: 'finding-1', status: 'Resolved', comment: 'Cleaned.' });
  expect(alerts.list(tenantId)[0]).toMatchObject({ status: 'Resolved' });
  expect(await follow()).toEqual([]);
});

test('every alert is called back where the tenant wants that, also when a process dies over it', async () => {
  const { api, simulator, startInstance, host } = stack();
  const { alerts, faults, log } = simulator.control;
  await api.expect('PUT', `/api/v1/tenants/${tenantId}`, { displayName, policy: { alerts: { observe: 'Medium' } } });
  await follow(); // what was changed a little before is told, too: the alert of the test above
  receiver.clear();
  alerts.seed(tenantId, [
    { id: 'da1_1', machineId: pc1.id, title: 'theirs', severity: 'High' },
    { id: 'da2_2', machineId: pc1.id, title: 'small', severity: 'Low' },
  ]);
  const listing = { tenantId, method: 'GET', path: '/api/alerts' };
  const before = log.entries(listing).length;
  faults.add({ fault: 'hang', match: listing });
  await stack().startTimer('followAlerts');
  await until(() => log.entries(listing).length > before);
  await host.kill();
  faults.clear();
  const next = await startInstance();
  const data = { alertId: 'da1_1', severity: 'High', status: 'New', machineId: pc1.id };
  expect(await follow(next)).toMatchObject([{ type: 'alert.observed', tenantId, data }]);
  receiver.clear();
  expect(await follow(next)).toEqual([]);
});

testUserAgent(stack);
