import { z } from 'zod';
import { operationErrorSchema } from './operation.ts';
import { alertEventSchema, upstreamRequestSchema } from './operation-result.ts';
import type { Immutable } from './primitives.ts';
import { machineIdSchema } from './primitives.ts';

/**
 * The answer to a webhook with `"dryRun": true`: what would happen, of which nothing did (contract §2). What Defender
 * cannot find is `error` in place of `request`.
 */
export const dryRunAnswerSchema = z
  .strictObject({
    dryRun: z.literal(true),
    machine: z.strictObject({ id: machineIdSchema.optional(), computerDnsName: z.string().optional() }).optional(),
    event: alertEventSchema.optional(),
    policy: z.strictObject({
      allowed: z.boolean(),
      needsApproval: z.boolean(),
      rule: z.string().startsWith('#/policy').optional(),
    }),
    request: upstreamRequestSchema.optional(),
    error: operationErrorSchema.optional(),
  })
  .refine(({ request, error }) => (request === undefined) !== (error === undefined), 'Either request or error.');

/** The answer to a webhook with `"dryRun": true`. */
export type DryRunAnswer = Immutable<z.output<typeof dryRunAnswerSchema>>;
