import { z } from 'zod';
import { UpstreamRefused, UpstreamUnavailable } from '../errors.ts';
import type { UpstreamIds } from '../errors.ts';
import { toRetryAfterMs } from '../retry-after.ts';

/** An answer of Defender or Graph, read to its end. Header names in lower case. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What an answer means for the call, whatever the call was. */
export type Verdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'refused'; readonly error: UpstreamRefused };

/** What is waited after a 429 that does not say how long. */
const defaultThrottleMs = 60_000;

/**
 * Judges an answer by status and `error.code`, never by its message (which may change). `role` is the application role that
 * the call needs: a 403 names it. Source: https://learn.microsoft.com/defender-endpoint/api/common-errors.
 */
export function classifyAnswer(answer: RawAnswer, role: string, nowMs: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'ok' };
  if (status === 401) return { kind: 'unauthorized' };
  const retryAfterMs = toRetryAfterMs(answer.headers['retry-after'], nowMs);
  if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterMs ?? defaultThrottleMs };
  if (status >= 500 || status === 408) return { kind: 'unavailable', retryAfterMs };
  return { kind: 'refused', error: toRefusal(answer, role) };
}

/** The ids by which Microsoft's support finds a call: `request-id` of the answer, `target` of its error. */
export function toUpstreamIds(answer: RawAnswer): UpstreamIds {
  const requestId = answer.headers['request-id'] ?? answer.headers['x-ms-request-id'];
  const correlationId = toError(answer.text).target;
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/**
 * Parses the body of a success. One that is not what is documented is a failure, never an empty answer; `what` names the
 * call for our log (no query: that may name machines or users).
 */
export function parseAnswer<T>(answer: RawAnswer, schema: z.ZodType<T>, what: string): T {
  try {
    return schema.parse(answer.text.trim() === '' ? undefined : JSON.parse(answer.text));
  } catch (cause) {
    const message = `The answer to ${what} (${answer.status}) is not what is documented.`;
    throw new UpstreamUnavailable(message, { retryAfterMs: 60_000, upstream: toUpstreamIds(answer), cause });
  }
}

/** A name as Defender writes codes and ids; anything else in its place is not kept. */
const word = z
  .string()
  .regex(/^[\w.:-]{1,128}$/)
  .optional()
  .catch(undefined);

/** Free text that may change, kept for people. */
const words = z
  .string()
  .min(1)
  .transform((text) => text.slice(0, 1_000))
  .optional()
  .catch(undefined);

const errorSchema = z
  .object({ error: z.object({ code: word, target: word, message: words }) })
  .catch({ error: { code: undefined, target: undefined, message: undefined } });

/** What a refusal says; bodies of proxies and front doors (HTML, nothing at all) say nothing. */
function toError(text: string): Partial<z.output<typeof errorSchema>['error']> {
  if (!text.trimStart().startsWith('{')) return {};
  try {
    return errorSchema.parse(JSON.parse(text)).error;
  } catch {
    return {};
  }
}

function toRefusal(answer: RawAnswer, role: string): UpstreamRefused {
  const { status } = answer;
  const { code, message: said } = toError(answer.text);
  const more = {
    status,
    ...(code === undefined ? {} : { defenderCode: code }),
    ...(said === undefined ? {} : { said }),
    upstream: toUpstreamIds(answer),
  };
  if (status !== 403)
    return new UpstreamRefused('defender_refused', `Defender refused the call: ${status} ${code ?? ''}`.trim(), more);
  if (code === 'DisabledFeature') {
    return new UpstreamRefused('feature_disabled', 'The tenant has this feature of Defender turned off.', more);
  }
  if (code === 'DisallowedOperation') {
    return new UpstreamRefused('defender_refused', 'Defender does not allow this operation here.', more);
  }
  return new UpstreamRefused('role_missing', `The application role ${role} is not granted in the tenant.`, {
    ...more,
    missingRole: role,
  });
}
