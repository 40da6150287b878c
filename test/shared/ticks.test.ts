import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTicks, toTicks } from '../../shared/ticks.ts';

describe('ticks', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:00.0000001Z', 1n],
    ['1970-01-01T00:00:01.5Z', 15_000_000n],
    ['1970-01-01T00:00:00.12345678Z', 1_234_567n],
    ['2026-11-20T10:00:05.7654321Z', 17_951_688_057_654_321n],
    ['2026-11-20T10:00:05+01:00', undefined],
    ['2026-13-20T10:00:05Z', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ])('%s', (time, expected) => {
    expect(toTicks(time)).toBe(expected);
  });

  it('gives back every moment, with seven digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 17n }), (ticks) => {
        expect(fromTicks(ticks)).toMatch(/\.\d{7}Z$/);
        expect(toTicks(fromTicks(ticks))).toBe(ticks);
      }),
    );
  });
});
