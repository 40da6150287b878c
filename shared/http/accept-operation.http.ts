import type { Clock } from '../clock.ts';
import { RejectedInput } from '../errors.ts';
import type { NewOperation } from '../work/new-operation.ts';
import type { Accepted, Work } from '../work/work.store.ts';
import type { Answer, RouteRequest } from './route.ts';
import { prefersAsync, toOperationAnswer } from './to-operation-answer.ts';

/**
 * Accepts an operation and answers with it. Throws `RejectedInput` `key_reused`, `alert_exists` or
 * `too_many_requests`. `rules` refuses, by
 * throwing, what is new: what was accepted before is answered as it stands, whatever the rules say by now.
 */
export type AcceptOperation = (
  input: NewOperation,
  request: Pick<RouteRequest, 'headers'>,
  rules?: () => void | Promise<void>,
) => Promise<Answer>;

/** What accepting needs. */
export interface AcceptOperationOptions {
  readonly work: Pick<Work, 'accept' | 'recall' | 'perform'>;
  readonly publicUrl: string;
  readonly now: Clock;
}

/**
 * Creates the way from a request to an operation: durably written first, then worked on for a few seconds, unless the
 * caller prefers not to wait. What was accepted before is answered as it stands.
 */
export function createAcceptOperation({ work, publicUrl, now }: AcceptOperationOptions): AcceptOperation {
  return async (input, { headers }, rules) => {
    const isAsync = prefersAsync(headers);
    const accepted = await acceptWhat(work, { ...input, ...(isAsync ? { isLeftToTimer: true } : {}) }, rules);
    switch (accepted.outcome) {
      case 'key_reused':
        throw new RejectedInput('key_reused', 'This key was used for another request.');
      case 'taken': {
        const { operationId } = accepted;
        throw new RejectedInput('alert_exists', 'There is an alert with this id.', { extra: { operationId } });
      }
      case 'too_many_requests': {
        const seconds = Math.max(1, Math.ceil(accepted.retryAfterMs / 1000));
        throw new RejectedInput('too_many_requests', 'Too much of this tenant is still waiting to be done.', {
          headers: { 'Retry-After': String(seconds) },
        });
      }
      case 'accepted':
      case 'running': {
        const operation = isAsync ? accepted.operation : await work.perform(accepted);
        return toOperationAnswer(operation, { publicUrl, nowMs: now() });
      }
      case 'replayed':
        return toOperationAnswer(accepted.operation, { publicUrl, nowMs: now(), isReplayed: true });
    }
  };
}

/** Dedupe comes before the rules; but only what they refuse has to be looked up apart from the accept. */
async function acceptWhat(
  work: AcceptOperationOptions['work'],
  input: NewOperation,
  rules: () => void | Promise<void> = () => undefined,
): Promise<Accepted> {
  try {
    await rules();
  } catch (error) {
    const known = error instanceof RejectedInput ? await work.recall(input) : undefined;
    if (known === undefined) throw error;
    return known;
  }
  return work.accept(input);
}
