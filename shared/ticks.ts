/**
 * A moment in units of 100 ns since 1970: the precision of Defender's event times, of which a JavaScript date would lose
 * four digits.
 */
export type Ticks = bigint;

/** Ticks of a millisecond. */
export const ticksPerMs = 10_000n;

const timePattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,7}))?\d*Z$/;

/** The moment of an RFC 3339 time in UTC; digits beyond the seventh are cut off. `undefined` for any other text. */
export function toTicks(time: string): Ticks | undefined {
  const [, whole, fraction = ''] = timePattern.exec(time) ?? [];
  const ms = whole === undefined ? Number.NaN : Date.parse(`${whole}Z`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * ticksPerMs + BigInt(fraction.padEnd(7, '0'));
}

/** The time of a moment, with seven digits after the point. Throws a `RangeError` beyond what a date can hold. */
export function fromTicks(ticks: Ticks): string {
  const fraction = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n;
  const whole = new Date(Number((ticks - fraction) / ticksPerMs)).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(7, '0')}Z`;
}
