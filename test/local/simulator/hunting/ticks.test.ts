import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toSevenDigits, toTicks, toTimeText } from './ticks.ts';

test.each([
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.0000000Z'],
  ['2026-11-20T10:00:00.12Z', '2026-11-20T10:00:00.1200000Z'],
  ['2026-11-20T11:00:00.1234567+01:00', '2026-11-20T10:00:00.1234567Z'],
  ['2026-11-20 10:00', '2026-11-20T10:00:00.0000000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.0000000Z'],
  ['1969-12-31T23:59:59.9999999Z', '1969-12-31T23:59:59.9999999Z'],
])('%s', (text, expected) => {
  expect(toSevenDigits(text)).toBe(expected);
});

test.each(['', 'now', '2026-13-01', '10:00:00'])('%j is no time', (text) => {
  expect(toTicks(text)).toBeUndefined();
  expect(() => toSevenDigits(text)).toThrow(RangeError);
});

test('no digit is lost', () => {
  const years = { min: -62_135_596_800_000_0000n, max: 253_402_300_799_999_9999n };
  fc.assert(fc.property(fc.bigInt(years), (ticks) => toTicks(toTimeText(ticks)) === ticks));
});
