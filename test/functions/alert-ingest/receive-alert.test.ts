import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beacon, eventTime, finding, pc1, setUpAlertIngest } from '../../builders/alert-ingest.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const machine = { id: pc1.id, computerDnsName: pc1.computerDnsName };
const event = {
  ...{ table: 'DeviceNetworkEvents', timestamp: beacon.Timestamp, reportId: '20776', matchedBy: 'Evidence' },
};

describe('POST /tenants/{tenantId}/alerts', () => {
  it('lands on the right machine with the right event, within the request', async () => {
    const { send, made, creations } = await setUpAlertIngest(simulator);
    const answer = await send();
    expect(answer.status).toBe(200);
    const operation = operationOf(answer);
    const [alert] = made();
    expect(operation).toMatchObject({
      ...{ kind: 'Alert', status: 'Succeeded', callerId: 'soar', attempts: 0 },
      result: { alertId: alert?.id, merged: false, machine, event },
      upstream: { alertId: alert?.id, requestId: expect.any(String) as unknown },
    });
    expect(made()).toHaveLength(1);
    expect(alert).toMatchObject({
      ...{ machineId: pc1.id, title: finding.title, severity: 'High', category: 'CommandAndControl' },
      ...{ firstEventTime: beacon.Timestamp, recommendedAction: 'Open the alert in Contoso Cognito.' },
      description: `${finding.description}\n\n[${operation.id}]`,
    });
    expect(creations()).toMatchObject([{ userAgent: world.userAgent, applied: true }]);
  });

  it('takes a finding of OCSF', async () => {
    const { send, made } = await setUpAlertIngest(simulator);
    const data = {
      ...{ class_uid: 2004, activity_id: 1, severity_id: 5, message: 'Beacon' },
      time: Date.parse(eventTime),
      finding_info: { uid: 'ocsf-1', title: 'Beacon', desc: 'Seen.', attacks: [{ tactic: { uid: 'TA0011' } }] },
      device: { hostname: 'pc1', domain: 'example.test' },
      evidences: [{ dst_endpoint: { ip: '203.0.113.9' } }],
      metadata: { product: { name: 'Cognito', vendor_name: 'Contoso' } },
    };
    const answer = await send({ data, envelope: { type: 'ocsf.detection_finding' } });
    expect(operationOf(answer)).toMatchObject({ status: 'Succeeded', result: { machine, event } });
    expect(made()).toMatchObject([{ title: 'Beacon', category: 'CommandAndControl', severity: 'High' }]);
  });

  it('says when Defender took it into an alert that was open', async () => {
    const { send, made } = await setUpAlertIngest(simulator);
    const first = operationOf(await send());
    const second = operationOf(await send({ key: 'key-2', data: { ...finding, id: 'finding-8842' } }));
    expect([first.result?.merged, second.result?.merged]).toEqual([false, true]);
    expect(second.result?.alertId).toBe(first.result?.alertId);
    expect(made()).toHaveLength(1);
  });

  it('keeps alerts apart where the tenant wants that', async () => {
    const { send, made } = await setUpAlertIngest(simulator, { onSameTitle: 'Distinct' });
    await send();
    const second = operationOf(await send({ key: 'key-2', data: { ...finding, id: 'finding-8842' } }));
    expect(second.result?.merged).toBe(false);
    expect(made().map(({ title }) => title)).toEqual([
      `${finding.title} (finding-8842)`,
      `${finding.title} (finding-8841)`,
    ]);
  });

  it('Observe: decides everything and sends nothing', async () => {
    const { send, made, creations } = await setUpAlertIngest(simulator, { mode: 'Observe' });
    const operation = operationOf(await send());
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: {
        ...{ machine, event, observed: true },
        request: {
          ...{ method: 'POST', path: '/api/alerts/CreateAlertByReference' },
          body: { machineId: pc1.id, eventTime: beacon.Timestamp, reportId: '20776' },
        },
      },
    });
    expect([made(), creations()]).toEqual([[], []]);
  });

  it('a tenant that is suspended keeps it until it is connected', async () => {
    const { send, change, drain, later, made } = await setUpAlertIngest(simulator);
    await change({ connection: 'Suspended' });
    const answer = await send();
    expect([answer.status, operationOf(answer).stage]).toEqual([202, 'Suspended']);
    await drain();
    expect(made()).toEqual([]);
    await change({ connection: 'Connected' });
    await later(10 * 60_000);
    expect(made()).toHaveLength(1);
  });
});

describe('the key and the id', () => {
  it('the same request is the same operation, whatever the rules say by now', async () => {
    const { send, setPolicy, creations } = await setUpAlertIngest(simulator);
    const first = await send();
    await setPolicy({ maxPerDay: 0 });
    const again = await send();
    expect([again.status, again.json, again.headers.get('idempotent-replayed')]).toEqual([200, first.json, 'true']);
    expect(creations()).toHaveLength(1);
    const other = { ...finding, title: 'Other' };
    expect(await send({ data: other })).toMatchObject({ status: 422, json: { code: 'key_reused' } });
  });

  it('an id that is taken is refused, also when both come at once', async () => {
    const { send, creations } = await setUpAlertIngest(simulator);
    const answers = await Promise.all(['key-1', 'key-2', 'key-3'].map((key) => send({ key })));
    const [accepted, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    const { id } = operationOf(accepted ?? { status: 0, headers: new Headers(), text: '', json: undefined });
    for (const refused of answers.filter(({ status }) => status !== 200)) {
      expect(refused).toMatchObject({ status: 409, json: { code: 'alert_exists', operationId: id } });
    }
    expect(await send({ key: 'key-4' })).toMatchObject({ status: 409, json: { operationId: id } });
    expect(creations()).toHaveLength(1);
  });

  it('an id whose alert failed may be sent again', async () => {
    const { send } = await setUpAlertIngest(simulator, { searchFor: 'PT0S' });
    const unknown = { ...finding, machine: { computerDnsName: 'pc9.example.test' } };
    expect(operationOf(await send({ data: unknown })).error?.code).toBe('machine_not_found');
    expect(operationOf(await send({ key: 'key-2' })).status).toBe('Succeeded');
  });
});
