import { describe, expect, it } from 'vitest';
import { authorizeAction } from '../../../../functions/response-action/guard/authorize-action.ts';
import type { AuthorizedOrder } from '../../../../functions/response-action/guard/authorize-action.ts';
import { actionNames } from '../../../../shared/contract/action.ts';
import type { ActionName } from '../../../../shared/contract/action.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import type { TenantPolicy } from '../../../../shared/contract/tenant.ts';
import { aDefenderMachine } from '../../../builders/defender-machine.ts';

const policy = (actions: object = {}, indicators: object = {}): TenantPolicy =>
  tenantInputSchema.parse({
    policy: { actions: { allowed: actionNames, requireApproval: [], ...actions }, indicators },
  }).policy;
const asking = (action: Exclude<ActionName, 'SubmitIndicator'>): AuthorizedOrder => ({ data: { action } });
const isolate = asking('Isolate');
const submit = (action: 'Allowed' | 'Block'): AuthorizedOrder => ({
  data: {
    ...{ action: 'SubmitIndicator', comment: 'c' },
    indicator: { indicatorType: 'DomainName', indicatorValue: 'bad.example', action },
  },
});
const machine = aDefenderMachine;
const open = { allowed: true, needsApproval: false };
const held = { allowed: true, needsApproval: true };
const refused = (rule: string) => ({ allowed: false, needsApproval: false, rule: `#/policy/${rule}` });

describe('what may be done at all', () => {
  it.each([
    ['named', policy({ allowed: ['Isolate'] }), isolate, open],
    ['not named', policy({ allowed: ['Unisolate'] }), isolate, refused('actions/allowed')],
    ['off by default', tenantInputSchema.parse({}).policy, asking('Offboard'), refused('actions/allowed')],
    ['off by default too', tenantInputSchema.parse({}).policy, asking('LiveResponse'), refused('actions/allowed')],
    ['on by default', tenantInputSchema.parse({}).policy, isolate, open],
    ['allowing a value', policy(), submit('Allowed'), refused('indicators/allowAllowed')],
    ['allowing a value where that may be', policy({}, { allowAllowed: true }), submit('Allowed'), held],
    ['blocking a value', policy(), submit('Block'), open],
  ])('%s', (_case, given, order, expected) => {
    expect(authorizeAction(given, order)).toEqual(expected);
  });
});

describe('a protected machine', () => {
  const tag = policy({ protectedTags: ['Crown Jewels'] });
  const id = policy({ protectedMachines: ['a'.repeat(40)] });
  const group = policy({ protectedGroups: ['Domain Controllers'] });
  const byId = (asked: string): AuthorizedOrder => ({
    data: { action: 'Isolate', comment: 'c', isolationType: 'Full', machine: { id: asked } },
  });
  it.each([
    ['by tag', tag, isolate, machine({ machineTags: ['x', 'Crown Jewels'] }), refused('actions/protectedTags')],
    [
      'by tag, otherwise written',
      tag,
      isolate,
      machine({ machineTags: [' crown JEWELS'] }),
      refused('actions/protectedTags'),
    ],
    ['by part of a tag', tag, isolate, machine({ machineTags: ['Crown'] }), open],
    ['by tag, but the machine is not known yet', tag, isolate, undefined, open],
    ['by id', id, isolate, machine(), refused('actions/protectedMachines')],
    [
      'by the id asked for, before anything is looked up',
      id,
      byId('a'.repeat(40)),
      undefined,
      refused('actions/protectedMachines'),
    ],
    [
      'by the id of a record merged into another',
      id,
      byId('a'.repeat(40)),
      machine({ id: 'b'.repeat(40) }),
      refused('actions/protectedMachines'),
    ],
    ['another id', id, byId('b'.repeat(40)), machine({ id: 'b'.repeat(40) }), open],
    ['by group', group, isolate, machine({ rbacGroupName: 'domain controllers' }), refused('actions/protectedGroups')],
    ['another group', group, isolate, machine({ rbacGroupName: 'Laptops' }), open],
    ['no group', group, isolate, machine(), open],
  ])('%s', (_case, given, order, facts, expected) => {
    expect(authorizeAction(given, order, facts)).toEqual(expected);
  });

  it('is touched by nothing but what frees it and by tags', () => {
    const all = { machineTags: ['Crown Jewels'] };
    const touching = actionNames.filter(
      (action) => action !== 'SubmitIndicator' && authorizeAction(tag, asking(action), machine(all)).allowed,
    );
    expect(touching).toEqual(['Unisolate', 'UnrestrictCodeExecution', 'AddTag', 'RemoveTag']);
  });
});

describe('approval', () => {
  const server = machine({ osPlatform: 'WindowsServer2022' });
  const high = machine({ deviceValue: 'High' });
  const tagged = machine({ machineTags: ['VIP'] });
  const on = (requireApprovalOn: object) => policy({ requireApprovalOn });
  it.each([
    ['by name', policy({ requireApproval: ['Isolate'] }), isolate, undefined, held],
    ['by name, also of what frees', policy({ requireApproval: ['Unisolate'] }), asking('Unisolate'), machine(), held],
    ['asked for', policy(), { ...isolate, isApprovalForced: true } as const, undefined, held],
    [
      'asked for, on a protected machine',
      policy({ protectedTags: ['VIP'] }),
      { ...isolate, isApprovalForced: true } as const,
      tagged,
      refused('actions/protectedTags'),
    ],
    ['a server', policy(), isolate, server, held],
    ['a server, otherwise written', policy(), isolate, machine({ osPlatform: 'windowsserver2019' }), held],
    ['a server where servers are like others', on({ servers: false }), isolate, server, open],
    ['a Linux machine', policy(), isolate, machine({ osPlatform: 'Linux' }), open],
    ['a machine of high value', policy(), isolate, high, held],
    ['a value not named', on({ deviceValues: ['Low'] }), isolate, high, open],
    ['a value named', on({ deviceValues: ['Low'] }), isolate, machine({ deviceValue: 'Low' }), held],
    ['a tag named', on({ machineTags: ['vip'] }), isolate, tagged, held],
    ['a tag not named', on({ machineTags: ['other'] }), isolate, tagged, open],
    ['an ordinary laptop', policy(), isolate, machine(), open],
  ])('%s', (_case, given, order, facts, expected) => {
    expect(authorizeAction(given, order, facts)).toEqual(expected);
  });

  it("a delicate machine asks it of Defender's nine, less the two that undo", () => {
    const asked = actionNames.filter(
      (action) => action !== 'SubmitIndicator' && authorizeAction(policy(), asking(action), server).needsApproval,
    );
    expect(asked).toEqual([
      ...['Isolate', 'RestrictCodeExecution', 'RunAntiVirusScan', 'StopAndQuarantineFile'],
      ...['CollectInvestigationPackage', 'LiveResponse', 'Offboard'],
    ]);
  });
});

it('lets a reversal through whatever the policy says by now', () => {
  const closed = policy({ allowed: [], requireApproval: actionNames, protectedTags: ['VIP'] });
  const server = machine({ osPlatform: 'WindowsServer2022', machineTags: ['VIP'] });
  const reversal = { ...asking('Unisolate'), reverses: { operationId: 'op_x', machineActionId: 'm' } };
  expect(authorizeAction(closed, reversal, server)).toEqual(open);
});
