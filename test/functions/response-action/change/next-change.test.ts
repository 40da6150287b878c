import { describe, expect, it } from 'vitest';
import {
  fromChangeState,
  lookAt,
  toMachineChange,
  toSelector,
} from '../../../../functions/response-action/change/machine-change.ts';
import type { MachineChange } from '../../../../functions/response-action/change/machine-change.ts';
import { afterLook, beforeLook } from '../../../../functions/response-action/change/next-change.ts';
import type { ChangeFacts } from '../../../../functions/response-action/change/next-change.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import { toNewTenant } from '../../../../shared/registry/tenant-record.ts';
import { aDefenderMachine } from '../../../builders/defender-machine.ts';

const id = 'a'.repeat(40);
const request: MachineChange = { action: 'AddTag', machine: { id }, comment: 'c', tag: 't' };
const machine = (...machineTags: readonly string[]) => aDefenderMachine({ id, machineTags });
const facts = (policy: object = { mode: 'Live' }, more: Partial<ChangeFacts> = {}): ChangeFacts => ({
  action: { data: request },
  tenant: toNewTenant('6f1c0000-0000-4000-8000-00000000a001', tenantInputSchema.parse({ policy: { actions: policy } })),
  ...{ mayBeSent: false, isApproved: false, isCancelRequested: false, isLate: false, nowMs: 0 },
  ...more,
});
const send = { outcome: 'Send' };
const observed = {
  outcome: 'Done',
  result: { observed: true, request: { method: 'POST', path: `/api/machines/${id}/tags` } },
};
const refused = { outcome: 'Failed', error: { code: 'refused_by_policy', rule: '#/policy/actions/allowed' } };
const waiting = { outcome: 'Later', stage: 'AwaitingApproval', result: { machine: { id } } };
const held = { mode: 'Live', requireApproval: ['AddTag'] };

describe('beforeLook', () => {
  it.each([
    ['allowed', facts(), undefined],
    ['not allowed', facts({ mode: 'Live', allowed: [] }), refused],
    ['not allowed by now, but maybe sent', facts({ mode: 'Live', allowed: [] }, { mayBeSent: true }), undefined],
    ['to be approved: the machine is found first', facts(held), undefined],
  ])('%s', (_case, given, expected) => {
    const step = beforeLook(given);
    if (expected === undefined) expect(step).toBeUndefined();
    else expect(step).toMatchObject(expected);
  });
});

describe('afterLook', () => {
  const sentBefore = { mayBeSent: true };
  it.each([
    ['to be done', facts(), machine(), send],
    ['done already', facts(), machine('t'), { outcome: 'Done' }],
    ['done already, not allowed', facts({ mode: 'Live', allowed: [] }), machine('t'), refused],
    ['to be approved', facts(held), machine(), waiting],
    ['to be approved, done already', facts(held), machine('t'), { outcome: 'Done' }],
    ['to be approved, canceled', facts(held, { isCancelRequested: true }), machine(), { outcome: 'Canceled' }],
    ['to be approved, only observed', facts({ ...held, mode: 'Observe' }), machine(), observed],
    ['approved', facts(held, { isApproved: true }), machine(), send],
    ['approved, not allowed by now', facts({ mode: 'Live', allowed: [] }, { isApproved: true }), machine(), refused],
    ['another case is another tag', facts(), machine('T'), send],
    ['observed', facts({ mode: 'Observe' }), machine(), observed],
    ['observed, done already', facts({ mode: 'Observe' }), machine('t'), observed],
    ['sent before, and there', facts({}, sentBefore), machine('t'), { outcome: 'Done' }],
    ['sent before, not there, only observing by now', facts({}, sentBefore), machine(), observed],
    [
      'sent before, not there, not allowed by now',
      facts({ mode: 'Live', allowed: [] }, sentBefore),
      machine(),
      refused,
    ],
    ['sent before, there, not allowed by now', facts({ allowed: [] }, sentBefore), machine('t'), { outcome: 'Done' }],
    [
      'sent before, not there, to be approved by now: nobody else ends it when its time is over',
      facts(held, sentBefore),
      machine(),
      { ...waiting, dueAtMs: 3_600_000 },
    ],
    ['canceled', facts(undefined, { isCancelRequested: true }), machine(), { outcome: 'Canceled' }],
    ['canceled too late', facts(undefined, { isCancelRequested: true }), machine('t'), { outcome: 'Done' }],
    ['late', facts(undefined, { isLate: true }), machine(), { outcome: 'Failed', error: { code: 'expired' } }],
    ['late, but there', facts(undefined, { isLate: true, ...sentBefore }), machine('t'), { outcome: 'Done' }],
  ])('%s', (_case, given, found, expected) => {
    const step = afterLook(given, lookAt(request, found));
    expect(step).toMatchObject(expected);
    const isObserved = 'result' in step && step.result?.observed === true;
    expect(isObserved).toBe(expected === observed);
  });
});

describe('a change of a machine', () => {
  const value: MachineChange = { action: 'SetDeviceValue', machine: { id }, comment: 'c', deviceValue: 'High' };
  it.each([
    [request, machine(), machine('t'), 'tags', { Value: 't', Action: 'Add' }],
    [{ ...request, action: 'RemoveTag' } as const, machine('t'), machine(), 'tags', { Value: 't', Action: 'Remove' }],
    [value, machine(), aDefenderMachine({ deviceValue: 'High' }), 'setDeviceValue', { DeviceValue: 'High' }],
  ])('%j', (data, before, after, name, body) => {
    expect(toMachineChange(data)).toBe(data);
    expect(lookAt(data, before)).toMatchObject({
      isReached: false,
      result: { action: data.action, machine: { id, computerDnsName: 'pc1.example.test' } },
      request: { method: 'POST', path: `/api/machines/${id}/${name}`, body },
    });
    expect(lookAt(data, after).isReached).toBe(true);
  });

  it('stays with the machine that was found', () => {
    const byName: MachineChange = { ...request, machine: { computerDnsName: 'pc1' } };
    expect(toSelector(byName, fromChangeState(undefined))).toEqual({ computerDnsName: 'pc1' });
    expect(toSelector(byName, fromChangeState({ machineId: id, mayBeSent: false }))).toEqual({ id });
  });

  it('is nothing else', () => {
    expect(() => toMachineChange({ action: 'Unisolate', machine: { id }, comment: 'c' })).toThrow('Unisolate');
  });
});
