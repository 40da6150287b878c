import { isFinished } from '../../../shared/contract/operation.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { Work } from '../../../shared/work/work.store.ts';

/** Whether no earlier update of the same alert is unfinished: in the order in which they came, the last one holds. */
export type IsItsTurn = (
  operation: Pick<Operation, 'id' | 'tenantId' | 'createdAt'>,
  /** The partner's id of the alert, and how long an update may wait. */
  update: { readonly id: string; readonly submitWithinMs: number },
) => Promise<boolean>;

const enough = 100;

/** Makes it, over the list of operations. */
export function createIsItsTurn(work: Pick<Work, 'list'>): IsItsTurn {
  return async ({ id: operationId, tenantId, createdAt }, { id, submitWithinMs }) => {
    const toMs = Date.parse(createdAt);
    const filter = { kind: 'AlertUpdate', reference: id, fromMs: toMs - submitWithinMs, toMs } as const;
    const earlier = (await work.list(tenantId, filter, { limit: enough }))?.operations ?? [];
    return !earlier.some(
      (other) =>
        !isFinished(other.status) &&
        (other.createdAt < createdAt || (other.createdAt === createdAt && other.id < operationId)),
    );
  };
}
