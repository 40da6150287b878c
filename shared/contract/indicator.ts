import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { feedRejectCodes, fieldErrorCodes, leftOutCodes } from './codes.ts';
import { feedIdSchema, parseTimeMs, text, textLike, timeSchema } from './primitives.ts';

/** Defender's seven indicator types. */
export const indicatorTypeSchema = z.enum([
  'FileSha1',
  'FileSha256',
  'FileMd5',
  'CertificateThumbprint',
  'IpAddress',
  'DomainName',
  'Url',
]);
/** Defender's five actions. Which type takes which: `reference/defender-api.md` §9.3, judged by the normaliser. */
export const indicatorActionSchema = z.enum(['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate']);
/** Defender's severities of an indicator, lowest first. */
export const indicatorSeveritySchema = z.enum(['Informational', 'Low', 'Medium', 'High']);
/** STIX confidence. */
export const confidenceSchema = z.int().min(0).max(100);
/** A MITRE ATT&CK technique or sub-technique. */
export const mitreTechniqueSchema = textLike(/^T\d{4}(?:\.\d{3})?$/, 'Must be T#### or T####.###.');

export type IndicatorType = z.output<typeof indicatorTypeSchema>;
export type IndicatorAction = z.output<typeof indicatorActionSchema>;
export type IndicatorSeverity = z.output<typeof indicatorSeveritySchema>;

/** Type and value, as sent: the value may be defanged and is normalised later. */
export const indicatorIdentityShape = {
  indicatorType: indicatorTypeSchema,
  indicatorValue: text(1, 800),
} as const;

/** What an indicator may say besides type, value and action. */
export const indicatorDetailShape = {
  severity: indicatorSeveritySchema.optional(),
  confidence: confidenceSchema.optional(),
  title: text(0, 256).optional(),
  description: text(0, 1000).optional(),
  recommendedActions: text(0, 1000).optional(),
  expirationTime: timeSchema.optional(),
  generateAlert: z.boolean().optional(),
  mitreTechniques: z.array(mitreTechniqueSchema).max(20).optional(),
  externalId: text(0, 128).optional(),
} as const;

/**
 * One item of a push (contract §6); of one that is taken out only type and value are read. Whether the value is well
 * formed, and its type takes the action, is judged by the normaliser.
 */
export const pushedIndicatorSchema = z.discriminatedUnion('revoked', [
  z.strictObject({
    ...indicatorIdentityShape,
    action: indicatorActionSchema.optional(),
    ...indicatorDetailShape,
    revoked: z.literal(false).optional(),
  }),
  z.object({ ...indicatorIdentityShape, revoked: z.literal(true) }),
]);

/** One item of a push (contract §6). */
export type PushedIndicator = Immutable<z.output<typeof pushedIndicatorSchema>>;

/** `data` of `indicators.pushed`: the items are taken one by one with `pushedIndicatorSchema`, a wrong one is a reject and not a problem. */
export const pushDataSchema = z.strictObject({ indicators: z.array(z.unknown()).max(1000) });

/** Answer to a push. */
export const pushResultSchema = z.strictObject({
  feedId: feedIdSchema,
  version: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  rejects: z.array(
    z.strictObject({
      pointer: z.string().startsWith('#/data/indicators/'),
      code: z.enum([...new Set([...feedRejectCodes, ...fieldErrorCodes])]),
      detail: z.string(),
    }),
  ),
});

/** Answer to a push. */
export type PushResult = Immutable<z.output<typeof pushResultSchema>>;

/** Whether an expiration time has passed: such an item is a reject `expired`. `nowMs` in epoch milliseconds. */
export function isExpired(expirationTime: string, nowMs: number): boolean {
  return parseTimeMs(expirationTime) <= nowMs;
}

const counts = z.int().min(0);

/** `GET …/indicators`: how a tenant's rows are spent. `ours` by feed, with `actions` for what actions and alert responses made. */
export const tenantIndicatorsSchema = z.strictObject({
  limit: counts,
  others: counts,
  reserve: counts,
  ours: z.record(feedIdSchema, counts),
  lastSyncAt: timeSchema.optional(),
  lastReconciledAt: timeSchema.optional(),
  drift: z.strictObject({ missing: counts, changed: counts }),
  leftOut: z.strictObject({
    over_capacity: counts,
    below_policy: counts,
    held_by_customer: counts,
    defender_refused: counts,
  }),
});
export type TenantIndicators = Immutable<z.output<typeof tenantIndicatorsSchema>>;

const sampleSchema = z.strictObject({ ...indicatorIdentityShape, why: z.string() });

/** `GET …/indicators/plan`: what the next sync would do. */
export const indicatorPlanSchema = z.strictObject({
  planId: z.string(),
  add: counts,
  change: counts,
  renew: counts,
  remove: counts,
  samples: z.partialRecord(z.enum(['add', 'change', 'renew', 'remove']), z.array(sampleSchema)),
});
export type IndicatorPlan = Immutable<z.output<typeof indicatorPlanSchema>>;

/** `GET …/indicators?value=`: why a value is in the tenant, or why not. */
export const indicatorAnswerSchema = z.strictObject({
  ...indicatorIdentityShape,
  state: z.enum(['Present', 'Planned', 'LeftOut', 'Excepted', 'Unknown']),
  code: z.enum(leftOutCodes).optional(),
  failureReason: z.string().optional(),
  indicatorId: z.string().optional(),
  action: indicatorActionSchema.optional(),
  owners: z.array(z.string()).optional(),
  since: timeSchema.optional(),
  expirationTime: timeSchema.optional(),
  why: z.string(),
});
export type IndicatorAnswer = Immutable<z.output<typeof indicatorAnswerSchema>>;

/** `POST …/indicators/sync`: with `planId` only that plan is carried out. */
export const syncRequestSchema = z.strictObject({ planId: text(1, 128).optional() });
