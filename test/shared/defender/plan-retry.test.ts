import { describe, expect, it } from 'vitest';
import { planRetry } from '../../../shared/defender/plan-retry.ts';

const failed = { isRepeatable: true, attempt: 1, retryAfterMs: undefined, remainingMs: 30_000, random: 0 };

describe('planRetry', () => {
  it.each([
    ['first, least jitter', {}, 250],
    ['first, most jitter', { random: 1 }, 750],
    ['second', { attempt: 2, random: 0.5 }, 1_000],
    ['third is the last', { attempt: 3 }, undefined],
    ['not repeatable', { isRepeatable: false }, undefined],
    ['as long as it was said', { retryAfterMs: 7_000 }, 7_000],
    ['at once, when that was said', { retryAfterMs: 0 }, 0],
    ['no time left', { remainingMs: 250 }, undefined],
    ['said longer than there is time', { retryAfterMs: 30_000 }, undefined],
  ] as const)('%s', (_name, more, waitMs) => expect(planRetry({ ...failed, ...more })).toBe(waitMs));
});
