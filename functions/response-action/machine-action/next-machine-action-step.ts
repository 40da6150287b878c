import { refusedByPolicy, superseded } from '../action-outcomes.ts';
import { afterSending } from './after-sending.ts';
import { follow } from './follow-machine-action.ts';
import { ended, toActionCall, toMachine, waitForTurn, withResult } from './machine-action-outcomes.ts';
import type { MachineActionFacts, MachineActionNews, MachineActionStep } from './machine-action-state.ts';
import { planTurn } from './plan-turn.ts';
import { afterFile, afterMachine, beginPreparing } from './prepare-machine-action.ts';

/**
 * The next step of one of Defender's nine, by what became known (contract §5): what to ask, to send after writing the intent,
 * or how the step ends.
 */
export function nextMachineActionStep(news: MachineActionNews, facts: MachineActionFacts): MachineActionStep {
  switch (news.news) {
    case 'Begin': {
      const { state } = news;
      // What may be in Defender already is looked for first, whatever the policy says by now.
      if (state.at === 'Sending') return { do: 'Look', state };
      return state.at === 'Preparing' ? beginPreparing(state, facts) : { do: 'AskAction', state };
    }
    case 'Machine':
      return afterMachine(news, facts);
    case 'File':
      return afterFile(news, facts);
    case 'Actions':
      return afterActions(news, facts);
    case 'Looked':
    case 'Sent':
    case 'Refused':
    case 'Throttled':
      return afterSending(news, facts);
    case 'Action':
      return follow(news, facts);
  }
}

/** All that was done on the machine is known: whose turn it is. */
function afterActions(
  { prepared, actions, releases }: Extract<MachineActionNews, { news: 'Actions' }>,
  facts: MachineActionFacts,
): MachineActionStep {
  const { from, sha1 } = prepared;
  const { operation, clientId, nowMs, policy } = facts;
  const { data: request, reverses } = facts.action;
  const machine = toMachine(prepared.machine);
  const { undoOthers } = policy.actions;
  const { endedId } = from;
  const asked = { request, operationId: operation.id, clientId, sha1, reverses, undoOthers, releases, endedId };
  const turn = planTurn(asked, actions);
  switch (turn.turn) {
    case 'Send': {
      const call = toActionCall(prepared, facts, operation.id);
      return { do: 'Send', prepared, state: { ...from, at: 'Sending', machine }, call };
    }
    case 'Wait':
      return waitForTurn(from, facts);
    case 'Found':
    case 'Join': {
      const { action } = turn;
      const following = { at: 'Following', machine, machineActionId: action.id, submittedAtMs: nowMs } as const;
      return follow({ news: 'Action', state: { ...following, isJoined: turn.turn === 'Join' }, action }, facts);
    }
    case 'CancelOurs': {
      const { turn: _turn, ...ours } = turn;
      return { do: 'Cancel', state: { at: 'CancelingOurs', machine, ...ours, cancel: 'Asked' } };
    }
    case 'RefuseOthers':
      return ended(withResult(refusedByPolicy(request.action, '#/policy/actions/undoOthers'), from, facts));
    case 'Superseded':
      return ended(withResult(superseded('Somebody decided otherwise since.'), from, facts));
  }
}
