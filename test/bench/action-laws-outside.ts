import type { MachineActionType } from '../local/simulator/defender/machine-actions/resource.ts';
import type { FaultName } from '../local/simulator/faults.ts';
import type { RunOfLaws } from './action-laws-world.ts';

const pairs: readonly (readonly MachineActionType[])[] = [
  ['Isolate', 'Unisolate'],
  ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
  ['RunAntiVirusScan'],
];

/** A person, or attack disruption; Defender keeps it apart from what runs, as it does with ours. */
export function theirStart(run: RunOfLaws): string {
  const machineId = run.pickMachine();
  const pair = run.pick(pairs);
  const type = run.pick(pair);
  const isBusy = running(run).some((action) => action.machineId === machineId && pair.includes(action.type));
  if (isBusy) return `theirs cannot start`;
  const { id } = run.control.machineActions.add(run.tenantId, {
    ...{ type, machineId, requestor: run.pick(['ana@example.test', 'AttackDisruption']) },
    ...(type === 'Isolate' ? { scope: run.pick(['Full', 'Selective']) } : {}),
    outcome: { status: run.pick(['Succeeded', 'Succeeded', 'Succeeded', 'Failed', 'Pending']) },
  });
  return `theirs: ${type} ${machineId.slice(0, 1)} ${id}`;
}

/** A person cancels, ours or theirs. */
export function theirCancel(run: RunOfLaws): string {
  const actions = running(run);
  if (actions.length === 0) return 'nothing to cancel for them';
  const { id, type } = run.control.machineActions.cancel(run.tenantId, run.pick(actions).id);
  return `they cancel ${type} ${id}`;
}

/** Something ends before its time. */
export function theirEnd(run: RunOfLaws): string {
  const actions = running(run);
  if (actions.length === 0) return 'nothing ends';
  const status = run.pick(['Succeeded', 'Failed', 'TimeOut'] as const);
  const { id, type } = run.control.machineActions.complete(run.tenantId, run.pick(actions).id, status);
  return `${status}: ${type} ${id}`;
}

function running({ control, tenantId }: RunOfLaws) {
  const actions = control.machineActions.list(tenantId);
  return actions.filter(({ status }) => status === 'Pending' || status === 'InProgress');
}

/** How the next action goes. */
export function outcome(run: RunOfLaws): string {
  const status = run.pick(['Failed', 'TimeOut', 'Cancelled', 'Pending', 'InProgress'] as const);
  run.control.machineActions.script(run.tenantId, { status });
  return `the next one will be ${status}`;
}

/** How the machines' agents behave. */
export function agent(run: RunOfLaws): string {
  const changes = run.pick([
    { isOffline: true },
    { isOffline: true },
    { isOffline: false },
    { isRestricted: true },
    { isRestricted: false },
    { checkInMs: 30_000 },
    { workMs: 90_000 },
    { cancelMs: 50_000 },
    { checkInMs: 1_000, workMs: 0, cancelMs: 0 },
  ]);
  run.control.machineActions.configure(run.tenantId, changes);
  return `machines: ${JSON.stringify(changes)}`;
}

const faults: readonly FaultName[] = [
  ...(['drop-before', 'drop-after', 'drop-after', 'http-500', 'http-503', 'throttle'] as const),
  ...(['bad-json', 'truncated', 'expired-token-401'] as const),
];
const places = [
  { method: 'POST', path: '/api/machines/*' },
  { method: 'POST', path: '/api/machines/*' },
  { method: 'POST', path: '/api/machineactions/*/cancel' },
  { method: 'GET', path: '/api/machineactions' },
  { method: 'GET', path: '/api/machines' },
  {},
];

/** The next call of a kind meets trouble. */
export function fault(run: RunOfLaws): string {
  const { tenantId } = run;
  const place = run.pick(places);
  const name = run.pick(faults);
  run.control.faults.add({ fault: name, times: 1, match: { tenantId, ...place } });
  return `${name} ${JSON.stringify(place)}`;
}
