import { describe, expect, it } from 'vitest';
import { availableActions } from '../../../functions/response-action/available-actions.ts';
import type { AvailabilityFacts } from '../../../functions/response-action/available-actions.ts';
import { machineActionNames } from '../../../shared/contract/action.ts';
import type { ActionName } from '../../../shared/contract/action.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { askedRoles } from '../../../shared/defender/roles.ts';
import { aDefenderMachine } from '../../builders/defender-machine.ts';

function policyWith(actions: object): AvailabilityFacts['policy'] {
  return tenantInputSchema.parse({ policy: { actions: { allowed: machineActionNames, ...actions } } }).policy;
}

const anything: AvailabilityFacts = {
  ...{ policy: policyWith({}), machine: aDefenderMachine(), isOnboarded: true, roles: askedRoles.mde, running: [] },
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
const pending = { id: 'a', status: 'Pending' };
const ours = { operationId: 'op_4k7d2mqn3xzrj5tvwy6bcafhge' };

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
    ['a scan runs', { running: [{ ...pending, type: 'RunAntiVirusScan' }] }, { RunAntiVirusScan: 'already_running' }],
    [
      'somebody isolates: what undoes it has to wait',
      { running: [{ ...pending, type: 'Isolate' }] },
      { Isolate: 'already_running', Unisolate: 'already_running' },
    ],
    [
      'ours is pending: what undoes it cancels it',
      { running: [{ ...pending, ...ours, type: 'Isolate' }] },
      { Isolate: 'already_running' },
    ],
    [
      'ours has begun',
      { running: [{ ...pending, ...ours, type: 'Isolate', status: 'InProgress' }] },
      { Isolate: 'already_running', Unisolate: 'already_running' },
    ],
    [
      'a release runs',
      { running: [{ ...pending, ...ours, type: 'UnrestrictCodeExecution' }] },
      { RestrictCodeExecution: 'already_running', UnrestrictCodeExecution: 'already_running' },
    ],
    ['quarantines of several files run together', { running: [{ ...pending, type: 'StopAndQuarantineFile' }] }, {}],
    ['a kind that we do not know keeps nothing', { running: [{ ...pending, type: 'Teleport' }] }, {}],
    [
      'the reason that lasts longest is named',
      {
        policy: policyWith({ allowed: machineActionNames.filter((name) => name !== 'Isolate') }),
        roles: askedRoles.mde.filter((role) => role !== 'Machine.Scan'),
        isOnboarded: false,
        running: [{ ...pending, type: 'Isolate' }],
      },
      { ...all('not_onboarded'), Isolate: 'refused_by_policy', RunAntiVirusScan: 'role_missing' },
    ],
  ];

  it.each(cases)('%s', (_name, facts, expected) => {
    expect(codesOf(facts)).toEqual(expected);
  });
});
