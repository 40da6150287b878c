import { describe, expect, it } from 'vitest';
import { expirationErrors } from '../../../shared/contract/indicator-expiry.ts';
import type { IndicatorAction } from '../../../shared/contract/indicator.ts';
import { toTime } from '../../../shared/contract/primitives.ts';

const nowMs = Date.UTC(2026, 10, 20);
const dayMs = 86_400_000;

describe("the expiry of an action's indicator", () => {
  it.each<readonly [action: IndicatorAction, inMs: number, codes: readonly string[]]>([
    ['Block', 1, []],
    ['Block', 90 * dayMs, []],
    ['Block', 90 * dayMs + 1, ['invalid_value']],
    ['Block', 0, ['expired']],
    ['Audit', -dayMs, ['expired']],
    ['Allowed', 30 * dayMs, []],
    ['Allowed', 30 * dayMs + 1, ['invalid_value']],
  ])('%s, %i ms from now: %j', (action, inMs, codes) => {
    const errors = expirationErrors({ action, expirationTime: toTime(nowMs + inMs) }, nowMs);
    expect(errors.map(({ code }) => code)).toEqual(codes);
  });

  it('may be left out', () => {
    expect(expirationErrors({ action: 'Allowed' }, nowMs)).toEqual([]);
  });
});
