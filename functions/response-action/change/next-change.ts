import type { StoredAction } from '../../../shared/actions/action-operation.ts';
import type { OperationResult, UpstreamRequest } from '../../../shared/contract/operation-result.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { CarryOutcome, CarryTools } from '../../../shared/work/carry.ts';
import { failed, refusedByPolicy } from '../action-outcomes.ts';
import { authorizeAction } from '../guard/authorize-action.ts';
import type { Authorization } from '../guard/authorize-action.ts';
import { approvalRecheckMs, retriedRecheckMs } from '../carry-context.ts';
import type { ActionContext } from '../carry-context.ts';
import type { MachineFacts } from '../machine-facts.ts';

/** What is known when an action is carried on that one call does at once: a change of a machine's record, or of an alert. */
export interface ChangeFacts {
  readonly action: StoredAction;
  readonly tenant: Pick<TenantRecord, 'policy'>;
  /** An earlier step was about to send it: Defender may have it. */
  readonly mayBeSent: boolean;
  readonly isApproved: boolean;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
  readonly nowMs: number;
}

/** What Defender told of the machine or alert. */
export interface ChangeLook {
  /** It already is as asked for: by somebody, or by a try of ours whose answer was lost. */
  readonly isReached: boolean;
  readonly result: OperationResult;
  readonly request: UpstreamRequest;
  /** By which the policy is asked. */
  readonly machine?: MachineFacts;
}

/** What to do with what Defender told: end, wait, or send the call. */
export type ChangeStep = CarryOutcome | { readonly outcome: 'Send' };

/** The facts of a step. */
export function toChangeFacts(
  { action, tenant, approvedBy }: ActionContext,
  { isCancelRequested, isLate, now }: CarryTools,
  mayBeSent: boolean,
): ChangeFacts {
  const isApproved = approvedBy !== undefined;
  return { action, tenant, mayBeSent, isApproved, isCancelRequested, isLate, nowMs: now() };
}

/** What can be said before Defender is asked; `undefined`: ask. */
export function beforeLook(facts: ChangeFacts): CarryOutcome | undefined {
  // What may be in Defender already is looked for first, whatever the policy says by now.
  return facts.mayBeSent ? undefined : refusalOf(facts, authorize(facts, undefined));
}

/** What to do once Defender told. */
export function afterLook(facts: ChangeFacts, { isReached, result, request, machine }: ChangeLook): ChangeStep {
  const { mode } = facts.tenant.policy.actions;
  const authorization = authorize(facts, machine);
  const refusal = refusalOf(facts, authorization);
  const needsNothing = isReached && mode === 'Live' && refusal === undefined;
  if (needsNothing || (isReached && facts.mayBeSent)) return { outcome: 'Done', result };
  if (facts.isCancelRequested) return { outcome: 'Canceled', result };
  if (facts.isLate) return { ...failed('expired', 'The time to reach Defender was over.'), result };
  if (refusal !== undefined) return { ...refusal, result };
  if (mode === 'Observe') return { outcome: 'Done', result: { ...result, observed: true, request } };
  if (!authorization.needsApproval || facts.isApproved) return { outcome: 'Send' };
  const dueAtMs = facts.nowMs + (facts.mayBeSent ? retriedRecheckMs : approvalRecheckMs);
  return { outcome: 'Later', dueAtMs, stage: 'AwaitingApproval', result };
}

function authorize({ action, tenant }: ChangeFacts, machine: MachineFacts | undefined): Authorization {
  return authorizeAction(tenant.policy, action, machine);
}

function refusalOf({ action }: ChangeFacts, authorization: Authorization): CarryOutcome | undefined {
  return authorization.allowed ? undefined : refusedByPolicy(action.data.action, authorization.rule);
}
