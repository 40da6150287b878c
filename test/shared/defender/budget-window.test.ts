import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTake, unusedBudget } from '../../../shared/defender/budget-window.ts';
import type { Budget } from '../../../shared/defender/budget-window.ts';

const start = 1_760_000_000_000;

/** Takes one call after the other at the given times; returns the times that were granted. */
function takeAll(limit: { perMinute?: number; perHour?: number }, times: readonly number[]): number[] {
  let budget: Budget = unusedBudget;
  const granted: number[] = [];
  for (const nowMs of times) {
    const plan = planTake(budget, limit, { nowMs, count: 1 });
    if (!plan.granted) continue;
    budget = plan.budget;
    granted.push(nowMs);
  }
  return granted;
}

function mostInAnyWindow(times: readonly number[], lengthMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + lengthMs).length));
}

describe('planTake', () => {
  it('grants up to the limit and says when there is room again', () => {
    const granted = takeAll({ perMinute: 3 }, [start, start + 1, start + 2, start + 3]);
    expect(granted).toEqual([start, start + 1, start + 2]);
    const full: Budget = { minute: [[start / 2_000, 3]], hour: [], blockedUntilMs: 0 };
    const retryAtMs = start + 2_000 + 60_000 + 2_000;
    expect(planTake(full, { perMinute: 3 }, { nowMs: start + 5, count: 1 })).toEqual({ granted: false, retryAtMs });
    expect(planTake(full, { perMinute: 3 }, { nowMs: retryAtMs - 1, count: 1 }).granted).toBe(false);
    expect(planTake(full, { perMinute: 3 }, { nowMs: retryAtMs, count: 3 }).granted).toBe(true);
  });

  it('waits for the slots that make enough room, not for all', () => {
    const slot = start / 2_000;
    const budget: Budget = {
      minute: [
        [slot, 1],
        [slot + 1, 2],
        [slot + 2, 2],
      ],
      hour: [],
      blockedUntilMs: 0,
    };
    const nowMs = start + 5_000;
    expect(planTake(budget, { perMinute: 5 }, { nowMs, count: 1 })).toEqual({
      granted: false,
      retryAtMs: start + 64_000,
    });
    expect(planTake(budget, { perMinute: 5 }, { nowMs, count: 2 })).toEqual({
      granted: false,
      retryAtMs: start + 66_000,
    });
    expect(planTake(budget, { perMinute: 5 }, { nowMs, count: 5 })).toEqual({
      granted: false,
      retryAtMs: start + 68_000,
    });
  });

  it('keeps the hour as well as the minute', () => {
    const times = Array.from({ length: 100 }, (_, i) => start + i * 90_000);
    const granted = takeAll({ perMinute: 2, perHour: 10 }, times);
    expect(mostInAnyWindow(granted, 3_600_000)).toBe(10);
  });

  it('grants nothing while blocked, and forgets the block afterwards', () => {
    const blocked: Budget = { ...unusedBudget, blockedUntilMs: start + 7_000 };
    expect(planTake(blocked, { perMinute: 3 }, { nowMs: start, count: 1 })).toEqual({
      granted: false,
      retryAtMs: start + 7_000,
    });
    const after = planTake(blocked, { perMinute: 3 }, { nowMs: start + 7_000, count: 1 });
    expect(after).toMatchObject({ granted: true, budget: { blockedUntilMs: 0 } });
  });

  it('counts nothing where no limit is known', () => {
    expect(planTake(unusedBudget, { perHour: 50 }, { nowMs: start, count: 2 })).toMatchObject({
      budget: { minute: [], hour: [[start / 300_000 - ((start / 300_000) % 1), 2]] },
    });
  });

  it('counts in the newest slot of a row that a faster clock wrote', () => {
    const slot = start / 2_000;
    const ahead: Budget = { minute: [[slot + 1, 1]], hour: [], blockedUntilMs: 0 };
    const plan = planTake(ahead, { perMinute: 3 }, { nowMs: start + 1_900, count: 1 });
    expect(plan).toMatchObject({ granted: true, budget: { minute: [[slot + 1, 2]] } });
  });

  it('refuses to plan what can never fit', () => {
    expect(() => planTake(unusedBudget, { perMinute: 3 }, { nowMs: start, count: 4 })).toThrow(RangeError);
  });

  it('never grants more than the limit in any window, whenever it is asked', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 15 }), fc.nat(600_000), (steps, perMinute, offset) => {
        let nowMs = start + offset;
        const times = steps.map((step) => (nowMs += step));
        const granted = takeAll({ perMinute, perHour: perMinute * 8 }, times);
        expect(mostInAnyWindow(granted, 60_000)).toBeLessThanOrEqual(perMinute);
        expect(mostInAnyWindow(granted, 3_600_000)).toBeLessThanOrEqual(perMinute * 8);
      }),
      { numRuns: 100 },
    );
  });

  it('never grants too much by two clocks that are two seconds apart', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.boolean()), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        asks,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 2_000 }),
        (steps, perMinute, skewMs) => {
          let budget: Budget = unusedBudget;
          let trueMs = start;
          const granted: number[] = [];
          for (const [step, isFast] of steps) {
            trueMs += step;
            const plan = planTake(budget, { perMinute }, { nowMs: isFast ? trueMs + skewMs : trueMs, count: 1 });
            if (!plan.granted) continue;
            budget = plan.budget;
            granted.push(trueMs);
          }
          expect(mostInAnyWindow(granted, 60_000)).toBeLessThanOrEqual(perMinute);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets a caller that always obeys retryAtMs through at the rate of the limit', () => {
    let budget: Budget = unusedBudget;
    let nowMs = start;
    let calls = 0;
    while (nowMs < start + 3_600_000) {
      const plan = planTake(budget, { perMinute: 30 }, { nowMs, count: 1 });
      if (plan.granted) {
        budget = plan.budget;
        calls += 1;
      } else {
        expect(plan.retryAtMs).toBeGreaterThan(nowMs);
        nowMs = plan.retryAtMs;
      }
    }
    expect(calls).toBeGreaterThan(30 * 49);
  });
});
