import { z } from 'zod';
import { feedRejectCodes, fieldErrorCodes } from './codes.ts';
import type { Immutable } from './primitives.ts';
import { operationIdSchema } from './primitives.ts';
import { machineCandidateSchema } from './machine-selector.ts';

/** Every code a problem can have, with its HTTP status (contract §9). */
export const problemStatus = {
  malformed_body: 400,
  invalid_header: 400,
  invalid_field: 400,
  unauthenticated: 401,
  scope_missing: 403,
  same_caller: 403,
  not_found: 404,
  method_not_allowed: 405,
  wrong_state: 409,
  alert_exists: 409,
  caller_exists: 409,
  plan_changed: 409,
  tenant_removing: 409,
  version_conflict: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  key_reused: 422,
  alert_not_found: 422,
  echo: 422,
  query_invalid: 422,
  secret_missing: 422,
  refused_by_policy: 422,
  indicator_refused: 422,
  machine_not_found: 422,
  machine_ambiguous: 422,
  role_missing: 422,
  too_many_requests: 429,
  internal_error: 500,
  source_failed: 502,
  temporarily_unavailable: 503,
} as const satisfies Record<string, number>;

/** The code of a problem: what a caller's program decides by. */
export type ProblemCode = keyof typeof problemStatus;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** The `title` of a problem: the status in words, as RFC 9457 wants it beside `about:blank`. */
export function problemTitle(status: number): string {
  return titles[status] ?? 'Error';
}

const problemCodes = Object.keys(problemStatus) as ProblemCode[];

/** One wrong place of a request. `pointer` (RFC 6901, as a fragment) leads into the body, `parameter` names a query parameter, path part or header. */
export const fieldErrorSchema = z
  .strictObject({
    pointer: z.string().startsWith('#').optional(),
    parameter: z.string().optional(),
    code: z.enum([...new Set([...fieldErrorCodes, ...feedRejectCodes])]),
    detail: z.string(),
  })
  .refine((error) => (error.pointer === undefined) !== (error.parameter === undefined), 'Either pointer or parameter.');

/** One wrong place of a request. */
export type FieldError = Immutable<z.output<typeof fieldErrorSchema>>;

/** RFC 9457 problem document: the body of every error. */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.enum(problemCodes),
  detail: z.string(),
  errors: z.array(fieldErrorSchema).optional(),
  operationId: operationIdSchema.optional(),
  rule: z.string().startsWith('#/policy').optional(),
  candidates: z.array(machineCandidateSchema).optional(),
  traceId: z.string(),
});

/** RFC 9457 problem document. */
export type Problem = Immutable<z.output<typeof problemSchema>>;
