import { ticksPerMs, toTimeText } from '../hunting/ticks.ts';

/** Seven fractional digits, as the service prints its times. */
export function toTime(ms: number): string {
  return toTimeText(BigInt(ms) * ticksPerMs);
}
