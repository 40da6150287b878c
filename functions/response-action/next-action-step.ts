import type { OperationResult } from '../../shared/contract/operation-result.ts';
import type { DefenderMachine, DefenderMachineRequest } from '../../shared/defender/machine-rows.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarryOutcome, Failed } from '../../shared/work/carry.ts';
import { authorizeAction } from './authorize-action.ts';
import { rowOf } from './catalogue.ts';
import type { CarriedRequest } from './catalogue.ts';

/** What is known when an action is carried on. */
export interface ActionFacts {
  readonly request: CarriedRequest;
  readonly tenant: TenantRecord;
  /** An earlier step was about to send it: Defender may have it. */
  readonly mayBeSent: boolean;
  readonly isApproved: boolean;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
  readonly nowMs: number;
}

/** What to do with a machine at hand: end, wait, or send the call. */
export type ActionStep = CarryOutcome | { readonly outcome: 'Send'; readonly request: DefenderMachineRequest };

/** An approval comes as a signal, or never: the engine ends what is not sent in time. */
const approvalRecheckMs = 30 * 24 * 60 * 60 * 1000;

/** What can be said before Defender is asked for the machine; `undefined`: ask. */
export function beforeLook(facts: ActionFacts): CarryOutcome | undefined {
  const { tenant, request, mayBeSent } = facts;
  // What may be in Defender already is looked for first, whatever the policy says by now.
  if (mayBeSent) return undefined;
  const refusal = refusalOf(tenant, request);
  if (refusal !== undefined) return refusal;
  const { mode } = tenant.policy.actions;
  const authorization = authorizeAction(tenant.policy, { data: request });
  if (mode === 'Observe' || !authorization.needsApproval || facts.isApproved) return undefined;
  return { outcome: 'Later', dueAtMs: facts.nowMs + approvalRecheckMs, stage: 'AwaitingApproval' };
}

/** What to do once Defender told of the machine. */
export function afterLook({ request, tenant, ...facts }: ActionFacts, machine: DefenderMachine): ActionStep {
  const row = rowOf(request);
  const call = row.toRequest(request, machine.id);
  const isReached = row.isReached(request, machine);
  const result = toResult(request, machine);
  const isObserving = tenant.policy.actions.mode === 'Observe';
  if (isReached && (facts.mayBeSent || !isObserving)) return { outcome: 'Done', result };
  if (facts.isCancelRequested) return { outcome: 'Canceled', result };
  if (facts.isLate) return { ...failed('expired', 'The time to reach Defender was over.'), result };
  const refusal = refusalOf(tenant, request);
  if (refusal !== undefined) return { ...refusal, result };
  if (isObserving) return { outcome: 'Done', result: { ...result, observed: true, request: call } };
  return { outcome: 'Send', request: call };
}

/** The tenant left before the action was sent. */
export function disconnected(): CarryOutcome {
  const message = 'The tenant was disconnected before the action was sent.';
  return { outcome: 'Canceled', error: { code: 'superseded', message } };
}

/** Defender knows no such machine. */
export function machineNotFound(): Failed {
  return failed('machine_not_found', 'Defender knows no machine with this id.');
}

/** What an action's operation tells of it. */
export function toResult({ action }: CarriedRequest, { id, computerDnsName }: DefenderMachine): OperationResult {
  return { action, machine: { id, ...(computerDnsName === undefined ? {} : { computerDnsName }) } };
}

/** Whether nothing new is done in a tenant: it is on its way out, or gone. */
export function isLeaving({ connection }: Pick<TenantRecord, 'connection'>): boolean {
  return connection === 'Removing' || connection === 'Removed';
}

function refusalOf(tenant: TenantRecord, data: CarriedRequest): Failed | undefined {
  const authorization = authorizeAction(tenant.policy, { data });
  if (authorization.allowed) return undefined;
  const message = `The tenant's policy does not allow ${data.action}.`;
  return { outcome: 'Failed', error: { code: 'refused_by_policy', message, rule: authorization.rule } };
}

function failed(code: 'machine_not_found' | 'expired', message: string): Failed {
  return { outcome: 'Failed', error: { code, message } };
}
