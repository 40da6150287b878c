import type { DeliveryResult } from './delivery-result.ts';
import { verdictOf } from './delivery-result.ts';

/** An attempt that just ended. */
export interface Attempt {
  /** Attempts so far, this one included. */
  readonly attempts: number;
  /** When the event was made. */
  readonly createdAtMs: number;
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** What is to be done with a callback after an attempt. */
export type NextDelivery =
  | { readonly next: 'Delivered' }
  | { readonly next: 'Later'; readonly dueAtMs: number; readonly isAttemptFailed: boolean }
  /** A dead letter; with `callback_disabled` the address takes nothing more from now on. */
  | { readonly next: 'GivenUp'; readonly code: 'attempts_exhausted' | 'callback_disabled' | 'not_sent' };

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delay before each attempt: 14 in 76 h 52 m 35 s. Dense at first, because most outages are short. */
const schedule: readonly number[] = [
  ...[0, 5 * second, 30 * second, 2 * minute, 5 * minute, 15 * minute, 30 * minute],
  ...[1, 2, 5, 10, 14, 20, 24].map((hours) => hours * hour),
];

/** Attempts that a callback has; who begins one more has seen the others end, or a process die in each. */
export const maxDeliveries = schedule.length;

/** Delays after answers that repeating alone does not change: four more attempts in 20 h 5 m, time for somebody to mend it. */
const slowSchedule: readonly number[] = [5 * minute, hour, 5 * hour, 14 * hour];
/** From which age on an attempt counts as the lane's second, third …: the time planned for that one, less all the spread there can be. */
const slowOffsets = slowSchedule.map((_, i) => 0.75 * slowSchedule.slice(0, i + 1).reduce((sum, ms) => sum + ms, 0));
const slowStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422]);

const longestRetryAfterMs = 24 * hour;
const ourFailureMs = minute;
/** What we could not send for so long (no secret, say) is given up as well. */
const ourFailureGivenUpMs = 5 * 24 * hour;

/**
 * Decides what follows an attempt. The receiver's `Retry-After` is honoured in full; 410 ends it; a failure of ours is no
 * attempt. Waits are spread by ± 20 %, so that what failed together does not come back together.
 */
export function nextDelivery(attempt: Attempt, result: DeliveryResult): NextDelivery {
  switch (verdictOf(result)) {
    case 'Delivered':
      return { next: 'Delivered' };
    case 'Gone':
      return { next: 'GivenUp', code: 'callback_disabled' };
    case 'OurFailure':
      return afterOurFailure(attempt);
    case 'TheirFailure':
      return afterTheirFailure(attempt, result);
  }
}

function afterOurFailure({ createdAtMs, nowMs, random }: Attempt): NextDelivery {
  if (nowMs - createdAtMs >= ourFailureGivenUpMs) return { next: 'GivenUp', code: 'not_sent' };
  return { next: 'Later', dueAtMs: nowMs + spread(ourFailureMs, random), isAttemptFailed: false };
}

function afterTheirFailure(attempt: Attempt, result: DeliveryResult): NextDelivery {
  const status = result.kind === 'Answered' ? result.status : undefined;
  const isSlow = status !== undefined && slowStatuses.has(status);
  const full = schedule[attempt.attempts];
  const delayMs = full !== undefined && isSlow ? slowDelay(attempt) : full;
  if (delayMs === undefined) return { next: 'GivenUp', code: 'attempts_exhausted' };
  const retryAfterMs = result.kind === 'Answered' ? (result.retryAfterMs ?? 0) : 0;
  const waitMs = Math.max(spread(delayMs, attempt.random), Math.min(retryAfterMs, longestRetryAfterMs));
  return { next: 'Later', dueAtMs: attempt.nowMs + waitMs, isAttemptFailed: true };
}

/**
 * The slow lane's next delay. A callback may have failed otherwise before, and only its attempts and age are known: it is as
 * far along as the lesser of the two says, so neither a burst of quick failures nor a long rest of ours cuts the lane short.
 */
function slowDelay({ attempts, createdAtMs, nowMs }: Attempt): number | undefined {
  const byAge = slowOffsets.filter((offsetMs) => nowMs - createdAtMs >= offsetMs).length;
  return slowSchedule[Math.min(attempts - 1, byAge)];
}

function spread(ms: number, random: number): number {
  return Math.round(ms * (0.8 + 0.4 * random));
}
