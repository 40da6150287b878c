import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finding, setUpAlertIngest } from '../../builders/alert-ingest.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const envelope = { type: 'ocsf.detection_finding' };
const event = { class_uid: 2004, finding_info: { uid: finding.id, title: 'Beacon' }, unknown: { any: null } };

describe('an OCSF finding that changes an alert', () => {
  it.each([
    [{ activity_id: 2, status_id: 2 }, 'InProgress'],
    [{ activity_id: 2, status_id: 4 }, 'Resolved'],
    [{ activity_id: 3 }, 'Resolved'],
    [{ activity_id: 3, status_id: 1 }, 'Resolved'],
    [{ activity_id: 2, status_id: 1 }, 'New'],
  ])('%j: %s', async (change, status) => {
    const { send, made, control } = await setUpAlertIngest(simulator);
    await send();
    const [alert] = made();
    control.alerts.change(alert?.aadTenantId ?? '', alert?.id ?? '', {
      status: status === 'New' ? 'InProgress' : 'New',
    });
    const operation = operationOf(await send({ key: 'update-1', data: { ...event, ...change }, envelope }));
    expect(operation).toMatchObject({ kind: 'AlertUpdate', status: 'Succeeded', result: { alertId: alert?.id } });
    expect(made()).toMatchObject([{ status }]);
  });

  it.each([
    ['no status', { activity_id: 2 }, 400, { errors: [{ pointer: '#/data/status_id', code: 'required' }] }],
    [
      'suppressed',
      { activity_id: 2, status_id: 3 },
      400,
      { errors: [{ pointer: '#/data/status_id', code: 'invalid_value' }] },
    ],
    [
      'no id',
      { activity_id: 3, finding_info: {} },
      400,
      { errors: [{ pointer: '#/data/finding_info/uid', code: 'required' }] },
    ],
    [
      'another activity',
      { activity_id: 99 },
      400,
      { errors: [{ pointer: '#/data/activity_id', code: 'invalid_value' }] },
    ],
    ['an id that nobody sent', { activity_id: 3, finding_info: { uid: 'x' } }, 422, { code: 'alert_not_found' }],
    [
      'one of Defender',
      { activity_id: 3, metadata: { product: { name: 'Microsoft Defender for Endpoint', vendor_name: 'Microsoft' } } },
      422,
      { code: 'echo' },
    ],
  ])('refused: %s', async (_name, change, status, json) => {
    const { send } = await setUpAlertIngest(simulator);
    await send();
    expect(await send({ key: 'update-1', data: { ...event, ...change }, envelope })).toMatchObject({ status, json });
  });
});
