import { describe, expect, it } from 'vitest';
import { toRetryAfterMs } from '../../shared/retry-after.ts';

const nowMs = Date.parse('2026-11-21T10:00:00Z');

describe('toRetryAfterMs', () => {
  const cases: readonly [string | null | undefined, number | undefined][] = [
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
    ['  ', undefined],
    ['30', 30_000],
    [' 30 ', 30_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-5', undefined],
    ['30s', undefined],
    ['soon', undefined],
    ['99999999999', 86_400_000],
    ['Sat, 21 Nov 2026 10:00:42 GMT', 42_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['Sat Nov 21 10:00:42 2026 GMT', 42_000],
    ['Mon, 21 Dec 2026 10:00:00 GMT', 86_400_000],
    ['2026', 2_026_000],
    ['2026-11-21T10:00:42Z', undefined],
  ];
  it.each(cases)('%s → %s', (header, ms) => expect(toRetryAfterMs(header, nowMs)).toBe(ms));
});
