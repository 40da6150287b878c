import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAlertUpdate } from '../../../shared/alerts/to-alert-update.ts';
import { createDefenderAlerts } from '../../../shared/defender/alerts.client.ts';
import type { DefenderAlerts } from '../../../shared/defender/alerts.client.ts';
import { UpstreamRefused } from '../../../shared/errors.ts';
import { defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

const { tenantId, clientId } = world;
const tenant = { tenantId, cloud: 'Commercial' } as const;
const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const alertId = 'da1_-1';

let simulator: Simulator;
let alerts: DefenderAlerts;

beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  const { control } = simulator;
  control.faults.clear();
  control.switches.reset();
  control.alerts.clear(tenantId);
  control.alerts.seed(tenantId, [{ id: alertId, machineId: 'a'.repeat(40), title: 'Beacon' }]);
  control.tenants.consent(tenantId, clientId, { defender: ['Alert.ReadWrite.All'] });
  alerts = createDefenderAlerts(defenderAt(simulator, await freshTables()));
  control.quotas.clear();
  control.log.clear();
});

const patches = () => simulator.control.log.entries({ method: 'PATCH', tenantId });

describe('getAlert', () => {
  it('reads one alert, its triage and its comments; what is empty is absent', async () => {
    const { alert, upstream } = await alerts.getAlert(tenant, alertId);
    expect(alert).toMatchObject({ id: alertId, status: 'New', severity: 'Medium', comments: [] });
    expect(alert?.assignedTo).toBeUndefined();
    expect(upstream.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells of an alert that there is not, with the ids for support', async () => {
    const { alert, upstream } = await alerts.getAlert(tenant, "da9_9'/..?x#");
    expect(alert).toBeUndefined();
    expect(upstream.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('throws when an answer makes no sense: unknown is never the same as absent', async () => {
    simulator.control.faults.add({ fault: 'bad-json', match: { path: '/api/alerts' }, times: 1 });
    await expect(alerts.getAlert(tenant, alertId)).rejects.toMatchObject({ name: 'UpstreamUnavailable' });
  });
});

describe('updateAlert', () => {
  it('writes what is given, and gives the alert as it is then', async () => {
    const triage = { status: 'Resolved', assignedTo: 'ana@example.test', comment: 'Cleaned.' } as const;
    const { alert } = await alerts.updateAlert(tenant, toAlertUpdate(alertId, triage, operationId));
    expect(alert).toMatchObject({
      ...{ status: 'Resolved', assignedTo: 'ana@example.test' },
      comments: [{ comment: `Cleaned. [${operationId}]`, createdBy: expect.any(String) as unknown }],
    });
    expect(alert?.classification).toBeUndefined();
  });

  it('tells of an alert that there is not', async () => {
    const { alert } = await alerts.updateAlert(tenant, toAlertUpdate('da9_9', { status: 'New' }, operationId));
    expect(alert).toBeUndefined();
  });

  it('is refused as a whole when a determination does not fit', async () => {
    simulator.control.switches.change({ strictDetermination: true });
    const request = toAlertUpdate(alertId, { determination: 'Malware' }, operationId);
    await expect(alerts.updateAlert(tenant, request)).rejects.toMatchObject({ code: 'defender_refused', status: 400 });
    expect(patches()).toHaveLength(1);
  });

  it('sends a determination in its newer spelling when the older is refused', async () => {
    const sent: unknown[] = [];
    const choosy = createDefenderAlerts({
      request: ({ body, schema }) => {
        sent.push(body);
        if (sent.length === 1) return Promise.reject(new UpstreamRefused('defender_refused', 'No.', { status: 400 }));
        return Promise.resolve({ value: schema.parse({ id: alertId }), status: 200, upstream: {} });
      },
      list: () => Promise.resolve([]),
    });
    const triage = { classification: 'FalsePositive', determination: 'NotMalicious' } as const;
    expect((await choosy.updateAlert(tenant, toAlertUpdate(alertId, triage, operationId))).alert?.id).toBe(alertId);
    expect(sent).toEqual([{ ...triage, determination: 'Clean' }, triage]);
  });

  it('is not repeated by itself', async () => {
    simulator.control.faults.add({ fault: 'http-500', match: { method: 'PATCH' } });
    const request = toAlertUpdate(alertId, { comment: 'Seen' }, operationId);
    await expect(alerts.updateAlert(tenant, request)).rejects.toMatchObject({ name: 'UpstreamUnavailable' });
    expect(patches()).toHaveLength(1);
  });
});
