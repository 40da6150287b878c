import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { Failed } from '../../../shared/work/carry.ts';
import { failed, refusedByPolicy } from '../action-outcomes.ts';
import { approvalRecheckMs, retriedRecheckMs } from '../carry-context.ts';
import { authorizeAction } from '../guard/authorize-action.ts';
import { rowOf } from '../catalogue.ts';
import { ended, giveUp, toActionCall, toMachine, tooLate, waiting, withResult } from './machine-action-outcomes.ts';
import type { MachineActionFacts, MachineActionNews, MachineActionStep } from './machine-action-state.ts';
import type { Prepared, Preparing } from './machine-action-state.ts';
import { runsOn } from '../operating-systems.ts';
import type { MachineOs, OsRule } from '../operating-systems.ts';

const hourMs = 60 * 60 * 1000;

/** What can be said before Defender is asked for the machine. */
export function beginPreparing(state: Preparing, facts: MachineActionFacts): MachineActionStep {
  const { action, policy, nowMs } = facts;
  if (facts.isCancelRequested) return ended(withResult({ outcome: 'Canceled' }, state, facts));
  if (facts.isLate) return ended(withResult(tooLate(state), state, facts));
  // What it undoes is real, and so will this be once the tenant is live again.
  if (action.reverses !== undefined && policy.actions.mode === 'Observe') return waiting(state, nowMs + hourMs, facts);
  return refusalOf(state, facts) ?? { do: 'AskMachine', state };
}

/** The machine is known, or there is none: policy, operating system, approval. */
export function afterMachine(
  { state: before, found }: Extract<MachineActionNews, { news: 'Machine' }>,
  facts: MachineActionFacts,
): MachineActionStep {
  const { machine, error } = found;
  if (machine === undefined) return giveUp(before, { outcome: 'Failed', error }, facts);
  const { data } = facts.action;
  const state = { ...before, machine: toMachine(machine) };
  const prepared = { from: state, machine };
  const refusal = refusalOf(state, facts, machine) ?? unsupported(prepared, facts) ?? hold(prepared, facts);
  if (refusal !== undefined) return refusal;
  if (data.action !== 'StopAndQuarantineFile') return toTurn(prepared, facts);
  return data.sha1 === undefined ? { do: 'AskFile', prepared } : toTurn({ ...prepared, sha1: data.sha1 }, facts);
}

/** Defender takes SHA-1 alone, and knows it of the files that it has met. */
export function afterFile(
  { prepared, sha1 }: Extract<MachineActionNews, { news: 'File' }>,
  facts: MachineActionFacts,
): MachineActionStep {
  if (sha1 !== undefined) return toTurn({ ...prepared, sha1 }, facts);
  return ended(withResult(failed('file_not_found', 'Defender knows no such file.'), prepared.from, facts));
}

/** Everything about the request is known: it is shown, or its turn is asked for. */
function toTurn(prepared: Prepared, facts: MachineActionFacts): MachineActionStep {
  if (facts.policy.actions.mode === 'Live') return { do: 'AskActions', prepared };
  const observed = { observed: true, request: toActionCall(prepared, facts, facts.operation.id) };
  return ended(withResult({ outcome: 'Done' }, prepared.from, facts, observed));
}

function refusalOf(
  state: Preparing,
  facts: MachineActionFacts,
  machine?: Prepared['machine'],
): MachineActionStep | undefined {
  const { policy, action } = facts;
  const authorization = authorizeAction(policy, action, machine);
  if (authorization.allowed) return undefined;
  return ended(withResult(refusedByPolicy(action.data.action, authorization.rule), state, facts));
}

function unsupported({ from, machine }: Prepared, facts: MachineActionFacts): MachineActionStep | undefined {
  const refusal = checkSystem(facts.action.data, machine);
  return refusal === undefined ? undefined : giveUp(from, refusal, facts);
}

/** Why a request cannot run on a machine's operating system, as far as its record tells. */
export function checkSystem(data: ActionRequest, machine: MachineOs): Failed | undefined {
  const ruleOf = rowOf(data).runsOn as ((request: ActionRequest) => OsRule | undefined) | undefined;
  if (runsOn(ruleOf?.(data), machine)) return undefined;
  const system = [machine.osPlatform, machine.version].filter((word) => word !== undefined).join(' ');
  return failed('os_not_supported', `${data.action} does not run on ${system}.`);
}

/** A person is asked first. */
function hold({ from, machine }: Prepared, facts: MachineActionFacts): MachineActionStep | undefined {
  const { policy, action, approvedBy, nowMs } = facts;
  const authorization = authorizeAction(policy, action, machine);
  if (policy.actions.mode === 'Observe' || !authorization.needsApproval || approvedBy !== undefined) return undefined;
  const dueAtMs = nowMs + (from.turnedBack === undefined ? approvalRecheckMs : retriedRecheckMs);
  return ended(withResult({ outcome: 'Later', dueAtMs, stage: 'AwaitingApproval', state: from }, from, facts));
}
