import type { ActionName } from '../../shared/contract/action.ts';
import { actionRequestSchema } from '../../shared/contract/action.ts';
import { toActionOperation } from '../../shared/actions/action-operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { agent, fault, outcome, theirCancel, theirEnd, theirStart } from './action-laws-outside.ts';
import type { RunOfLaws } from './action-laws-world.ts';

/** One thing that happens in a tenant. Gives its name for the trace. */
type Event = (run: RunOfLaws) => Promise<string> | string;

const minuteMs = 60_000;

/** What can happen, and how often compared with the others. */
const events: readonly (readonly [weight: number, event: Event])[] = [
  [13, ask],
  [5, undo],
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
  const answer = await work.cancel(run.tenantId, id, { isPerformedHere: true });
  if (answer.outcome === 'requested' && run.chance(0.8)) await work.perform(answer);
  return `cancel ${id}: ${answer.outcome}`;
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
