import { describe, expect, it } from 'vitest';
import { planResponses } from '../../../../functions/alert-ingest/respond/plan-responses.ts';
import { toResponseOperation } from '../../../../functions/alert-ingest/respond/to-response-operation.ts';
import { storedActionSchema } from '../../../../shared/actions/action-operation.ts';
import { alertCreatedSchema } from '../../../../shared/contract/alert.ts';
import { actionNames } from '../../../../shared/contract/action.ts';
import { contractExamples } from '../../../../shared/contract/examples.ts';
import { responseSchema } from '../../../../shared/contract/tenant-policy.ts';

const alert = alertCreatedSchema.parse(JSON.parse(contractExamples.alertCreated));
const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const machine = { id: 'a'.repeat(40) };
const to = { tenantId: '6f1c0000-0000-4000-8000-00000000a001', callerId: 'soar', machine, submitByMs: 17 };
const bad = { indicatorType: 'DomainName', indicatorValue: 'bad.example' };

/** The operations of one response. */
function operationsOf(action: object, approval?: boolean) {
  const response = responseSchema.parse({ action, ...(approval === undefined ? {} : { approval }) });
  return planResponses(alert, [response], { operationId, machine: {} }).actions.map((planned) =>
    toResponseOperation(planned, to),
  );
}

const onMachine: readonly object[] = [
  { action: 'Isolate', isolationType: 'Selective', releaseAfter: 'PT4H' },
  { action: 'Unisolate' },
  { action: 'RestrictCodeExecution' },
  { action: 'UnrestrictCodeExecution' },
  { action: 'RunAntiVirusScan', scanType: 'Full' },
  { action: 'StopAndQuarantineFile', sha1: 'b'.repeat(40) },
  { action: 'CollectInvestigationPackage' },
  { action: 'LiveResponse', commands: [{ type: 'GetFile', params: [{ key: 'Path', value: 'C:\\t.zip' }] }] },
  { action: 'Offboard' },
  { action: 'AddTag', tag: 'beacon' },
  { action: 'RemoveTag', tag: 'pilot' },
  { action: 'SetDeviceValue', deviceValue: 'High' },
];
const others: readonly object[] = [
  { action: 'UpdateAlert', alertId: 'da1', status: 'InProgress' },
  { action: 'SubmitIndicator', indicator: { ...bad, action: 'Block', severity: 'High', title: 'Case 17' } },
  { action: 'DeleteIndicator', indicator: bad },
];

describe('toResponseOperation', () => {
  it.each([...onMachine.map((action) => [action, { machine }]), ...others.map((action) => [action, {}])])(
    '%j is an action that can be carried',
    (action, target) => {
      const [operation] = operationsOf(action);
      const { data } = storedActionSchema.parse(operation?.request);
      expect(data).toMatchObject({ ...action, comment: `Response to alert ${alert.id}: ${alert.title}` });
      expect('machine' in data ? { machine: data.machine } : {}).toEqual(target);
      expect(operation?.dedupeKey).toMatch(/\|/);
    },
  );

  it('every action has a case here', () => {
    expect([...onMachine, ...others].map((action) => Reflect.get(action, 'action'))).toEqual(actionNames);
  });

  it('is left to the timer, in time or not at all, and never turned away', () => {
    expect(operationsOf({ action: 'Unisolate' }, false)).toMatchObject([
      { kind: 'Action', callerId: 'soar', submitByMs: 17, isLeftToTimer: true, ignoresBacklog: true },
    ]);
  });

  it.each([
    [undefined, true],
    [true, true],
    [false, undefined],
  ])('approval %s', (approval, isApprovalForced) => {
    const [operation] = operationsOf({ action: 'Unisolate' }, approval);
    expect(storedActionSchema.parse(operation?.request).isApprovalForced).toBe(isApprovalForced);
  });
});
