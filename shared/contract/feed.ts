import { z } from 'zod';
import { feedRejectCodes } from './codes.ts';
import { confidenceSchema, indicatorActionSchema, indicatorSeveritySchema, indicatorTypeSchema } from './indicator.ts';
import type { Immutable } from './primitives.ts';
import {
  durationBetween,
  feedIdSchema,
  listOrAllSchema,
  readOnlyField,
  tenantIdSchema,
  text,
  timeSchema,
} from './primitives.ts';
import { feedSourceSchema } from './feed-source.ts';

/** Fields of `select`, without defaults: a tenant's own choice for a feed has them too. */
export const selectShape = {
  types: z.array(indicatorTypeSchema),
  minimumSeverity: indicatorSeveritySchema,
  minimumConfidence: confidenceSchema,
} as const;

const ruleSchema = z.strictObject({
  types: z.array(indicatorTypeSchema).optional(),
  minimumConfidence: confidenceSchema.optional(),
  action: indicatorActionSchema,
});

/** Fields of `apply`, without defaults. Rows live 90 days at most, so no feed asks for longer. */
export const applyShape = {
  action: indicatorActionSchema,
  severity: indicatorSeveritySchema,
  expiresAfter: durationBetween('PT1M', 'P90D'),
  generateAlert: z.boolean(),
  title: text(1, 256),
  description: text(1, 1000),
  rules: z.array(ruleSchema).max(50),
} as const;

const selectSchema = z.strictObject({
  types: selectShape.types.default(['DomainName', 'Url', 'IpAddress', 'FileSha256']),
  minimumSeverity: selectShape.minimumSeverity.default('Informational'),
  minimumConfidence: selectShape.minimumConfidence.default(0),
});

const applySchema = z.strictObject({
  action: applyShape.action.default('Audit'),
  severity: applyShape.severity.default('Medium'),
  expiresAfter: applyShape.expiresAfter.default('P30D'),
  generateAlert: applyShape.generateAlert.default(true),
  title: applyShape.title.default('{feed}: {value}'),
  description: applyShape.description.default('Reported by {feed}.'),
  rules: applyShape.rules.default([]),
});

const guardSchema = z.strictObject({
  removeAfter: durationBetween('PT0S', 'P90D').default('P2D'),
  maxShrinkPercent: z.int().min(0).max(100).default(20),
});

const editableShape = {
  displayName: text(1, 256),
  every: durationBetween('PT5M', 'P7D').default('PT1H'),
  paused: z.boolean().default(false),
  tenants: listOrAllSchema(tenantIdSchema).default('All'),
  source: feedSourceSchema,
  select: selectSchema.prefault({}),
  apply: applySchema.prefault({}),
  guard: guardSchema.prefault({}),
} as const;

/** What `PUT /feeds/{feedId}` takes, with every default filled in. Read-only fields are dropped; see `pathIdErrors` for `feedId`. */
export const feedInputSchema = z
  .strictObject({
    ...editableShape,
    feedId: readOnlyField,
    version: readOnlyField,
    lastRun: readOnlyField,
    held: readOnlyField,
  })
  .transform(({ feedId: _feedId, version: _version, lastRun: _lastRun, held: _held, ...editable }) => editable);

/** What an administrator says about a feed. */
export type FeedInput = Immutable<z.output<typeof feedInputSchema>>;
export type FeedSource = FeedInput['source'];
export type FeedSelect = FeedInput['select'];
export type FeedApply = FeedInput['apply'];
export type FeedGuard = FeedInput['guard'];

/** Why an item of a feed is refused. */
export type FeedRejectCode = (typeof feedRejectCodes)[number];

/**
 * The last reading of a feed. `Unchanged`: the source had nothing new; `Held`: removals wait for a confirmation;
 * `Failed`: the source could not be read, and the version before it stays.
 */
export const feedRunSchema = z.strictObject({
  at: timeSchema,
  outcome: z.enum(['Accepted', 'Unchanged', 'Held', 'Failed']),
  read: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.partialRecord(z.enum(feedRejectCodes), z.int().min(0)),
});
export type FeedRun = Immutable<z.output<typeof feedRunSchema>>;

/** `GET /feeds/{feedId}`. `version` is 0 until the first one is accepted. */
export const feedDocumentSchema = z.strictObject({
  feedId: feedIdSchema,
  ...editableShape,
  version: z.int().min(0),
  lastRun: feedRunSchema.optional(),
  held: z.strictObject({ version: z.int().min(1), wouldRemove: z.int().min(0), of: z.int().min(0) }).optional(),
});
export type FeedDocument = Immutable<z.output<typeof feedDocumentSchema>>;

/** One row of `GET /feeds/{feedId}/rejects`. `place` is where in the source, in words: `line 17`. */
export const feedRejectSchema = z.strictObject({
  place: z.string(),
  value: z.string().optional(),
  code: z.enum(feedRejectCodes),
  detail: z.string(),
});
export type FeedReject = Immutable<z.output<typeof feedRejectSchema>>;

/** `POST /feeds/{feedId}/confirm`. */
export const confirmRequestSchema = z.strictObject({ version: z.int().min(0) });
