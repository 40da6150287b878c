import type { IndicatorException } from '../../contract/tenant-policy.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import { normaliseIndicator, recogniseIndicatorType } from '../normalise/normalise-indicator.ts';

/** A tenant's exceptions that hold now. */
export interface Exceptions {
  /** Why a value is not to be sent; `undefined` when nobody excepted it. */
  reasonFor(indicator: IndicatorIdentity): string | undefined;
  /** When the first of them ends; epoch milliseconds. */
  readonly endsAtMs?: number;
}

/** Values are compared in their normal form; without a type an exception holds for every type. */
export function exceptionsOf(exceptions: readonly IndicatorException[], now: number): Exceptions {
  const holding = exceptions.filter(({ until }) => until === undefined || Date.parse(until) > now);
  const byValue = Map.groupBy(holding.map(normalised), ({ indicatorValue }) => indicatorValue);
  const ends = holding.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]));
  return {
    reasonFor: ({ indicatorType, indicatorValue }) =>
      byValue
        .get(indicatorValue)
        ?.find((exception) => exception.indicatorType === undefined || exception.indicatorType === indicatorType)
        ?.reason,
    ...(ends.length === 0 ? {} : { endsAtMs: Math.min(...ends) }),
  };
}

function normalised(exception: IndicatorException): IndicatorException {
  const { indicatorType, indicatorValue, ...rest } = exception;
  const type = indicatorType ?? recogniseIndicatorType(indicatorValue);
  const normal = type === undefined ? undefined : normaliseIndicator(type, indicatorValue);
  if (normal?.ok !== true) return { ...exception, indicatorValue: indicatorValue.trim().toLowerCase() };
  const { ok: _ok, ...identity } = normal;
  return { ...rest, ...identity, indicatorType: indicatorType === undefined ? undefined : identity.indicatorType };
}
