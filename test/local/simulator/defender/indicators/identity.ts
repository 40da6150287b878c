import type { Switches } from '../../switches.ts';
import type { IndicatorResource } from './resource.ts';

type Scoped = Pick<IndicatorResource, 'action' | 'rbacGroupNames' | 'rbacGroupIds'>;

/** Whether a submission with the same type and value changes this row, instead of adding one. */
export function isSameIndicator(row: Scoped, submission: Scoped, key: Switches['indicatorKey']): boolean {
  if (!isSameValueAndScope(row, submission)) return false;
  return key === 'value+type+scope' || row.action === submission.action;
}

/** Type and value being equal: whether the device groups are, too. */
export function isSameValueAndScope(row: Scoped, submission: Scoped): boolean {
  return scopeOf(row) === scopeOf(submission);
}

function scopeOf({ rbacGroupNames, rbacGroupIds }: Scoped): string {
  const names = rbacGroupNames.map((name) => name.toLowerCase()).sort();
  const ids = rbacGroupIds.map(String).sort();
  return JSON.stringify([[...new Set(names)], [...new Set(ids)]]);
}
