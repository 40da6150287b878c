import type { ActionName } from '../../shared/contract/action.ts';
import { actionRequestSchema } from '../../shared/contract/action.ts';
import { toActionOperation } from '../../shared/actions/action-operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import type { MachineActionType } from '../local/simulator/defender/machine-actions/resource.ts';
import type { FaultName } from '../local/simulator/faults.ts';
import type { RunOfLaws } from './action-laws-world.ts';

/** One thing that happens in a tenant. Gives its name for the trace. */
type Event = (run: RunOfLaws) => Promise<string> | string;

const minuteMs = 60_000;

/** What can happen, and how often compared with the others. */
const events: readonly (readonly [weight: number, event: Event])[] = [
  [7, ask],
  [2, undo],
  [3, cancel],
  [3, approve],
  [4, theirStart],
  [2, theirCancel],
  [2, theirEnd],
  [4, outcome],
  [4, agent],
  [5, fault],
  [2, policy],
  [1, suspension],
  [2, () => 'nothing'],
];
const total = events.reduce((sum, [weight]) => sum + weight, 0);

/** Lets something happen in a tenant. */
export async function happen(run: RunOfLaws): Promise<string> {
  let left = run.random() * total;
  const [, event] = events.find(([weight]) => (left -= weight) < 0) ?? [1, ask];
  return event(run);
}

const requests: readonly (readonly [ActionName, object])[] = [
  ['Isolate', {}],
  ['Isolate', { isolationType: 'Selective' }],
  ['Isolate', { releaseAfter: 'PT5M' }],
  ['Isolate', { releaseAfter: 'PT30M' }],
  ['Isolate', { isolationType: 'Selective', releaseAfter: 'PT5M' }],
  ['RestrictCodeExecution', {}],
  ['RestrictCodeExecution', { releaseAfter: 'PT5M' }],
  ['RunAntiVirusScan', { scanType: 'Quick' }],
  ['RunAntiVirusScan', { scanType: 'Full' }],
  ['StopAndQuarantineFile', { sha1: 'd'.repeat(40) }],
  ['CollectInvestigationPackage', {}],
];
const undoing: readonly (readonly [ActionName, object])[] = [
  ['Unisolate', {}],
  ['Unisolate', {}],
  ['UnrestrictCodeExecution', {}],
];

function ask(run: RunOfLaws): Promise<string> {
  return askFor(run, run.pick(requests));
}

function undo(run: RunOfLaws): Promise<string> {
  return askFor(run, run.pick(undoing));
}

async function askFor(run: RunOfLaws, [action, parameters]: readonly [ActionName, object]): Promise<string> {
  const { tenantId } = run;
  const work = run.pick(run.instances);
  const machine = { id: run.pickMachine() };
  const data = actionRequestSchema.parse({ action, machine, comment: 'c', ...parameters });
  const dedupeKey = `key-${run.nextNumber()}`;
  const accepted = await work.accept(
    toActionOperation({
      ...{ tenantId, callerId: 'soar', dedupeKey, fingerprint: dedupeKey, action: { data } },
      submitByMs: run.now() + 4 * 60 * minuteMs,
    }),
  );
  if (!('operation' in accepted)) throw new Error(`Not accepted: ${accepted.outcome}.`);
  const { id } = accepted.operation;
  run.asked.push(id);
  if ('releaseAfter' in parameters) run.timed.add(id);
  if (run.chance(0.8)) await work.perform(accepted);
  return `ask ${action} ${JSON.stringify(parameters)} ${machine.id.slice(0, 1)}: ${id}`;
}

async function cancel(run: RunOfLaws): Promise<string> {
  const operations = await unfinished(run);
  if (operations.length === 0) return 'nothing to cancel';
  const { id } = run.pick(operations);
  const work = run.pick(run.instances);
  return `cancel ${id}: ${(await work.cancel(run.tenantId, id)).outcome}`;
}

async function approve(run: RunOfLaws): Promise<string> {
  const held = (await unfinished(run)).filter(({ stage }) => stage === 'AwaitingApproval');
  if (held.length === 0) return 'nothing to approve';
  const { id } = run.pick(held);
  const signal = { name: 'approval', value: { approvedBy: 'ana@example.test' }, whileAt: 'AwaitingApproval' } as const;
  return `approve ${id}: ${(await run.pick(run.instances).signal(run.tenantId, id, signal)).outcome}`;
}

async function unfinished(run: RunOfLaws): Promise<readonly Operation[]> {
  const listed = await run.pick(run.instances).list(run.tenantId, { kind: 'Action' }, { limit: 100 });
  const isFinal = ({ status }: Operation): boolean => ['Succeeded', 'Failed', 'Canceled'].includes(status);
  return (listed?.operations ?? []).filter((operation) => !isFinal(operation));
}

const pairs: readonly (readonly MachineActionType[])[] = [
  ['Isolate', 'Unisolate'],
  ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
  ['RunAntiVirusScan'],
];

/** A person, or attack disruption; Defender keeps it apart from what runs, as it does with ours. */
function theirStart(run: RunOfLaws): string {
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

function theirCancel(run: RunOfLaws): string {
  const actions = running(run);
  if (actions.length === 0) return 'nothing to cancel for them';
  const { id, type } = run.control.machineActions.cancel(run.tenantId, run.pick(actions).id);
  return `they cancel ${type} ${id}`;
}

function theirEnd(run: RunOfLaws): string {
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

function outcome(run: RunOfLaws): string {
  const status = run.pick(['Failed', 'TimeOut', 'Cancelled', 'Pending', 'InProgress'] as const);
  run.control.machineActions.script(run.tenantId, { status });
  return `the next one will be ${status}`;
}

/** How the machines' agents behave. */
function agent(run: RunOfLaws): string {
  const changes = run.pick([
    { isOffline: true },
    { isOffline: true },
    { isOffline: false },
    { isRestricted: true },
    { isRestricted: false },
    { checkInMs: 30_000 },
    { workMs: 90_000 },
    { cancelMs: 50_000 },
    { checkInMs: 0, workMs: 0, cancelMs: 0 },
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

function fault(run: RunOfLaws): string {
  const { tenantId } = run;
  const place = run.pick(places);
  const name = run.pick(faults);
  run.control.faults.add({ fault: name, times: 1, match: { tenantId, ...place } });
  return `${name} ${JSON.stringify(place)}`;
}

async function policy(run: RunOfLaws): Promise<string> {
  const changes = run.pick([
    { undoOthers: true },
    { undoOthers: true },
    { mode: 'Observe' },
    { requireApproval: ['Isolate', 'RunAntiVirusScan'] },
    { allowed: ['Isolate', 'RunAntiVirusScan'] },
    { maxIsolationsPerHour: 1 },
    { protectedMachines: [run.machines[0] ?? ''] },
    {},
    {},
  ]);
  await run.setPolicy(changes);
  return `policy: ${JSON.stringify(changes)}`;
}

async function suspension(run: RunOfLaws): Promise<string> {
  await run.connect(run.chance(0.5) ? 'Suspended' : 'Connected');
  return 'connection changes';
}
