import { z } from 'zod';
import { callerDocumentSchema } from '../caller.ts';
import { deadLetterSchema, drainAnswerSchema, redriveAnswerSchema } from '../dead-letter.ts';
import { dryRunAnswerSchema } from '../dry-run.ts';
import { feedDocumentSchema, feedRejectSchema, feedRunSchema } from '../feed.ts';
import { indicatorAnswerSchema, indicatorPlanSchema, pushResultSchema, tenantIndicatorsSchema } from '../indicator.ts';
import {
  addressViewSchema,
  domainViewSchema,
  fileViewSchema,
  machineSchema,
  machineViewSchema,
  queryAnswerSchema,
  unreadPartSchema,
} from '../machine.ts';
import { operationErrorSchema, operationOutputSchema, operationSchema } from '../operation.ts';
import { operationResultSchema } from '../operation-result.ts';
import { pageSchema } from '../primitives.ts';
import { fieldErrorSchema, problemSchema } from '../problem.ts';
import { tenantPolicySchema } from '../tenant-policy.ts';
import { tenantDocumentSchema } from '../tenant.ts';
import type { NamedSchema } from './named-schema.ts';
import { parseExample } from './named-schema.ts';

/** What we answer. */
export const outputSchemas = {
  FieldError: {
    schema: fieldErrorSchema,
    description: 'One wrong place: `pointer` into the body, or `parameter` for a query parameter, path part or header.',
  },
  Problem: {
    schema: problemSchema,
    description: 'RFC 9457. `code` decides; the lists of codes are closed.',
    examples: [parseExample('problem')],
  },
  OperationError: { schema: operationErrorSchema, description: 'Why an operation ended otherwise than asked for.' },
  OperationResult: {
    schema: operationResultSchema,
    description: 'Grows as facts become known; each kind fills in its part.',
  },
  Operation: {
    schema: operationSchema,
    description: 'What a caller asked for, as it stands now. `version` rises by 1 with every change.',
    examples: [parseExample('operation')],
  },
  OperationPage: { schema: pageSchema(operationSchema), description: 'Newest first.' },
  OperationOutput: { schema: operationOutputSchema, description: 'Fresh links, made on demand.' },
  DryRunAnswer: { schema: dryRunAnswerSchema, description: 'What would happen; nothing was stored or sent.' },
  PushResult: {
    schema: pushResultSchema,
    description: 'How many items were taken, and why the others were not.',
    examples: [parseExample('pushResult')],
  },
  Machine: { schema: machineSchema, description: 'A machine, with Defender’s field names.' },
  MachinePage: { schema: pageSchema(machineSchema), description: 'Newest `lastSeen` first.' },
  UnreadPart: { schema: unreadPartSchema, description: 'A part that could not be read, and why.' },
  MachineView: {
    schema: machineViewSchema,
    description: 'Only `machine` is sure to be there; a part that could not be read is left out and named in `errors`.',
    examples: [
      parseExample('machineView'),
      { ...parseExample('machineView'), vulnerabilities: parseExample('vulnerabilities'), errors: [] },
    ],
  },
  AddressView: {
    schema: addressViewSchema,
    description: 'What Defender knows of an address.',
    examples: [parseExample('addressView')],
  },
  DomainView: { schema: domainViewSchema, description: 'What Defender knows of a domain.' },
  FileView: { schema: fileViewSchema, description: 'What Defender knows of a file.' },
  QueryAnswer: {
    schema: queryAnswerSchema,
    description: 'At most 10,000 rows; a longer result is refused, never cut.',
  },
  DeadLetter: { schema: deadLetterSchema, description: 'What was given up; `request` as received.' },
  DeadLetterPage: { schema: pageSchema(deadLetterSchema), description: 'Newest first.' },
  RedriveAnswer: { schema: redriveAnswerSchema, description: 'How many were, or with `dryRun` would be, redriven.' },
  TenantIndicators: {
    schema: tenantIndicatorsSchema,
    description: 'What a tenant holds, and what was left out and why.',
    examples: [parseExample('tenantIndicators')],
  },
  IndicatorPlan: {
    schema: indicatorPlanSchema,
    description: 'What the next sync would do.',
    examples: [parseExample('indicatorPlan')],
  },
  IndicatorAnswer: {
    schema: indicatorAnswerSchema,
    description: 'Why a value is in the tenant, or why not.',
    examples: [parseExample('indicatorAnswer')],
  },
  TenantPolicy: { schema: tenantPolicySchema, description: 'What may be done in a tenant.' },
  Tenant: {
    schema: tenantDocumentSchema,
    description: 'A tenant, and how we stand with it.',
    examples: [parseExample('tenant')],
  },
  TenantPage: { schema: pageSchema(tenantDocumentSchema), description: 'In the order of ids.' },
  FeedRun: { schema: feedRunSchema, description: 'The last time that the source was read.' },
  Feed: { schema: feedDocumentSchema, description: 'A feed, and what was read of it.' },
  FeedPage: { schema: pageSchema(feedDocumentSchema), description: 'In the order of ids.' },
  FeedRejectPage: { schema: pageSchema(feedRejectSchema), description: 'Of the last run.' },
  Caller: { schema: callerDocumentSchema, description: 'A caller, and how its callback is doing.' },
  CallerPage: { schema: pageSchema(callerDocumentSchema), description: 'In the order of ids.' },
  DrainAnswer: { schema: drainAnswerSchema, description: 'How much was carried, and since when the rest waits.' },
  Status: { schema: z.strictObject({ status: z.literal('ok') }), description: 'All is well.' },
} as const satisfies Readonly<Record<string, NamedSchema>>;

/** A component of what we answer. */
export type OutputName = keyof typeof outputSchemas;
