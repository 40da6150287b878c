import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFollowedAlerts } from '../../../functions/alert-ingest/follow/followed-alerts.store.ts';
import { planAlertChange } from '../../../functions/alert-ingest/follow/plan-alert-changes.ts';
import { defenderChangedAlertSchema } from '../../../shared/defender/changed-alert.ts';
import { finding, minuteMs, pc1, setUpAlertIngest, tenantId } from '../../builders/alert-ingest.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

it('an alert that took ours in is known as it was then; what it becomes is told', async () => {
  const { send, control, tables, links, made } = await setUpAlertIngest(simulator);
  const [open] = control.alerts.seed(tenantId, [{ id: 'da1_1', machineId: pc1.id, title: finding.title }]);
  control.alerts.triage(tenantId, 'da1_1', { status: 'InProgress', assignedTo: 'bo@example.test', comment: 'Mine.' });
  expect(operationOf(await send()).result).toMatchObject({ alertId: open?.id, merged: true });
  const changesNow = async () => {
    const linked = (await links.byAlertId(tenantId, ['da1_1'])).get('da1_1');
    const known = (await createFollowedAlerts(tables('ledger')).read(tenantId, ['da1_1'])).get('da1_1');
    if (linked === undefined) throw new Error('It is linked.');
    return planAlertChange(defenderChangedAlertSchema.parse(made()[0]), linked, known).events;
  };
  expect(await changesNow()).toEqual([]);
  control.clock.advance(minuteMs);
  control.alerts.triage(tenantId, 'da1_1', { classification: 'FalsePositive' });
  // Another one that it takes in hides nothing of what was changed meanwhile.
  expect(operationOf(await send({ key: 'key-2', data: { ...finding, id: 'finding-2' } })).result?.merged).toBe(true);
  const events = await changesNow();
  expect(events.map(({ data }) => data)).toMatchObject(
    ['finding-8841', 'finding-2'].map(() => ({ changed: ['classification'], classification: 'FalsePositive' })),
  );
});
