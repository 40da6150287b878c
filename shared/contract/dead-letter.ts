import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { refusal, text, timeSchema } from './primitives.ts';

/** What can be given up on and carried on later: never an action, which whoever still wants it asks for again. */
export const deadLetterKindSchema = z.enum(['Alert', 'AlertUpdate', 'Callback']);
export type DeadLetterKind = z.output<typeof deadLetterKindSchema>;

/** A dead letter (contract §7): `request` as received. */
export const deadLetterSchema = z.strictObject({
  id: z.string(),
  kind: deadLetterKindSchema,
  code: z.string(),
  failedAt: timeSchema,
  request: z.record(z.string(), z.unknown()),
});
export type DeadLetter = Immutable<z.output<typeof deadLetterSchema>>;

/** `POST …/dead-letters/redrive`: by id, or all of a kind. */
export const redriveRequestSchema = z
  .strictObject({
    ids: z.array(text(1, 200)).min(1).max(1000).optional(),
    kind: deadLetterKindSchema.optional(),
    dryRun: z.boolean().default(false),
  })
  .refine(({ ids, kind }) => ids !== undefined || kind !== undefined, refusal('required', 'Give ids or kind.', ['ids']))
  .refine(
    ({ ids, kind }) => ids === undefined || kind === undefined,
    refusal('mismatch', 'Give ids or kind, not both.', ['kind']),
  );
export type RedriveRequest = Immutable<z.output<typeof redriveRequestSchema>>;

/** How many were (with `dryRun`: would be) redriven. */
export const redriveAnswerSchema = z.strictObject({ redriven: z.int().min(0) });

/** Lanes of due work, each with its own timer. */
export const laneSchema = z.enum(['actions', 'alerts', 'callbacks', 'sync']);
export type LaneName = z.output<typeof laneSchema>;

/** `POST /work/drain`, and its answer. */
export const drainRequestSchema = z.strictObject({ lane: laneSchema });
export const drainAnswerSchema = z.strictObject({ carried: z.int().min(0), oldestDue: timeSchema.optional() });
