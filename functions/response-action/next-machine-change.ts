import type { StoredAction } from '../../shared/actions/action-operation.ts';
import type { ActionRequest } from '../../shared/contract/action.ts';
import type { OperationResult } from '../../shared/contract/operation-result.ts';
import type { DefenderMachine } from '../../shared/defender/machine-rows.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarryOutcome } from '../../shared/work/carry.ts';
import { failed, refusedByPolicy, toMachineResult } from './action-outcomes.ts';
import { authorizeAction } from './authorize-action.ts';
import type { MachineFacts } from './protection.ts';
import { toCall } from './to-call.ts';
import type { ActionCall } from './to-call.ts';

/** A request that changes a machine's record. */
export type MachineChange = Extract<ActionRequest, { readonly action: 'AddTag' | 'RemoveTag' }>;

/** What is known when a change of a machine is carried on. */
export interface MachineChangeFacts {
  readonly action: StoredAction;
  readonly tenant: TenantRecord;
  /** An earlier step was about to send it: Defender may have it. */
  readonly mayBeSent: boolean;
  readonly isApproved: boolean;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
  readonly nowMs: number;
}

/** What to do with a machine at hand: end, wait, or send the call. */
export type MachineChangeStep = CarryOutcome | { readonly outcome: 'Send'; readonly request: ActionCall };

/** An approval comes as a signal, or never: the engine ends what is not sent in time. */
const approvalRecheckMs = 30 * 24 * 60 * 60 * 1000;

/** Whether an action changes a machine's record. */
export function isMachineChange(data: ActionRequest): data is MachineChange {
  return data.action === 'AddTag' || data.action === 'RemoveTag';
}

/** What can be said before Defender is asked for the machine; `undefined`: ask. */
export function beforeLook(facts: MachineChangeFacts): CarryOutcome | undefined {
  // What may be in Defender already is looked for first, whatever the policy says by now.
  return facts.mayBeSent ? undefined : guard(facts);
}

/** What to do once Defender told of the machine. */
export function afterLook(facts: MachineChangeFacts, machine: DefenderMachine): MachineChangeStep {
  const { action, tenant, mayBeSent } = facts;
  const data = requireChange(action.data);
  const request = toCall(data, { machineId: machine.id }, { comment: data.comment });
  const result = toResult(data, machine);
  const isObserving = tenant.policy.actions.mode === 'Observe';
  if (isReached(data, machine) && (mayBeSent || !isObserving)) return { outcome: 'Done', result };
  if (facts.isCancelRequested) return { outcome: 'Canceled', result };
  if (facts.isLate) return { ...failed('expired', 'The time to reach Defender was over.'), result };
  const early = guard(facts, machine);
  if (early !== undefined) return { ...early, result };
  if (isObserving) return { outcome: 'Done', result: { ...result, observed: true, request } };
  return { outcome: 'Send', request };
}

/** What an action's operation tells of it. */
export function toResult({ action }: MachineChange, machine: DefenderMachine): OperationResult {
  return { action, machine: toMachineResult(machine) };
}

/** What the policy says: refused, to be approved first, or `undefined`: go on. */
function guard({ action, tenant, ...facts }: MachineChangeFacts, machine?: MachineFacts): CarryOutcome | undefined {
  const authorization = authorizeAction(tenant.policy, action, machine);
  if (!authorization.allowed) return refusedByPolicy(action.data.action, authorization.rule);
  const { mode } = tenant.policy.actions;
  if (mode === 'Observe' || !authorization.needsApproval || facts.isApproved) return undefined;
  return { outcome: 'Later', dueAtMs: facts.nowMs + approvalRecheckMs, stage: 'AwaitingApproval' };
}

/** Whether the machine already is as the action would leave it: by somebody, or by a try of ours whose answer was lost. */
function isReached({ action, tag }: MachineChange, { machineTags }: DefenderMachine): boolean {
  return machineTags.includes(tag) === (action === 'AddTag');
}

function requireChange(data: ActionRequest): MachineChange {
  if (isMachineChange(data)) return data;
  throw new Error(`${data.action} changes no machine.`);
}
