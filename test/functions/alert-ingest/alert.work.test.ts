import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  beacon,
  finding,
  hunting,
  minuteMs,
  pc1,
  pc2,
  setUpAlertIngest,
  startMs,
  tenantId,
} from '../../builders/alert-ingest.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const at = (ms: number): string => new Date(startMs + ms).toISOString();
const queries = () => simulator.control.log.entries({ tenantId, path: hunting.path }).length;

describe('the machine', () => {
  it('is never the first of two: it ends with both, and nothing is sent', async () => {
    const { send, control, creations, made } = await setUpAlertIngest(simulator);
    control.machines.seed(tenantId, [{ ...pc2, computerDnsName: 'pc1.example.test' }]);
    const operation = operationOf(await send());
    expect(operation).toMatchObject({
      status: 'Failed',
      error: { code: 'machine_ambiguous' },
    });
    expect(operation.error?.candidates?.map(({ id }) => id).toSorted()).toEqual([pc1.id, pc2.id]);
    expect([creations(), made(), queries()]).toEqual([[], [], 0]);
  });

  it('is told by its address at the time, and by the record it was merged into', async () => {
    const { send, control } = await setUpAlertIngest(simulator);
    const byAddress = { ...finding, machine: { ipAddress: '10.0.0.5' } };
    expect(operationOf(await send({ data: byAddress })).result?.machine?.id).toBe(pc1.id);
    control.machines.seed(tenantId, [{ id: 'c'.repeat(40), mergedIntoMachineId: pc1.id }]);
    const byOldId = { ...finding, id: 'finding-2', machine: { id: 'c'.repeat(40) } };
    expect(operationOf(await send({ key: 'key-2', data: byOldId })).result?.machine?.id).toBe(pc1.id);
  });

  it('is searched for again, until the time is over', async () => {
    const { send, later, read, control } = await setUpAlertIngest(simulator, { searchFor: 'PT2M' });
    control.machines.clear(tenantId);
    const { id, stage, nextAttemptAt } = operationOf(await send());
    expect([stage, nextAttemptAt]).toEqual(['FindingMachine', at(minuteMs)]);
    await later(minuteMs);
    expect(await read(id)).toMatchObject({ attempts: 0, nextAttemptAt: at(2 * minuteMs) });
    await later(minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Failed', attempts: 0, error: { code: 'machine_not_found' } });
  });

  it('that Defender does not watch ends it', async () => {
    const { send, control } = await setUpAlertIngest(simulator);
    control.machines.change(tenantId, pc1.id, { onboardingStatus: 'CanBeOnboarded' });
    expect(operationOf(await send()).error?.code).toBe('not_onboarded');
  });
});

describe('the event', () => {
  it('that arrives late is found on the schedule', async () => {
    const { send, later, read, control, made } = await setUpAlertIngest(simulator);
    control.events.clear(tenantId);
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon], visibleAt: at(4 * minuteMs) });
    const answer = await send();
    const { id, stage, result, nextAttemptAt } = operationOf(answer);
    expect([answer.status, stage, result?.machine?.id, nextAttemptAt]).toEqual([
      202,
      'FindingEvent',
      pc1.id,
      at(minuteMs),
    ]);
    for (const minutes of [1, 1, 3]) await later(minutes * minuteMs);
    expect(await read(id)).toMatchObject({
      ...{ status: 'Succeeded', attempts: 0 },
      result: { event: { timestamp: beacon.Timestamp, matchedBy: 'Evidence' } },
    });
    expect([made().length, queries()]).toEqual([1, 4]);
  });

  it('is the nearest one when none fits by then, where the tenant wants that', async () => {
    const { send, control } = await setUpAlertIngest(simulator, { searchFor: 'PT0S' });
    control.events.clear(tenantId);
    const other = { ...beacon, RemoteIP: '198.51.100.1', ReportId: 7 };
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [other] });
    expect(operationOf(await send())).toMatchObject({
      status: 'Succeeded',
      result: { event: { reportId: '7', matchedBy: 'Nearest' } },
    });
  });

  it('is not made up: fallback None', async () => {
    const policy = { searchFor: 'PT0S', fallback: 'None' };
    const { send, control, creations, work } = await setUpAlertIngest(simulator, policy);
    control.events.clear(tenantId);
    expect(operationOf(await send())).toMatchObject({ status: 'Failed', error: { code: 'event_not_found' } });
    expect([creations(), control.graphAlerts.list(tenantId)]).toEqual([[], []]);
    const letters = await work.listDeadLetters(tenantId, { limit: 5 });
    expect(letters?.value).toMatchObject([{ kind: 'Alert', code: 'event_not_found' }]);
  });

  it('that is given is not searched for', async () => {
    const { send, made } = await setUpAlertIngest(simulator);
    const given = { ...finding, machine: { id: pc1.id }, eventTime: beacon.Timestamp, reportId: '20776' };
    expect(operationOf(await send({ data: given })).result?.event).toMatchObject({ matchedBy: 'Given' });
    expect([made()[0]?.firstEventTime, queries()]).toEqual([beacon.Timestamp, 0]);
  });

  it('that is given, but not known yet, is waited for', async () => {
    const { send, later, read, control } = await setUpAlertIngest(simulator);
    control.events.clear(tenantId);
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon], visibleAt: at(30_000) });
    const given = { ...finding, machine: { id: pc1.id }, eventTime: beacon.Timestamp, reportId: '20776' };
    const { id, stage } = operationOf(await send({ data: given }));
    expect(stage).toBe('Creating');
    await later(minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Succeeded', result: { event: { matchedBy: 'Given' } } });
  });
});
