import type { IndicatorAction } from './indicator.ts';
import { isExpired } from './indicator.ts';
import type { FieldError } from './problem.ts';
import { parseDurationMs, parseTimeMs } from './primitives.ts';

/** How long a row may live at most: 90 days, or 30 where it switches protection off. In milliseconds. */
export function maxLifeMs(action: IndicatorAction): number {
  return parseDurationMs(action === 'Allowed' ? 'P30D' : 'P90D');
}

/**
 * Why an action's indicator cannot live until its `expirationTime`: what a feed asks for is cut, what an action asks for
 * is refused (contract §5, §6). `nowMs` in epoch milliseconds; without a time nothing is wrong.
 */
export function expirationErrors(
  indicator: { readonly action: IndicatorAction; readonly expirationTime?: string | undefined },
  nowMs: number,
  pointer = '#/data/indicator/expirationTime',
): FieldError[] {
  const { action, expirationTime } = indicator;
  if (expirationTime === undefined) return [];
  if (isExpired(expirationTime, nowMs)) return [{ pointer, code: 'expired', detail: 'Must be in the future.' }];
  if (parseTimeMs(expirationTime) - nowMs <= maxLifeMs(action)) return [];
  return [{ pointer, code: 'invalid_value', detail: `At most ${action === 'Allowed' ? 30 : 90} days from now.` }];
}
