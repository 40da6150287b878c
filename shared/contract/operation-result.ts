import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { machineIdSchema, operationIdSchema, timeSchema } from './primitives.ts';
import { indicatorActionSchema, indicatorIdentityShape } from './indicator.ts';

const count = z.int().min(0).optional();

/** The event an alert is tied to, and how it was found. */
export const alertEventSchema = z.strictObject({
  table: z.string(),
  timestamp: timeSchema,
  reportId: z.string(),
  matchedBy: z.enum(['Evidence', 'Process', 'Nearest', 'Given']),
});
export type AlertEvent = Immutable<z.output<typeof alertEventSchema>>;

/** The call to Microsoft that would be made: what `Observe` and `dryRun` show. */
export const upstreamRequestSchema = z.strictObject({
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
});
export type UpstreamRequest = Immutable<z.output<typeof upstreamRequestSchema>>;

/** `result` of an operation: every kind fills in its own part, as facts become known (contract §5, §7). */
export const operationResultSchema = z.strictObject({
  machine: z.strictObject({ id: machineIdSchema, computerDnsName: z.string().optional() }).optional(),
  // Alert, AlertUpdate
  alertId: z.string().optional(),
  merged: z.boolean().optional(),
  event: alertEventSchema.optional(),
  responses: z.array(operationIdSchema).optional(),
  // Action
  action: z.string().optional(),
  machineActionId: z.string().optional(),
  machineActionStatus: z.string().optional(),
  joined: z.boolean().optional(),
  canceledInstead: operationIdSchema.optional(),
  reverses: operationIdSchema.optional(),
  reversal: operationIdSchema.optional(),
  approvedBy: z.string().optional(),
  indicator: z
    .strictObject({
      ...indicatorIdentityShape,
      indicatorId: z.string().optional(),
      action: indicatorActionSchema.optional(),
    })
    .optional(),
  // IndicatorSync
  added: count,
  changed: count,
  renewed: count,
  removed: count,
  rejected: count,
  cut: count,
  // TenantRemoval, which counts `removed` too
  left: count,
  lastExpirationTime: timeSchema.optional(),
  // In mode Observe
  observed: z.boolean().optional(),
  request: upstreamRequestSchema.optional(),
});

/** `result` of an operation. */
export type OperationResult = Immutable<z.output<typeof operationResultSchema>>;
