import { z } from 'zod';
import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import { remainingUpdate } from '../../../shared/alerts/remaining-update.ts';
import type { HeldAlert, HeldTriage } from '../../../shared/alerts/remaining-update.ts';
import type { AlertUpdateBody } from '../../../shared/defender/alert-update.ts';
import { toUpdateRequests } from '../../../shared/alerts/to-graph-update.ts';
import type { ActionRequest } from '../../../shared/contract/action.ts';
import { hasMark, toMark } from '../../../shared/operation-mark.ts';
import { toAlertBody } from '../call-bodies.ts';
import type { ChangeLook } from './next-change.ts';
import { toComment } from '../to-comment.ts';

/** A request that writes to an alert. */
export type AlertChange = Extract<ActionRequest, { readonly action: 'UpdateAlert' }>;

/** Who writes to the alert, and by which API; `operationId` is `undefined` in a dry run. */
export interface AlertWriter {
  readonly via: AlertVia;
  readonly operationId: string | undefined;
  readonly approvedBy?: string | undefined;
}

/** What is looked at, and what is left to be written. */
export interface AlertLook extends ChangeLook {
  readonly body: AlertUpdateBody;
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
export function toAlertState(alert: HeldAlert): { readonly before: HeldTriage } {
  return { before: triage.parse(alert) };
}

/** What Defender told of the alert, and what of the update is still to be sent. */
export function lookAtAlert(
  data: AlertChange,
  alert: HeldAlert,
  { via, operationId, approvedBy, before }: AlertWriter & { readonly before?: HeldTriage | undefined },
): AlertLook {
  const { action, alertId } = data;
  const whole = toAlertBody(data, toComment({ comment: data.comment, approvedBy, operationId }));
  const body = remainingUpdate(whole, alert, { operationId: operationId ?? unmarked, before }) ?? whole;
  const [request] = toUpdateRequests(via, alertId, body);
  if (request === undefined) throw new Error('An update of an alert writes something.');
  return {
    // The comment is written with the rest, or (through Graph) after it: where it is, what is otherwise by now somebody changed.
    isReached: isCommented(alert, operationId),
    result: { action, alertId },
    request,
    body,
  };
}

/** Stands where an operation's id would: no comment in Defender bears it. */
const unmarked = toMark(undefined).slice(1, -1);

function isCommented({ comments = [] }: HeldAlert, operationId: string | undefined): boolean {
  return operationId !== undefined && comments.some(({ comment }) => hasMark(comment, operationId));
}
