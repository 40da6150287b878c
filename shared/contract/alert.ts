import { z } from 'zod';
import { evidenceSchema } from './evidence.ts';
import { mitreTechniqueSchema } from './indicator.ts';
import { machineSelectorSchema } from './machine-selector.ts';
import type { FieldError } from './problem.ts';
import type { Immutable } from './primitives.ts';
import { httpsUrlSchema, parseTimeMs, refusal, text, textLike, timeSchema } from './primitives.ts';
import { isFittingDetermination, triageShape, unfittingDetermination } from './triage.ts';

/** What Defender's create call takes, lowest first. */
export const alertSeveritySchema = z.enum(['Low', 'Medium', 'High']);
/** The 16 categories of Defender's create call. */
export const alertCategorySchema = z.enum([
  'General',
  'CommandAndControl',
  'Collection',
  'CredentialAccess',
  'DefenseEvasion',
  'Discovery',
  'Exfiltration',
  'Exploit',
  'Execution',
  'InitialAccess',
  'LateralMovement',
  'Malware',
  'Persistence',
  'PrivilegeEscalation',
  'Ransomware',
  'SuspiciousActivity',
]);

export type AlertSeverity = z.output<typeof alertSeveritySchema>;
export type AlertCategory = z.output<typeof alertCategorySchema>;

/** The partner's own id of a finding. */
export const alertIdSchema = text(1, 128);

/** `data` of `alert.created` (contract §4). */
export const alertCreatedSchema = z
  .strictObject({
    id: alertIdSchema,
    title: text(1, 256),
    description: text(1, 4000),
    severity: alertSeveritySchema,
    category: alertCategorySchema,
    eventTime: timeSchema,
    machine: machineSelectorSchema,
    evidence: z.array(evidenceSchema).max(50).default([]),
    reportId: textLike(/^\d{1,20}$/, 'Must be digits.').optional(),
    recommendedAction: text(1, 1000).optional(),
    mitreTechniques: z.array(mitreTechniqueSchema).max(20).default([]),
    sourceUrl: httpsUrlSchema.optional(),
  })
  .refine(
    ({ reportId, machine }) => reportId === undefined || machine.id !== undefined,
    refusal('required', 'reportId needs the id of the machine.', ['machine', 'id']),
  );

/** `data` of `alert.created`. */
export type AlertCreated = Immutable<z.output<typeof alertCreatedSchema>>;

/** `data` of `alert.updated`: what is written to the Defender alert made for `id`. */
export const alertUpdatedSchema = z
  .strictObject({ id: alertIdSchema, ...triageShape, comment: text(1, 1000).optional() })
  .refine(
    ({ id: _id, ...changes }) => Object.values(changes).some((value) => value !== undefined),
    refusal('required', 'Give status, classification, determination, assignedTo or comment.'),
  )
  .refine((update) => isFittingDetermination(update), unfittingDetermination);

/** `data` of `alert.updated`. */
export type AlertUpdated = Immutable<z.output<typeof alertUpdatedSchema>>;

const reachMs = 30 * 24 * 60 * 60 * 1000;
const aheadMs = 5 * 60 * 1000;

/** Hunting reaches 30 days back, and clocks are at most 5 minutes apart. `nowMs` in epoch milliseconds; `pointer` is the time's place. */
export function eventTimeErrors(eventTime: string, nowMs: number, pointer = '#/data/eventTime'): FieldError[] {
  const ageMs = nowMs - parseTimeMs(eventTime);
  if (ageMs <= reachMs && -ageMs <= aheadMs) return [];
  return [{ pointer, code: 'invalid_value', detail: 'Must be at most 30 days ago and 5 minutes ahead.' }];
}
