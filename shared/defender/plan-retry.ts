/** A try that failed without saying anything final. */
export interface FailedTry {
  readonly isRepeatable: boolean;
  /** 1 for the first. */
  readonly attempt: number;
  /** How long the other side asked us to wait, where it did. */
  readonly retryAfterMs: number | undefined;
  /** What is left of the call's time. */
  readonly remainingMs: number;
  /** Chance between 0 and 1. */
  readonly random: number;
}

const mostTries = 3;
const firstRetryMs = 500;

/** How long to wait before the next try of the same call, or `undefined`: not repeatable, tried often enough, or out of time. */
export function planRetry(failed: FailedTry): number | undefined {
  if (!failed.isRepeatable || failed.attempt >= mostTries) return undefined;
  const waitMs = failed.retryAfterMs ?? firstRetryMs * 2 ** (failed.attempt - 1) * (0.5 + failed.random);
  return waitMs < failed.remainingMs ? waitMs : undefined;
}
