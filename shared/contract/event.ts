import { z } from 'zod';
import { actionRequestSchema } from './action.ts';
import { alertCreatedSchema, alertUpdatedSchema } from './alert.ts';
import { pushDataSchema } from './indicator.ts';
import { feedIdSchema, tenantIdSchema, timeSchema } from './primitives.ts';

const forTenant = { timestamp: timeSchema, tenantId: tenantIdSchema } as const;
const dryRun = z.boolean().default(false);

/** An OCSF Detection Finding (class 2004), whole: its own fields pass unread. `fromOcsf` refuses what it cannot use. */
export const ocsfFindingSchema = z.looseObject({ class_uid: z.literal(2004) });

/** Body of `POST /tenants/{tenantId}/alerts` (contract §2). */
export const alertEnvelopeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('alert.created'), ...forTenant, dryRun, data: alertCreatedSchema }),
  z.strictObject({ type: z.literal('alert.updated'), ...forTenant, dryRun, data: alertUpdatedSchema }),
  z.strictObject({ type: z.literal('ocsf.detection_finding'), ...forTenant, dryRun, data: ocsfFindingSchema }),
]);
export type AlertEnvelope = z.output<typeof alertEnvelopeSchema>;

/** Body of `POST /tenants/{tenantId}/actions`. */
export const actionEnvelopeSchema = z.strictObject({
  type: z.literal('action.requested'),
  ...forTenant,
  dryRun,
  data: actionRequestSchema,
});
export type ActionEnvelope = z.output<typeof actionEnvelopeSchema>;

/** Body of `POST /feeds/{feedId}/indicators`. */
export const pushEnvelopeSchema = z.strictObject({
  type: z.literal('indicators.pushed'),
  timestamp: timeSchema,
  feedId: feedIdSchema,
  data: pushDataSchema,
});
export type PushEnvelope = z.output<typeof pushEnvelopeSchema>;
