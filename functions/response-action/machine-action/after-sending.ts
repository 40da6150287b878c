import type { OperationError } from '../../../shared/contract/operation.ts';
import { parseTimeMs, timeSchema } from '../../../shared/contract/primitives.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import { follow } from './follow-machine-action.ts';
import { giveUp, waitForTurn, waiting } from './machine-action-outcomes.ts';
import type {
  MachineActionFacts,
  MachineActionNews,
  MachineActionStep,
  Preparing,
  Sending,
} from './machine-action-state.ts';
import { findOwn } from './plan-turn.ts';
import { beginPreparing } from './prepare-machine-action.ts';
import { isOtherOrder } from './same-order.ts';
import { operationIdIn } from '../../../shared/operation-mark.ts';

type SendNews = Extract<MachineActionNews, { readonly news: 'Looked' | 'Sent' | 'Refused' | 'Throttled' }>;

/** What to do once Defender answered the call that acts, or was looked through for one whose answer was lost. */
export function afterSending(news: SendNews, facts: MachineActionFacts): MachineActionStep {
  const { state } = news;
  switch (news.news) {
    case 'Looked': {
      const { operation, action, clientId } = facts;
      const sought = { operationId: operation.id, request: action.data, clientId, endedId: state.endedId };
      const own = findOwn(sought, news.actions);
      return own === undefined ? beginPreparing(toUnsent(state), facts) : followFrom(state, own, facts);
    }
    case 'Sent':
      return followFrom(state, news.action, facts);
    case 'Refused':
      return afterRefusal(state, news, facts);
    case 'Throttled':
      // A limit said so: nothing was carried out, and nothing is to be looked for.
      return waiting(toUnsent(state), facts.nowMs + Math.max(1, news.retryAfterMs), facts);
  }
}

/**
 * Defender may answer with what runs already in place of a new action: then that one is followed, and it stays its asker's;
 * unless it does something else, which is waited for.
 */
function followFrom(state: Sending, action: DefenderMachineAction, facts: MachineActionFacts): MachineActionStep {
  const { machine } = state;
  const { data } = facts.action;
  const { requestorComment, creationDateTimeUtc: at } = action;
  const isJoined = requestorComment !== undefined && operationIdIn(requestorComment) !== facts.operation.id;
  if (isJoined ? isOtherOrder(data, action) : action.type !== data.action) {
    return waitForTurn({ ...toUnsent(state), turnedBack: 'Conflict' }, facts);
  }
  const submittedAtMs = at !== undefined && timeSchema.safeParse(at).success ? parseTimeMs(at) : facts.nowMs;
  const following = { at: 'Following', machine, machineActionId: action.id, submittedAtMs, isJoined } as const;
  return follow({ news: 'Action', state: following, action }, facts);
}

const unsupported = ['OsPlatformNotSupported', 'ClientVersionNotSupported'];

function afterRefusal(
  state: Sending,
  { error, status }: { readonly error: OperationError; readonly status: number | undefined },
  facts: MachineActionFacts,
): MachineActionStep {
  const { defenderCode } = error;
  if (defenderCode === 'ActiveRequestAlreadyExists') {
    return waitForTurn({ ...toUnsent(state), turnedBack: 'Conflict' }, facts);
  }
  const { action } = facts.action.data;
  const isUnsupported = defenderCode !== undefined && unsupported.includes(defenderCode);
  const told: OperationError = isUnsupported
    ? { ...error, code: 'os_not_supported', message: `${action} does not run on this machine.` }
    : status === 404
      ? { ...error, code: 'machine_not_found', message: 'Defender knows no such machine.' }
      : error;
  return giveUp(toUnsent(state), { outcome: 'Failed', error: told }, facts);
}

function toUnsent(state: Sending): Preparing {
  return { ...state, at: 'Preparing', turnedBack: state.turnedBack ?? 'Unsent' };
}
