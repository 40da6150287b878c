import type { OperationError } from '../contract/operation.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../errors.ts';
import type { CarryOutcome, Later, Progress } from './carry.ts';
import { isLate } from './rows/stored-operation.ts';
import type { StoredOperation } from './rows/stored-operation.ts';
import { exhausted, failed } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** So many tries that failed or never ended, and the operation is given up. */
export const maxAttempts = 8;

const firstBackoffMs = 60_000;
const longestBackoffMs = 3_600_000;

/** A step's end: what the carry returned, or what it threw. */
export type StepEnd = { readonly outcome: CarryOutcome } | { readonly thrown: unknown };

/**
 * How long to wait after so many failed tries: 1, 2, 4 … 60 minutes, ± 20 % by `jitter` in [0, 1), so that what failed
 * together does not come back together. All 8 take about two hours.
 */
export function backoffMs(attempts: number, jitter: number): number {
  const step = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(step * (0.8 + 0.4 * jitter));
}

/** Whether a step may start, or the operation ends without one. `attempts` counts the step that is about to start. */
export function beforeStep(
  stored: StoredOperation,
  facts: { readonly attempts: number; readonly nowMs: number },
): Verdict | undefined {
  const before = facts.attempts - 1;
  const nothingSent = stored.intents === 0;
  if (stored.isCancelRequested && nothingSent) return { to: 'Canceled', attempts: before, progress: {} };
  if (isLate(stored, facts.nowMs) && nothingSent) {
    return failed('expired', 'The time to reach Defender was over before it could be sent.', { attempts: before });
  }
  if (before >= maxAttempts && !stored.neverGivesUp) return exhausted(before);
  return undefined;
}

/** Decides what becomes of the operation. `attempts` counts the step that just ended. */
export function nextAttempt(
  stored: StoredOperation,
  end: StepEnd,
  facts: { readonly attempts: number; readonly nowMs: number; readonly jitter: number },
): Verdict {
  if ('outcome' in end) return afterOutcome(stored, end.outcome, facts);
  const { thrown } = end;
  if (thrown instanceof UpstreamRefused) {
    return {
      to: 'Failed',
      attempts: facts.attempts,
      progress: upstreamOf(stored, thrown),
      error: toOperationError(thrown),
    };
  }
  if (!(thrown instanceof UpstreamUnavailable)) return retry(stored, { ...facts, progress: {}, waitMs: 0 });
  const progress = upstreamOf(stored, thrown);
  if (!thrown.throttled) return retry(stored, { ...facts, progress, waitMs: thrown.retryAfterMs });
  const dueMs = facts.nowMs + Math.max(1, thrown.retryAfterMs);
  return { ...later(stored, { dueMs, progress, attempts: facts.attempts - 1 }), isThrottled: true };
}

function afterOutcome(
  stored: StoredOperation,
  outcome: CarryOutcome,
  facts: { readonly attempts: number; readonly nowMs: number; readonly jitter: number },
): Verdict {
  const givenBack = facts.attempts - 1;
  switch (outcome.outcome) {
    case 'Done':
      return { to: 'Succeeded', attempts: givenBack, progress: outcome };
    case 'Failed':
      return { to: 'Failed', attempts: givenBack, progress: outcome, error: outcome.error };
    case 'Canceled':
      return {
        to: 'Canceled',
        attempts: givenBack,
        progress: outcome,
        ...(outcome.error ? { error: outcome.error } : {}),
      };
    case 'Later':
      if (!Number.isFinite(outcome.dueAtMs)) return retry(stored, { ...facts, progress: {}, waitMs: 0 });
      return outcome.isAttemptFailed === true
        ? retry(reached(stored, outcome), { ...facts, progress: outcome, waitMs: outcome.dueAtMs - facts.nowMs })
        : {
            ...later(reached(stored, outcome), {
              ...{ dueMs: outcome.dueAtMs, progress: outcome, attempts: givenBack, isAdvanced: true },
            }),
            ...(outcome.isThrottled === true ? { isThrottled: true } : {}),
          };
  }
}

function reached(stored: StoredOperation, outcome: Later): StoredOperation {
  return outcome.hasReachedDefender === true ? { ...stored, hasReachedDefender: true } : stored;
}

function retry(
  stored: StoredOperation,
  facts: {
    readonly attempts: number;
    readonly nowMs: number;
    readonly jitter: number;
    readonly progress: Progress;
    readonly waitMs: number;
  },
): Verdict {
  if (facts.attempts >= maxAttempts && !stored.neverGivesUp) return exhausted(facts.attempts, facts.progress);
  const waitMs = Math.max(facts.waitMs, backoffMs(facts.attempts, facts.jitter));
  return later(stored, { dueMs: facts.nowMs + waitMs, progress: facts.progress, attempts: facts.attempts });
}

function later(
  stored: StoredOperation,
  facts: {
    readonly dueMs: number;
    readonly progress: Progress;
    readonly attempts: number;
    readonly isAdvanced?: boolean;
  },
): Extract<Verdict, { to: 'Later' }> {
  // What waits past its time is looked at when that time comes, so that it ends then and not later.
  const canExpire = stored.submitByMs !== undefined && !stored.hasReachedDefender && stored.intents === 0;
  return {
    to: 'Later',
    attempts: facts.attempts,
    progress: facts.progress,
    dueMs: canExpire ? Math.min(facts.dueMs, stored.submitByMs) : facts.dueMs,
    hasReachedDefender: stored.hasReachedDefender,
    isAdvanced: facts.isAdvanced === true,
  };
}

/** Why an operation failed that Microsoft refused. */
export function toOperationError(refused: UpstreamRefused): OperationError {
  return {
    code: refused.code,
    message: refused.message,
    ...(refused.defenderCode === undefined ? {} : { defenderCode: refused.defenderCode }),
  };
}

function upstreamOf(stored: StoredOperation, thrown: UpstreamRefused | UpstreamUnavailable): Progress {
  return Object.keys(thrown.upstream).length === 0 ? {} : { upstream: { ...stored.upstream, ...thrown.upstream } };
}
