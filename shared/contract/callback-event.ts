import { z } from 'zod';
import { actionNameSchema } from './action.ts';
import { operationErrorCodeSchema, operationStatusSchema } from './operation.ts';
import type { Immutable } from './primitives.ts';
import { feedIdSchema, machineIdSchema, operationIdSchema, tenantIdSchema, timeSchema } from './primitives.ts';

/** What a caller can be called back for; `callback.verify` comes unasked. */
export const callbackTypes = [
  'alert.created',
  'alert.updated',
  'alert.failed',
  'alert.observed',
  'action.held',
  'action.succeeded',
  'action.failed',
  'action.canceled',
  'indicators.synced',
  'indicators.held',
  'tenant.connected',
  'tenant.suspended',
  'tenant.removed',
] as const;

/** One of `callbackTypes`. */
export const callbackTypeSchema = z.enum(callbackTypes);

const forTenant = { timestamp: timeSchema, tenantId: tenantIdSchema } as const;
const operationShape = {
  operationId: operationIdSchema,
  status: operationStatusSchema,
  version: z.int().min(1),
  url: z.string(),
} as const;
const actionShape = {
  ...operationShape,
  action: actionNameSchema,
  machineId: machineIdSchema.optional(),
  code: operationErrorCodeSchema.optional(),
} as const;
const tenantShape = { ...z.strictObject(operationShape).partial().shape } as const;
const suspensionCodeSchema = z.enum(['consent_withdrawn', 'not_licensed', 'roles_missing']);
const count = z.int().min(0);

/** Body of a callback (contract §10): thin, at least once, in any order; a lower `version` is to be ignored. */
export const callbackEventSchema = z.discriminatedUnion('type', [
  ofTenant('alert.created', { ...operationShape, id: z.string(), alertId: z.string(), merged: z.boolean() }),
  ofTenant('alert.updated', {
    id: z.string(),
    alertId: z.string(),
    changed: z.array(z.enum(['status', 'classification', 'determination', 'assignedTo', 'comments'])).min(1),
    status: z.string().optional(),
    classification: z.string().optional(),
    determination: z.string().optional(),
    assignedTo: z.string().optional(),
    comments: z.array(z.looseObject({ comment: z.string() })).optional(),
  }),
  ofTenant('alert.failed', { ...operationShape, id: z.string(), code: operationErrorCodeSchema }),
  ofTenant('alert.observed', {
    alertId: z.string(),
    severity: z.string(),
    status: z.string(),
    machineId: machineIdSchema.optional(),
    lastUpdateTime: timeSchema,
  }),
  ofTenant('action.held', { ...operationShape, action: actionNameSchema, expiresAt: timeSchema }),
  ofTenant('action.succeeded', actionShape),
  ofTenant('action.failed', actionShape),
  ofTenant('action.canceled', actionShape),
  ofTenant('indicators.synced', {
    ...operationShape,
    added: count,
    changed: count,
    renewed: count,
    removed: count,
    rejected: count,
    cut: count,
  }),
  ofNoTenant('indicators.held', { feedId: feedIdSchema, version: count, wouldRemove: count, of: count }),
  ofTenant('tenant.connected', tenantShape),
  ofTenant('tenant.suspended', { ...tenantShape, code: suspensionCodeSchema }),
  ofTenant('tenant.removed', { ...tenantShape, code: suspensionCodeSchema.optional() }),
  ofNoTenant('callback.verify', { challenge: z.string() }),
]);
export type CallbackEvent = Immutable<z.output<typeof callbackEventSchema>>;
export type CallbackType = CallbackEvent['type'];

/** What the receiver of `callback.verify` answers. */
export const verifyAnswerSchema = z.looseObject({ challenge: z.string() });

function ofTenant<T extends string, D extends z.core.$ZodLooseShape>(type: T, data: D) {
  return z.strictObject({ type: z.literal(type), ...forTenant, data: z.strictObject(data) });
}

function ofNoTenant<T extends string, D extends z.core.$ZodLooseShape>(type: T, data: D) {
  return z.strictObject({ type: z.literal(type), timestamp: timeSchema, data: z.strictObject(data) });
}
