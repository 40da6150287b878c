import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertTriage } from '../../../shared/alerts/alert-triage.client.ts';
import { createDefenderAlerts } from '../../../shared/defender/alerts.client.ts';
import type { Defender } from '../../../shared/defender/call.ts';
import { UpstreamRefused } from '../../../shared/errors.ts';
import { defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

const { tenantId, clientId } = world;
const tenant = { tenantId, cloud: 'Commercial' } as const;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

test('through Graph: fields and comment are two calls, read back in Defender’s words', async () => {
  const { control } = simulator;
  control.tenants.consent(tenantId, clientId, { graph: ['SecurityAlert.ReadWrite.All'] });
  control.alerts.seed(tenantId, [{ id: 'da1_1', machineId: 'a'.repeat(40), title: 'Beacon' }]);
  const defender = defenderAt(simulator, await freshTables());
  const { Graph } = createAlertTriage({ defender, alerts: createDefenderAlerts(defender) });
  const body = {
    status: 'InProgress',
    classification: 'FalsePositive',
    determination: 'Clean',
    comment: 'Seen.',
  } as const;
  await Graph.updateAlert(tenant, { alertId: 'da1_1', body });
  const { alert } = await Graph.getAlert(tenant, 'da1_1');
  const { comment, ...triage } = body;
  expect(alert).toMatchObject({ ...triage, comments: [{ comment }] });
  const calls = control.log.entries({ tenantId }).filter(({ method }) => method !== 'GET');
  const path = '/v1.0/security/alerts_v2/da1_1';
  expect(calls.filter((call) => call.path.startsWith(path)).map((call) => [call.method, call.path])).toEqual([
    ['PATCH', path],
    ['POST', `${path}/comments`],
  ]);
  expect((await Graph.getAlert(tenant, 'da9_9')).alert).toBeUndefined();
  expect((await Graph.updateAlert(tenant, { alertId: 'da9_9', body })).alert).toBeUndefined();
});

test('through Graph: without the role, the one that customers are asked for is named', async () => {
  const { control } = simulator;
  control.tenants.consent(tenantId, clientId, { graph: ['ThreatHunting.Read.All'] });
  const defender = defenderAt(simulator, await freshTables());
  const { Graph } = createAlertTriage({ defender, alerts: createDefenderAlerts(defender) });
  const refusal = { code: 'role_missing', message: expect.stringContaining('SecurityAlert.ReadWrite.All') as string };
  await expect(Graph.getAlert(tenant, 'da1_1')).rejects.toMatchObject(refusal);
});

test.each([
  ['FalsePositive', 'Clean', ['clean', 'notMalicious']],
  ['InformationalExpectedActivity', 'ConfirmedUserActivity', ['confirmedUserActivity', 'confirmedActivity']],
  ['TruePositive', 'CompromisedUser', ['compromisedUser', 'compromisedAccount']],
  ['TruePositive', 'Malware', ['malware']],
] as const)(
  'through Graph: of %s, %s is sent as %j until one is taken',
  async (classification, determination, words) => {
    const sent: unknown[] = [];
    const request: Defender['request'] = (call) => {
      sent.push(call.body);
      if (sent.length < words.length)
        return Promise.reject(new UpstreamRefused('defender_refused', '', { status: 400 }));
      return Promise.resolve({ value: call.schema.parse({}), status: 200, upstream: {} });
    };
    const { Graph } = createAlertTriage({
      defender: { request },
      alerts: createDefenderAlerts({ request, list: () => Promise.resolve([]) }),
    });
    await Graph.updateAlert(tenant, { alertId: 'x_aml', body: { classification, determination } });
    const [first = ''] = classification;
    const word = first.toLowerCase() + classification.slice(1);
    expect(sent).toEqual(words.map((each) => ({ classification: word, determination: each })));
  },
);

test('through Graph: an alert is read with the words that are newer than Graph’s first version', async () => {
  const seen: unknown[] = [];
  const alert = { id: 'x_aml', lastUpdateDateTime: '2026-11-20T10:00:00Z', determination: 'compromisedAccount' };
  const request: Defender['request'] = (call) => {
    seen.push(call.headers);
    return Promise.resolve({ value: call.schema.parse(alert), status: 200, upstream: {} });
  };
  const none = () => Promise.resolve([]);
  const { Graph } = createAlertTriage({ defender: { request }, alerts: createDefenderAlerts({ request, list: none }) });
  expect((await Graph.getAlert(tenant, 'x_aml')).alert).toMatchObject({ determination: 'CompromisedUser' });
  expect(seen).toEqual([{ prefer: 'include-unknown-enum-members' }]);
});
