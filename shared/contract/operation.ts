import { z } from 'zod';
import { machineCandidateSchema } from './machine-selector.ts';
import type { Immutable } from './primitives.ts';
import { callerIdSchema, machineIdSchema, operationIdSchema, tenantIdSchema, text, timeSchema } from './primitives.ts';
import { operationResultSchema } from './operation-result.ts';

export const operationKindSchema = z.enum(['Alert', 'AlertUpdate', 'Action', 'IndicatorSync', 'TenantRemoval']);
export const operationStatusSchema = z.enum(['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled']);
export const operationStageSchema = z.enum([
  'AwaitingApproval',
  'FindingMachine',
  'FindingEvent',
  'Creating',
  'Submitting',
  'Pending',
  'InProgress',
  'Canceling',
  'Applying',
  'Suspended',
  'Paused',
]);
/** Why an operation ended otherwise than asked for (contract §9). */
export const operationErrorCodeSchema = z.enum([
  'machine_not_found',
  'machine_ambiguous',
  'not_onboarded',
  'event_not_found',
  'alert_not_found',
  'file_not_found',
  'os_not_supported',
  'feature_disabled',
  'role_missing',
  'refused_by_policy',
  'action_conflict',
  'action_failed',
  'action_timed_out',
  'expired',
  'over_capacity',
  'held_by_customer',
  'defender_refused',
  'superseded',
  'attempts_exhausted',
  'indicators_left',
]);

export type OperationKind = z.output<typeof operationKindSchema>;
export type OperationStatus = z.output<typeof operationStatusSchema>;
export type OperationStage = z.output<typeof operationStageSchema>;
export type OperationErrorCode = z.output<typeof operationErrorCodeSchema>;

/** What Microsoft calls it: for support, and to find it in the portal. */
export const operationUpstreamSchema = z.strictObject({
  alertId: z.string().optional(),
  incidentId: z.int().optional(),
  machineActionId: z.string().optional(),
  requestId: z.string().optional(),
  correlationId: z.string().optional(),
});
export type OperationUpstream = Immutable<z.output<typeof operationUpstreamSchema>>;

/** Why it failed, or was canceled by a rule of ours. `rule` points into the tenant document when the policy refused it. */
export const operationErrorSchema = z.strictObject({
  code: operationErrorCodeSchema,
  message: z.string(),
  defenderCode: z.string().optional(),
  rule: z.string().startsWith('#/policy').optional(),
  candidates: z.array(machineCandidateSchema).optional(),
});
export type OperationError = Immutable<z.output<typeof operationErrorSchema>>;

/** Contract §7: what a caller asked for, as it stands now. */
export const operationSchema = z.strictObject({
  id: operationIdSchema,
  kind: operationKindSchema,
  status: operationStatusSchema,
  stage: operationStageSchema.optional(),
  version: z.int().min(1),
  tenantId: tenantIdSchema,
  /** Absent when nobody called: a sync of the timer's, say. */
  callerId: callerIdSchema.optional(),
  attempts: z.int().min(0),
  createdAt: timeSchema,
  lastUpdatedAt: timeSchema,
  nextAttemptAt: timeSchema.optional(),
  upstream: operationUpstreamSchema.optional(),
  result: operationResultSchema.optional(),
  error: operationErrorSchema.optional(),
});

/** Contract §7: what a caller asked for, as it stands now. */
export type Operation = Immutable<z.output<typeof operationSchema>>;

/** Whether nothing more will happen to an operation. */
export function isFinished(status: OperationStatus): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Canceled';
}

/** What `GET …/operations` may be asked for; `reference` is any id of `upstream` or the partner's own. */
export const operationQuerySchema = z.object({
  kind: operationKindSchema.optional(),
  status: operationStatusSchema.optional(),
  machineId: machineIdSchema.optional(),
  reference: text(1, 256).optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
});

const personSchema = text(1, 256);

/** `POST …/operations/{id}/approve`. */
export const approveRequestSchema = z.strictObject({ approvedBy: personSchema, comment: text(1, 1000).optional() });

/** `GET …/operations/{id}/output`. */
export const operationOutputSchema = z.strictObject({
  value: z.array(z.strictObject({ name: z.string(), uri: z.url(), expiresAt: timeSchema })),
});
export type OperationOutput = Immutable<z.output<typeof operationOutputSchema>>;
