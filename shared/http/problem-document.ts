import type { Problem } from '../contract/problem.ts';
import { problemStatus, problemTitle } from '../contract/problem.ts';
import { RejectedInput, TenantSuspended, UpstreamUnavailable } from '../errors.ts';

/** When nobody knows how long storage or an identity will be away. */
const retryAfterMs = 5_000;

/** The problem document of a refusal (RFC 9457, contract §9). */
export function toProblem(rejected: RejectedInput, traceId: string): Problem {
  const status = problemStatus[rejected.code];
  return {
    type: 'about:blank',
    title: problemTitle(status),
    status,
    code: rejected.code,
    detail: rejected.message,
    ...(rejected.errors === undefined ? {} : { errors: rejected.errors }),
    ...rejected.extra,
    traceId,
  };
}

/**
 * What a request is answered when its handler threw: a refusal as it is, 409 when the tenant does not let us in,
 * 503 when something we depend on did not answer, and 500 that tells nothing for everything else (a bug).
 */
export function toRejectedInput(error: unknown): RejectedInput {
  if (error instanceof RejectedInput) return error;
  if (error instanceof UpstreamUnavailable) return unavailable(error.retryAfterMs, error);
  if (error instanceof TenantSuspended) {
    return new RejectedInput('wrong_state', `The tenant is suspended: ${error.reason}.`, { cause: error });
  }
  if (isDependencyFailure(error)) return unavailable(retryAfterMs, error);
  return new RejectedInput('internal_error', 'Something went wrong on our side.', { cause: error });
}

function unavailable(afterMs: number, cause: unknown): RejectedInput {
  const seconds = Math.max(1, Math.ceil(afterMs / 1000));
  return new RejectedInput('temporarily_unavailable', `Not possible just now. Try again in ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
    cause,
  });
}

/** Storage, vault or identity did not do their part, told by the names the Azure SDK gives its errors. A 400 of theirs is our bug. */
function isDependencyFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'RestError') return 'statusCode' in error ? error.statusCode !== 400 : true;
  return /^(?:AbortError|TimeoutError|(?:Aggregate)?Authentication(?:Required)?Error|CredentialUnavailableError)$/.test(
    error.name,
  );
}
