import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planIsolation, withinHour } from '../../../../functions/response-action/guard/isolation-window.ts';
import type { SentIsolation } from '../../../../functions/response-action/guard/isolation-window.ts';

const hourMs = 3_600_000;

it.each([
  [
    'room',
    [['op_a', 0]],
    2,
    1,
    [
      ['op_a', 0],
      ['op_b', 1],
    ],
  ],
  ['none left', [['op_a', 0]], 1, hourMs - 1, undefined],
  ['after 60 minutes', [['op_a', 0]], 1, hourMs, [['op_b', hourMs]]],
  ['a limit of none', [], 0, 0, undefined],
  ['its own counts no second time', [['op_b', 0]], 1, 5, [['op_b', 5]]],
  [
    'after a clock that was ahead',
    [['op_a', 9]],
    2,
    5,
    [
      ['op_a', 9],
      ['op_b', 9],
    ],
  ],
] as const)('%s', (_case, sent, limit, nowMs, expected) => {
  expect(planIsolation(sent, { operationId: 'op_b', limit, nowMs })).toEqual(expected);
});

it('never lets more than the limit through in any 60 minutes, and no fewer than it may', () => {
  const asks = fc.array(
    fc.record({ id: fc.integer({ min: 0, max: 30 }), afterMs: fc.integer({ min: 0, max: hourMs / 2 }) }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(asks, fc.integer({ min: 0, max: 6 }), (given, limit) => {
      let nowMs = 0;
      let row: readonly SentIsolation[] = [];
      const last = new Map<string, number>();
      for (const { id, afterMs } of given) {
        nowMs += afterMs;
        const operationId = `op_${id}`;
        const others = [...last].filter(([known, atMs]) => known !== operationId && atMs > nowMs - hourMs);
        const next = planIsolation(row, { operationId, limit, nowMs });
        expect(next !== undefined).toBe(others.length < limit);
        if (next === undefined) continue;
        row = next;
        last.set(operationId, nowMs);
        expect(withinHour(row, nowMs).length).toBeLessThanOrEqual(limit);
      }
    }),
  );
});
