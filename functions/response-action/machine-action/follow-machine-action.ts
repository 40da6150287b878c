import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import { endOf } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction, MachineActionEnd } from '../../../shared/defender/machine-action-rows.ts';
import { failed, superseded } from '../action-outcomes.ts';
import { nextFollowAtMs } from './follow-schedule.ts';
import { ended, giveUp, withResult } from './machine-action-outcomes.ts';
import type {
  CancelingOurs,
  Following,
  MachineActionFacts,
  MachineActionNews,
  MachineActionStep,
} from './machine-action-state.ts';
import { beginPreparing } from './prepare-machine-action.ts';
import { releaseAfterOf } from './same-order.ts';

/** So long, Defender may be slow to list what it took; after that it has forgotten it. */
const unknownForMs = 24 * 60 * 60 * 1000;

/** What to do once Defender said how the action goes that is followed, or that is canceled in place of being undone. */
export function follow(
  { state, action }: Extract<MachineActionNews, { readonly news: 'Action' }>,
  facts: MachineActionFacts,
): MachineActionStep {
  return state.at === 'Following' ? followOwn(state, action, facts) : followCanceled(state, action, facts);
}

function followOwn(
  state: Following,
  action: DefenderMachineAction | undefined,
  facts: MachineActionFacts,
): MachineActionStep {
  if (action === undefined) return whenUnknown(state, facts);
  const end = endOf(action);
  if (end !== undefined) return whenEnded(state, { ...action, end }, facts);
  if (!facts.isCancelRequested) return later(state, action, facts);
  if (state.isJoined) return ended(told({ outcome: 'Canceled' }, state, action, facts));
  const isHeard = state.cancel === 'Answered' || action.cancellationRequestor !== undefined;
  return isHeard ? later(state, action, facts) : { do: 'Cancel', state: { ...state, cancel: 'Asked' } };
}

/** Defender's words, in ours (contract §7). */
function whenEnded(
  state: Following,
  action: DefenderMachineAction & { readonly end: MachineActionEnd },
  facts: MachineActionFacts,
): MachineActionStep {
  switch (action.end) {
    case 'Succeeded':
      return whenSucceeded(state, action, facts);
    case 'Failed':
      return tryAgain(state, action, facts) ?? fail('action_failed', 'Defender says that the action failed.');
    case 'TimeOut':
      return tryAgain(state, action, facts) ?? fail('action_timed_out', 'The machine did not take it up in time.');
    case 'Cancelled': {
      const isRelease = facts.action.reverses !== undefined && !facts.isCancelRequested;
      const outcome = isRelease ? superseded('Somebody canceled it in Defender.') : ({ outcome: 'Canceled' } as const);
      return ended(told(outcome, state, action, facts));
    }
  }

  function fail(code: 'action_failed' | 'action_timed_out', message: string): MachineActionStep {
    return ended(told(failed(code, message), state, action, facts));
  }
}

function whenSucceeded(state: Following, action: DefenderMachineAction, facts: MachineActionFacts): MachineActionStep {
  const { data, reverses } = facts.action;
  const outcome = told({ outcome: 'Done' } as const, state, action, facts);
  const releaseAfter = releaseAfterOf(data);
  // What somebody else did is not ours to undo.
  if (releaseAfter === undefined || state.isJoined || reverses !== undefined) return ended(outcome);
  return { do: 'Release', state, afterMs: parseDurationMs(releaseAfter), outcome };
}

/** A release is tried until it is done: the next one is another machine action, for this one is over. */
function tryAgain(
  state: Following,
  action: DefenderMachineAction,
  facts: MachineActionFacts,
): MachineActionStep | undefined {
  if (facts.action.reverses === undefined || facts.isCancelRequested) return undefined;
  const { machine } = state;
  const unsent = { at: 'Preparing', machine, endedId: action.id, turnedBack: 'Unsent' } as const;
  const again = giveUp(unsent, failed('action_failed', ''), facts);
  // What became of this one is shown until there is another.
  return again.do === 'End' ? ended(told(again.outcome, state, action, facts)) : again;
}

function later(state: Following, action: DefenderMachineAction, facts: MachineActionFacts): MachineActionStep {
  const stage = facts.isCancelRequested ? 'Canceling' : action.status === 'InProgress' ? 'InProgress' : 'Pending';
  const dueAtMs = nextFollowAtMs(state.submittedAtMs, facts.nowMs);
  const outcome = { outcome: 'Later', dueAtMs, stage, state, hasReachedDefender: true } as const;
  return ended(told(outcome, state, action, facts));
}

function whenUnknown(state: Following, facts: MachineActionFacts): MachineActionStep {
  const { submittedAtMs, machine } = state;
  if (facts.nowMs - submittedAtMs > unknownForMs) {
    const outcome = failed('action_failed', 'Defender does not know the action any more.');
    return giveUp({ at: 'Preparing', machine, turnedBack: 'Unsent' }, outcome, facts);
  }
  const stage = facts.isCancelRequested ? 'Canceling' : 'Pending';
  const dueAtMs = nextFollowAtMs(submittedAtMs, facts.nowMs);
  return ended({ outcome: 'Later', dueAtMs, stage, state, hasReachedDefender: true });
}

/** Ours is canceled: when that holds, nothing is left to undo. */
function followCanceled(
  state: CancelingOurs,
  action: DefenderMachineAction | undefined,
  facts: MachineActionFacts,
): MachineActionStep {
  const end = action === undefined ? 'Unknown' : endOf(action);
  const { machine, operationId } = state;
  if (end === 'Cancelled' && state.isHeldBesides !== true) {
    return ended(withResult({ outcome: 'Done' }, state, facts, { canceledInstead: operationId }));
  }
  if (facts.isCancelRequested) return ended(withResult({ outcome: 'Canceled' }, state, facts));
  if (end !== undefined) return beginPreparing({ at: 'Preparing', machine, turnedBack: 'Unsent' }, facts);
  const isHeard = state.cancel === 'Answered' || action?.cancellationRequestor !== undefined;
  if (!isHeard && !facts.isLate) return { do: 'Cancel', state: { ...state, cancel: 'Asked' } };
  const dueAtMs = nextFollowAtMs(facts.nowMs, facts.nowMs);
  return ended(withResult({ outcome: 'Later', dueAtMs, stage: 'Canceling', state }, state, facts));
}

/** The outcome with what Defender says of the action. */
function told<Outcome extends Parameters<typeof withResult>[0]>(
  outcome: Outcome,
  state: Following,
  { id, status }: DefenderMachineAction,
  facts: MachineActionFacts,
): Outcome {
  const { isJoined: joined } = state;
  const result = { machineActionId: id, machineActionStatus: status, joined };
  return {
    ...withResult(outcome, state, facts, result),
    upstream: { ...facts.operation.upstream, machineActionId: id },
  };
}
