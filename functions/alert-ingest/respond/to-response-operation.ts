import { toActionOperation } from '../../../shared/actions/action-operation.ts';
import { actionRequestSchema } from '../../../shared/contract/action.ts';
import type { ActionRequest, ResponseAction } from '../../../shared/contract/action.ts';
import type { NewOperation } from '../../../shared/work/new-operation.ts';
import type { PlannedResponse } from '../response-plan.ts';

/** Where an alert's actions belong. */
export interface RespondingAlert {
  readonly tenantId: string;
  /** Who sent the alert: the actions are theirs, and somebody else approves them. */
  readonly callerId: string | undefined;
  readonly machine: { readonly id: string };
  /** From then on they end `expired`; epoch milliseconds. */
  readonly submitByMs: number;
}

/** These are not done to a machine (contract §5). */
const withoutMachine: readonly ResponseAction['action'][] = ['UpdateAlert', 'SubmitIndicator', 'DeleteIndicator'];

/** The operation of an action that an alert starts: the same however often it is made. It follows from accepted work, so nothing turns it away. */
export function toResponseOperation(planned: PlannedResponse, alert: RespondingAlert): NewOperation {
  const { key, needsApproval } = planned;
  const { tenantId, callerId, machine, submitByMs } = alert;
  return {
    ...toActionOperation({
      ...{ tenantId, callerId, submitByMs, dedupeKey: key, fingerprint: key, isLeftToTimer: true },
      action: { data: toRequest(planned, machine), ...(needsApproval ? { isApprovalForced: true } : {}) },
    }),
    ignoresBacklog: true,
  };
}

function toRequest({ action, comment }: PlannedResponse, { id }: { readonly id: string }): ActionRequest {
  const target = withoutMachine.includes(action.action) ? {} : { machine: { id } };
  return actionRequestSchema.parse({ ...action, ...target, comment });
}
