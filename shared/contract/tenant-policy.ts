import { z } from 'zod';
import { deviceValueSchema } from './action-shapes.ts';
import type { ActionName } from './action.ts';
import { actionNameSchema, actionNames, responseActionSchema } from './action.ts';
import { alertCategorySchema, alertSeveritySchema } from './alert.ts';
import { applyShape, selectShape } from './feed.ts';
import { indicatorTypeSchema } from './indicator.ts';
import type { Immutable } from './primitives.ts';
import {
  domainNameSchema,
  durationBetween,
  feedIdSchema,
  machineIdSchema,
  refusal,
  text,
  timeSchema,
} from './primitives.ts';

/** `Observe` reads, decides and records, and writes nothing to Defender; `Live` does. */
export const modeSchema = z.enum(['Observe', 'Live']);
export type Mode = z.output<typeof modeSchema>;

/** What happens by itself when an alert comes in. Filters that are left out let everything through. */
export const responseSchema = z
  .strictObject({
    severity: z.array(alertSeveritySchema).min(1).optional(),
    category: z.array(alertCategorySchema).min(1).optional(),
    action: responseActionSchema.optional(),
    approval: z.boolean().default(true),
    blockEvidenceFor: durationBetween('PT5M', 'P90D').optional(),
  })
  .refine(
    ({ action, blockEvidenceFor }) => action !== undefined || blockEvidenceFor !== undefined,
    refusal('required', 'Give action or blockEvidenceFor.'),
  );
export type AlertResponse = Immutable<z.output<typeof responseSchema>>;

const submitWithin = durationBetween('PT1S', 'P30D');

const alertsSchema = z.strictObject({
  mode: modeSchema.default('Observe'),
  minimumSeverity: alertSeveritySchema.default('Low'),
  maxPerDay: z.int().min(0).max(1_000_000).default(1000),
  onSameTitle: z.enum(['Merge', 'Distinct']).default('Merge'),
  searchFor: durationBetween('PT0S', 'P1D').default('PT1H'),
  fallback: z.enum(['NearestEvent', 'GraphAlert', 'None']).default('NearestEvent'),
  submitWithin: submitWithin.default('P2D'),
  responses: z.array(responseSchema).max(50).default([]),
  observe: z.enum(['Off', 'Informational', 'Low', 'Medium', 'High']).default('Off'),
});

const offUnlessNamed: readonly ActionName[] = ['LiveResponse', 'Offboard'];

const actionsSchema = z.strictObject({
  mode: modeSchema.default('Observe'),
  allowed: z.array(actionNameSchema).default(() => actionNames.filter((name) => !offUnlessNamed.includes(name))),
  requireApproval: z.array(actionNameSchema).default(() => [...offUnlessNamed]),
  requireApprovalOn: z
    .strictObject({
      servers: z.boolean().default(true),
      deviceValues: z.array(deviceValueSchema).default(['High']),
      machineTags: z.array(text(1, 200)).default([]),
    })
    .prefault({}),
  protectedTags: z.array(text(1, 200)).default([]),
  protectedMachines: z.array(machineIdSchema).default([]),
  protectedGroups: z.array(text(1, 256)).default([]),
  undoOthers: z.boolean().default(false),
  maxIsolationsPerHour: z.int().min(0).max(100_000).default(20),
  submitWithin: submitWithin.default('PT4H'),
});

/** A value that is not sent to the tenant, whatever a feed says. */
const exceptionSchema = z.strictObject({
  indicatorType: indicatorTypeSchema.optional(),
  indicatorValue: text(1, 800),
  reason: text(1, 1000),
  until: timeSchema.optional(),
});
export type IndicatorException = Immutable<z.output<typeof exceptionSchema>>;

/** A tenant's own choice for a feed: wins over the item and the feed. */
const feedChoiceSchema = z.strictObject({
  subscribed: z.boolean().default(true),
  ...z.strictObject({ ...selectShape, ...applyShape }).partial().shape,
});
export type FeedChoice = Immutable<z.output<typeof feedChoiceSchema>>;

const indicatorsSchema = z.strictObject({
  mode: modeSchema.default('Observe'),
  reserve: z.int().min(0).max(15_000).default(1000),
  allowAllowed: z.boolean().default(false),
  protectedNames: z.array(domainNameSchema).default([]),
  exceptions: z.array(exceptionSchema).default([]),
  rbacGroupNames: z.array(text(1, 256)).default([]),
  feeds: z.record(feedIdSchema, feedChoiceSchema).default({}),
});

/** `policy` of a tenant document (contract §11): what may happen in the tenant, with the defaults of a new one. */
export const tenantPolicySchema = z.strictObject({
  alerts: alertsSchema.prefault({}),
  actions: actionsSchema.prefault({}),
  indicators: indicatorsSchema.prefault({}),
  queries: z.strictObject({ allowed: z.boolean().default(false) }).prefault({}),
});
