import { isRefused, RejectedInput, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { UpstreamRefused } from '../../../shared/errors.ts';

/**
 * What a caller hears when a question to Defender failed as a whole: the administrator must act (422 `role_missing`), a limit
 * was reached (429), or whatever it was before.
 */
export function toAskProblem(error: unknown): unknown {
  if (isRefused(error, 403)) {
    return new RejectedInput('role_missing', detailOf(error), { cause: error });
  }
  if (error instanceof UpstreamUnavailable && error.throttled) {
    const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    return new RejectedInput('too_many_requests', `${error.message} Try again in ${seconds} seconds.`, {
      headers: { 'Retry-After': String(seconds) },
      cause: error,
    });
  }
  return error;
}

/** A refusal in words for the caller: the role that is needed, where that is known. */
export function detailOf({ missingRole, message }: UpstreamRefused): string {
  return missingRole === undefined ? message : `Needs ${missingRole}.`;
}
