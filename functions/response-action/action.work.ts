import { actionRequestSchema } from '../../shared/contract/action.ts';
import type { DefenderMachines } from '../../shared/defender/machines.client.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools, Progress } from '../../shared/work/carry.ts';
import { rowOf, toCarried } from './catalogue.ts';
import type { CarriedRequest } from './catalogue.ts';
import { findMachine } from './find-machine.client.ts';
import { afterLook, beforeLook, disconnected, isLeaving, machineNotFound, toResult } from './next-action-step.ts';
import type { ActionFacts } from './next-action-step.ts';

/** What carrying actions needs. */
export interface CarryActionOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly machines: DefenderMachines;
}

/** Name of the signal by which an approval reaches an action. */
export const approvalSignal = 'approval';

/** A call to Defender may take so long; nobody else may take the operation over meanwhile. */
const callMs = 30_000;

/** Makes the carry of operations of kind `Action`: one step, from the machine as it is to the machine as asked for. */
export function createCarryAction({ tenants, machines }: CarryActionOptions): Carry {
  return async (carried, tools) => {
    const { tenantId } = carried.operation;
    const tenant = (await tenants.get(tenantId))?.document;
    if (tenant === undefined || isLeaving(tenant)) return disconnected();
    const facts = toFacts(carried, tools, tenant);
    const early = beforeLook(facts);
    if (early !== undefined) return early;

    const { request } = facts;
    const { machine, upstream } = await findMachine(machines, tenant, request.machine.id);
    if (machine === undefined) return withUpstream(machineNotFound(), upstream);
    const step = afterLook(facts, machine);
    if (step.outcome !== 'Send') return withUpstream(step, upstream);

    if (tools.leaseLeftMs() < callMs) await tools.renewLease();
    const result = toResult(request, machine);
    await tools.saveIntent({ mayBeSent: true }, { stage: 'Submitting', result });
    const sent = await machines.changeMachine(tenant, step.request, rowOf(request).role);
    return withUpstream(sent.machine === undefined ? machineNotFound() : { outcome: 'Done', result }, sent.upstream);
  };
}

function toFacts(
  { request, state, signals }: CarriedOperation,
  { isCancelRequested, isLate, now }: CarryTools,
  tenant: TenantRecord,
): ActionFacts {
  return {
    request: readRequest(request),
    tenant,
    mayBeSent: state !== undefined,
    isApproved: signals[approvalSignal] !== undefined,
    isCancelRequested,
    isLate,
    nowMs: now(),
  };
}

/** The request as it was accepted, by this build or an older one. */
function readRequest(stored: unknown): CarriedRequest {
  const request = toCarried(actionRequestSchema.parse(stored));
  if ('errors' in request) throw new Error('An action was accepted that this build does not carry.');
  return request;
}

function withUpstream<Outcome extends CarryOutcome>(
  outcome: Outcome,
  upstream: NonNullable<Progress['upstream']>,
): Outcome {
  return Object.keys(upstream).length === 0 ? outcome : { ...outcome, upstream };
}
