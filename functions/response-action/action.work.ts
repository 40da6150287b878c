import { readStoredAction } from '../../shared/actions/action-operation.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Carry } from '../../shared/work/carry.ts';
import { disconnected, failed } from './action-outcomes.ts';
import { withApproverWords } from './guard/approver-words.ts';
import { approverOf } from './carry-context.ts';
import type { CarryActionKind } from './carry-context.ts';
import { rowOf } from './catalogue.ts';
import type { ActionKind } from './catalogue.ts';
import { keepApprover } from './guard/keep-approver.ts';

/** What carrying actions needs. */
export interface CarryActionOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly carryByKind: { readonly [Kind in ActionKind]?: CarryActionKind };
}

/** Makes the carry of operations of kind `Action`: loads what every action needs, and hands it to the carry of its kind. */
export function createCarryAction({ tenants, carryByKind }: CarryActionOptions): Carry {
  return async ({ operation, request, state, signals }, tools) => {
    const tenant = (await tenants.get(operation.tenantId))?.document;
    if (tenant === undefined || isLeaving(tenant)) return disconnected();
    const action = withApproverWords(readStoredAction(request), signals);
    const carry = carryByKind[rowOf(action.data).kind];
    if (carry === undefined) return failed('defender_refused', `This build does not carry ${action.data.action}.`);
    return keepApprover(carry)({ operation, tenant, action, state, approvedBy: approverOf(signals) }, tools);
  };
}
