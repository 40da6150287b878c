import { defenderError } from '../errors.ts';
import { actionNotFound, toActionReply } from './context.ts';
import { incorrectBody, readBody, readText } from './read-body.ts';
import { isRunning } from './record.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionContext } from './context.ts';

/** An action that has ended stays as it is. */
export function cancel(call: DefenderCall, { actions }: ActionContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const body = readBody(call.exchange);
  const comment = body ? readText(body, 'Comment') : incorrectBody();
  if (typeof comment !== 'string') return comment;
  const record = actions.get(id);
  if (!record) return actionNotFound(id);
  if (!isRunning(record, call.nowMs)) {
    return call.switches.cancelEnded === 'answer'
      ? toActionReply(call, record, 200)
      : defenderError('BadRequest', 'The machine action is in its final state');
  }
  const cancelled = actions.cancel(record.id, { requestor: call.clientId, comment, atMs: call.nowMs });
  if (cancelled !== record) call.exchange.applied = true;
  return toActionReply(call, cancelled, 200);
}
