import { describe, expect, it } from 'vitest';
import { availableActions } from '../../../../functions/response-action/questions/available-actions.ts';
import type { AvailabilityFacts } from '../../../../functions/response-action/questions/available-actions.ts';
import { machineActionNames } from '../../../../shared/contract/action.ts';
import type { ActionName } from '../../../../shared/contract/action.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import { defenderMachineActionSchema } from '../../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction } from '../../../../shared/defender/machine-action-rows.ts';
import { askedRoles } from '../../../../shared/defender/roles.ts';
import { aDefenderMachine } from '../../../builders/defender-machine.ts';

const clientId = '0b7c0000-0000-4000-8000-0000000000aa';

function policyWith(actions: object): AvailabilityFacts['policy'] {
  return tenantInputSchema.parse({ policy: { actions: { allowed: machineActionNames, ...actions } } }).policy;
}

const anything: AvailabilityFacts = {
  ...{ policy: policyWith({}), machine: aDefenderMachine(), isOnboarded: true, roles: askedRoles.mde, actions: [] },
  clientId,
  isIsolationFull: false,
};

function codesOf(facts: Partial<AvailabilityFacts>): Partial<Record<ActionName, string>> {
  const rows = availableActions({ ...anything, ...facts });
  expect(rows.map(({ action }) => action)).toEqual(machineActionNames);
  for (const { available, code } of rows) expect(available).toBe(code === undefined);
  return Object.fromEntries(rows.flatMap(({ action, code }) => (code === undefined ? [] : [[action, code]])));
}

function all(code: string, but: readonly ActionName[] = []): Partial<Record<ActionName, string>> {
  return Object.fromEntries(machineActionNames.filter((name) => !but.includes(name)).map((name) => [name, code]));
}

const undoing = ['Unisolate', 'UnrestrictCodeExecution'] as const;
const mark = '[op_4k7d2mqn3xzrj5tvwy6bcafhge]';

/** A machine action as Defender lists it: pending, asked for by a person, unless said otherwise. */
function anAction(type: string, over: Readonly<Record<string, unknown>> = {}): DefenderMachineAction {
  return defenderMachineActionSchema.parse({
    ...{ id: '9e000000-0000-4000-8000-000000000010', type, status: 'Pending', requestor: 'ana@example.test' },
    ...{ requestorComment: 'By hand', creationDateTimeUtc: '2026-11-20T09:00:00Z', ...over },
  });
}

const ours = { requestor: clientId, requestorComment: `Case 17 ${mark}` };
const done = { status: 'Succeeded' };
const file = { fileIdentifier: 'd'.repeat(40), fileIdentifierType: 'Sha1' };

describe('availableActions', () => {
  const cases: readonly (readonly [string, Partial<AvailabilityFacts>, Partial<Record<ActionName, string>>])[] = [
    ['a laptop, everything allowed and granted', {}, {}],
    [
      'what a policy leaves out',
      { policy: tenantInputSchema.parse({}).policy },
      { LiveResponse: 'refused_by_policy', Offboard: 'refused_by_policy' },
    ],
    [
      'a protected machine may only be released',
      {
        policy: policyWith({ protectedTags: ['vip'] }),
        machine: aDefenderMachine({ machineTags: ['VIP'] }),
      },
      all('refused_by_policy', undoing),
    ],
    ['what waits for approval is available', { policy: policyWith({ requireApproval: machineActionNames }) }, {}],
    [
      'the isolations of the hour are used up',
      { isIsolationFull: true },
      { Isolate: 'refused_by_policy', RestrictCodeExecution: 'refused_by_policy' },
    ],
    ['no role at all', { roles: [] }, all('role_missing')],
    [
      'a quarantine needs two roles',
      { roles: askedRoles.mde.filter((role) => role !== 'File.Read.All') },
      { StopAndQuarantineFile: 'role_missing' },
    ],
    [
      'an old server',
      { machine: aDefenderMachine({ osPlatform: 'WindowsServer2016', version: '1607' }) },
      { RestrictCodeExecution: 'os_not_supported', LiveResponse: 'os_not_supported' },
    ],
    [
      'a Mac',
      { machine: aDefenderMachine({ osPlatform: 'macOS', version: '15' }) },
      {
        ...{ Isolate: 'os_not_supported', RestrictCodeExecution: 'os_not_supported' },
        ...{ StopAndQuarantineFile: 'os_not_supported', Offboard: 'os_not_supported' },
      },
    ],
    [
      'an operating system that we do not know is for Defender to judge',
      {
        machine: aDefenderMachine({ osPlatform: 'Windows13', version: '31H1' }),
      },
      {},
    ],
    ['not onboarded', { isOnboarded: false }, all('not_onboarded')],
    ['a scan runs', { actions: [anAction('RunAntiVirusScan')] }, { RunAntiVirusScan: 'already_running' }],
    [
      'somebody isolates: what undoes it has to wait',
      { actions: [anAction('Isolate')] },
      { Isolate: 'already_running', Unisolate: 'already_running' },
    ],
    [
      'ours is pending: what undoes it cancels it',
      { actions: [anAction('Isolate', ours)] },
      { Isolate: 'already_running' },
    ],
    [
      'ours has begun',
      { actions: [anAction('Isolate', { ...ours, status: 'InProgress' })] },
      { Isolate: 'already_running', Unisolate: 'already_running' },
    ],
    [
      'a release runs',
      { actions: [anAction('UnrestrictCodeExecution', ours)] },
      { RestrictCodeExecution: 'already_running', UnrestrictCodeExecution: 'already_running' },
    ],
    [
      'quarantines of several files run together',
      { actions: [anAction('StopAndQuarantineFile', { relatedFileInfo: file })] },
      {},
    ],
    ['what has ended is in no way', { actions: [anAction('RunAntiVirusScan', done)] }, {}],
    [
      'a word that we do not know is no end',
      { actions: [anAction('RunAntiVirusScan', { status: 'Paused' })] },
      { RunAntiVirusScan: 'already_running' },
    ],
    [
      'what others isolated is released only where the tenant says so',
      { actions: [anAction('Isolate', done)] },
      { Unisolate: 'refused_by_policy' },
    ],
    ['there it is', { policy: policyWith({ undoOthers: true }), actions: [anAction('Isolate', done)] }, {}],
    ['what we isolated is released', { actions: [anAction('Isolate', { ...done, ...ours })] }, {}],
    ['a kind that we do not know keeps nothing', { actions: [anAction('Teleport')] }, {}],
    [
      'the reason that lasts longest is named',
      {
        policy: policyWith({ allowed: machineActionNames.filter((name) => name !== 'Isolate') }),
        roles: askedRoles.mde.filter((role) => role !== 'Machine.Scan'),
        isOnboarded: false,
        actions: [anAction('Isolate')],
      },
      { ...all('not_onboarded'), Isolate: 'refused_by_policy', RunAntiVirusScan: 'role_missing' },
    ],
  ];

  it.each(cases)('%s', (_name, facts, expected) => {
    expect(codesOf(facts)).toEqual(expected);
  });
});
