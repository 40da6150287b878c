import type { OperationResult } from '../../../shared/contract/operation-result.ts';
import type { CarryOutcome, Failed } from '../../../shared/work/carry.ts';
import { failed, toMachineResult } from '../action-outcomes.ts';
import { nextFollowAtMs } from './follow-schedule.ts';
import type {
  ActionMachine,
  MachineActionFacts,
  MachineActionStep,
  Prepared,
  Preparing,
} from './machine-action-state.ts';
import { toCall } from '../to-call.ts';
import type { ActionCall } from '../to-call.ts';
import { toComment } from '../to-comment.ts';

/** The step is over. */
export function ended(outcome: CarryOutcome): MachineActionStep {
  return { do: 'End', outcome };
}

/** The outcome with what is known of the action by now. */
export function withResult<Outcome extends CarryOutcome>(
  outcome: Outcome,
  known: { readonly machine?: ActionMachine },
  facts: MachineActionFacts,
  more: OperationResult = {},
): Outcome {
  return { ...outcome, result: { ...toActionResult(known, facts), ...more } };
}

/** What the operation tells of its action, besides how Defender says that it goes. */
export function toActionResult(
  { machine }: { readonly machine?: ActionMachine },
  { operation, action }: MachineActionFacts,
): OperationResult {
  return {
    ...operation.result,
    action: action.data.action,
    ...(machine === undefined ? {} : { machine: toMachineResult(machine) }),
  };
}

/** Comes back later with nothing sent. */
export function waiting(state: Preparing, dueAtMs: number, facts: MachineActionFacts): MachineActionStep {
  return ended(withResult({ outcome: 'Later', dueAtMs, stage: 'Submitting', state }, state, facts));
}

/** What has a time to reach Defender is not found to be late much later than it is. */
const longestTurnMs = 5 * 60 * 1000;

/** Something else is in the way, or (a release) it is to be tried again: looked at about as often as what is followed. */
export function waitForTurn(state: Preparing, facts: MachineActionFacts): MachineActionStep {
  const { nowMs, action } = facts;
  const waitingSinceMs = state.waitingSinceMs ?? nowMs;
  const nextMs = nextFollowAtMs(waitingSinceMs, nowMs);
  const dueAtMs = action.reverses === undefined ? Math.min(nextMs, nowMs + longestTurnMs) : nextMs;
  return waiting({ ...state, waitingSinceMs }, dueAtMs, facts);
}

/** It ends so; a release never does: it is tried until it is done or superseded. */
export function giveUp(state: Preparing, outcome: Failed, facts: MachineActionFacts): MachineActionStep {
  return facts.action.reverses === undefined ? ended(withResult(outcome, state, facts)) : waitForTurn(state, facts);
}

/** The time to reach Defender is over. */
export function tooLate({ turnedBack }: Pick<Preparing, 'turnedBack'>): Failed {
  return turnedBack === 'Conflict'
    ? failed('action_conflict', 'Something else ran on the machine until the time to reach Defender was over.')
    : failed('expired', 'The time to reach Defender was over.');
}

/** The very call. `operationId`: `undefined` in a dry run. */
export function toActionCall(
  { machine, sha1 }: Pick<Prepared, 'machine' | 'sha1'>,
  { action, approvedBy }: Pick<MachineActionFacts, 'action' | 'approvedBy'>,
  operationId: string | undefined,
): ActionCall {
  const comment = toComment({ comment: action.data.comment, approvedBy, operationId });
  return toCall(action.data, { machineId: machine.id }, { comment, ...(sha1 === undefined ? {} : { sha1 }) });
}

/** What is kept of a machine. */
export function toMachine({ id, computerDnsName }: Prepared['machine']): ActionMachine {
  return { id, ...(computerDnsName === undefined ? {} : { computerDnsName }) };
}
