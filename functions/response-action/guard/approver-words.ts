import type { StoredAction } from '../../../shared/actions/action-operation.ts';
import { approvalSignal } from '../carry-context.ts';

/** The action with what its approver had to say added to its comment: both are read in Defender. */
export function withApproverWords(action: StoredAction, signals: Readonly<Record<string, unknown>>): StoredAction {
  const words = wordsOf(signals[approvalSignal]);
  if (words === undefined) return action;
  return { ...action, data: { ...action.data, comment: `${action.data.comment} / ${words}` } };
}

function wordsOf(approval: unknown): string | undefined {
  if (typeof approval !== 'object' || approval === null) return undefined;
  const comment: unknown = Reflect.get(approval, 'comment');
  return typeof comment === 'string' ? comment : undefined;
}
