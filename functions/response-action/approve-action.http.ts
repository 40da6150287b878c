import type { HttpHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import { approveRequestSchema } from '../../shared/contract/operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { prefersAsync, toOperationAnswer } from '../../shared/http/to-operation-answer.ts';
import type { Taken, Work } from '../../shared/work/work.store.ts';
import { approvalSignal } from './carry-context.ts';

/** What the route needs. */
export interface ApproveActionOptions {
  readonly work: Pick<Work, 'read' | 'signal' | 'perform'>;
  readonly publicUrl: string;
  readonly now: Clock;
}

/**
 * Makes the handler of `POST …/operations/{operationId}/approve` (contract §2): a held action goes on, in the approver's name.
 * Whether the policy still lets it is asked when it is carried.
 */
export function createApproveAction(serve: Serve, { work, publicUrl, now }: ApproveActionOptions): HttpHandler {
  return serve({
    scope: 'actions:approve',
    of: 'Tenant',
    find: ({ params }) => work.read(params['tenantId'] ?? '', params['operationId'] ?? ''),
    body: { schema: approveRequestSchema },
    handle: async ({ target, body, caller, headers }) => {
      if (target.callerId === caller.callerId) {
        throw new RejectedInput('same_caller', 'Who asked for an action does not approve it.');
      }
      const isPerformedHere = !prefersAsync(headers);
      const told = await work.signal(target.tenantId, target.id, {
        ...{ name: approvalSignal, value: body, whileAt: 'AwaitingApproval', isPerformedHere },
        // Another stage, so that nobody approves it twice: the first name stands.
        progress: { stage: 'Submitting', result: { approvedBy: body.approvedBy } },
      });
      const operation = await work.perform(takenOf(told));
      return toOperationAnswer(operation, { publicUrl, nowMs: now() });
    },
  });
}

function takenOf(told: Awaited<ReturnType<Work['signal']>>): Taken {
  switch (told.outcome) {
    case 'done':
    case 'requested':
      return told;
    case 'wrong_state':
      throw new RejectedInput('wrong_state', waitsForNoApproval(told.operation));
    case 'not_found':
      throw new RejectedInput('not_found', 'There is no such operation any more.');
  }
}

function waitsForNoApproval({ status, stage, result }: Operation): string {
  const state = stage === undefined ? status : `${status}, ${stage}`;
  const approved = result?.approvedBy === undefined ? '' : ' It was approved before.';
  return `The operation waits for no approval: it is ${state}.${approved}`;
}
