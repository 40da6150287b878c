import { z } from 'zod';
import { remainingUpdate } from '../../shared/alerts/remaining-update.ts';
import type { HeldTriage } from '../../shared/alerts/remaining-update.ts';
import type { AlertUpdateRequest } from '../../shared/alerts/to-alert-update.ts';
import { toAlertUpdate } from '../../shared/alerts/to-alert-update.ts';
import type { ActionRequest } from '../../shared/contract/action.ts';
import type { DefenderAlert } from '../../shared/defender/alerts.client.ts';
import { hasMark, toMark } from '../../shared/operation-mark.ts';
import { toAlertBody } from './call-bodies.ts';
import type { ChangeLook } from './next-change.ts';
import { toComment } from './to-comment.ts';

/** A request that writes to an alert. */
export type AlertChange = Extract<ActionRequest, { readonly action: 'UpdateAlert' }>;

/** Who writes to the alert; `operationId` is `undefined` in a dry run. */
export interface AlertWriter {
  readonly operationId: string | undefined;
  readonly approvedBy?: string | undefined;
}

/** What is looked at, and what is left to be sent: as `request`, and for the call itself. */
export interface AlertLook extends ChangeLook {
  readonly update: AlertUpdateRequest;
}

const triage = z.object({
  status: z.string().optional(),
  classification: z.string().optional(),
  determination: z.string().optional(),
  assignedTo: z.string().optional(),
});

const stateSchema = z.object({ before: triage });

/** The request, of the kind that writes to an alert. Throws on any other. */
export function toAlertChange(data: ActionRequest): AlertChange {
  if (data.action === 'UpdateAlert') return data;
  throw new Error(`${data.action} writes to no alert.`);
}

/** The alert's triage as it was before the update may have been sent; `undefined`: it surely was not. */
export function fromAlertState(state: unknown): HeldTriage | undefined {
  return state === undefined ? undefined : stateSchema.parse(state).before;
}

/** What is kept before the update is sent. */
export function toAlertState(alert: DefenderAlert): { readonly before: HeldTriage } {
  return { before: triage.parse(alert) };
}

/** What Defender told of the alert, and what of the update is still to be sent. */
export function lookAtAlert(
  data: AlertChange,
  alert: DefenderAlert,
  { operationId, approvedBy, before }: AlertWriter & { readonly before?: HeldTriage | undefined },
): AlertLook {
  const body = toAlertBody(data, toComment({ comment: data.comment, approvedBy, operationId }));
  const rest = remainingUpdate(body, alert, { operationId: operationId ?? unmarked, before });
  const update = { ...toAlertUpdate(alert.id, {}, operationId), body: rest ?? body };
  return {
    // One call writes all of it: where our comment is, everything was written, and what is otherwise by now somebody changed.
    isReached: isCommented(alert, operationId),
    result: { action: data.action, alertId: alert.id },
    request: { ...update, body: { ...update.body } },
    update,
  };
}

/** Stands where an operation's id would: no comment in Defender bears it. */
const unmarked = toMark(undefined).slice(1, -1);

function isCommented({ comments = [] }: DefenderAlert, operationId: string | undefined): boolean {
  return operationId !== undefined && comments.some(({ comment }) => hasMark(comment, operationId));
}
